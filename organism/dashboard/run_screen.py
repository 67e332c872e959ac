"""The screen of a run: how it goes, and what brought it there."""

from __future__ import annotations

import asyncio
import threading
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widgets import ProgressBar, Static

from data.errors import FoundryError
from data.shown import inert_line
from evolution.run.control import Wish, write_wish
from evolution.run.layout import RunFolder, list_runs
from organism.dashboard import run_panels
from organism.dashboard.base import Page, room
from organism.dashboard.choose import Choose
from organism.dashboard.confirm import Confirm
from organism.dashboard.words import STATE_STYLES
from organism.home import Home
from organism.views.newest import newest_run
from organism.views.run_state import state_word
from organism.views.run_view import RunView
from organism.views.run_watch import RunReader

NAME_LENGTH = 60
EACH_S = 2.0
"""Between two looks at the run's files."""
PANELS = {
    "figures": "Population and pace",
    "chart": "Sharpe",
    "operators": "Operators",
    "rejections": "Rejections",
    "log": "Generations",
}


class Panel(Static):
    """A titled part of a screen."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__(id=name, classes="panel", markup=False)
        self.border_title = title


class RunScreen(Page):
    """See the module."""

    MODE = "run"
    HELP_TEXT = (
        "How a run goes: best and median of its population, what random search found in the same run, how the "
        "objectives are covered (hypervolume) and how differently its rules trade (diversity), what each operator "
        "brought, and why genotypes have no fitness. It is read from the run's folder every two seconds; the job "
        "notices nothing. Pause and stop are read by the job after its generation, and change nothing in what it finds."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", "Pause"),
        Binding("s", "stop", "Stop"),
        Binding("o", "choose", "Other run"),
        Binding("l", "lineage", "Lineage"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._reader: RunReader | None = None
        self._view: RunView | None = None
        self._timer: Timer | None = None
        self._reading = threading.Lock()

    def body(self) -> ComposeResult:
        """Yield the status on top and the panels below it."""
        yield Static(id="status", markup=False)
        yield ProgressBar(id="progress", show_eta=False, show_percentage=False)
        yield Static(id="hint", markup=False)
        with Container(id="run-panels"):
            for name, title in PANELS.items():
                yield Panel(name, title)

    def on_mount(self) -> None:
        """Begin to look."""
        self._timer = self.set_interval(EACH_S, self.look)
        self.look()

    def on_screen_suspend(self) -> None:
        """Look no more while another screen is in front."""
        if self._timer is not None:
            self._timer.pause()

    def on_screen_resume(self) -> None:
        """Look again."""
        if self._timer is not None:
            self._timer.resume()
            self.look()

    @work(thread=True, exclusive=True, group="look")
    def look(self) -> None:
        """Read what is new of the run, beside the drawing."""
        if not self._reading.acquire(blocking=False):
            # The look before this one is still reading, and would read the same lines: a thread is not cancelled.
            return
        try:
            self._look()
        finally:
            self._reading.release()

    def _look(self) -> None:
        # A home that was empty may have its first run by now.
        folder = self.organism.folder = self.organism.folder or newest_run(self.organism.home)
        if folder is None:
            self.app.call_from_thread(self._show_nothing)
            return
        if self._reader is None or self._reader.folder != folder:
            self._reader, self._view = RunReader(folder), None
        view = self._reader.read()
        if view != self._view:
            self.app.call_from_thread(self._show, view)

    def drawn(self) -> None:
        """Draw the panels for the room they have now."""
        if self._view is not None:
            self.call_after_refresh(self._draw, self._view, None)

    def _show_nothing(self) -> None:
        self.query_one("#status", Static).update("No run yet.")
        self.query_one("#hint", Static).update(self.organism.first_step)
        self.query_one("#progress").display = False
        self.query_one("#run-panels").display = False

    def _show(self, view: RunView) -> None:
        former, self._view = self._view, view
        self._draw(view, former)

    def _draw(self, view: RunView, former: RunView | None) -> None:
        """Draw what differs from the view before; without one, everything."""
        self.query_one("#run-panels").display = True
        self.query_one("#status", Static).update(run_panels.status_line(view), layout=False)
        hint = self.query_one("#hint", Static)
        hint.update(run_panels.what_to_do(view), layout=former is None or former.state != view.state)
        hint.display = bool(run_panels.what_to_do(view))
        bar = self.query_one("#progress", ProgressBar)
        bar.display = view.generations is not None
        bar.update(total=(view.generations or 0) + 1, progress=0 if view.generation is None else view.generation + 1)
        for name in PANELS:
            panel = self.query_one(f"#{name}", Static)
            panel.update(run_panels.drawn(name, view, *room(panel)), layout=False)

    def action_pause(self) -> None:
        """Pause, or go on."""
        if self._view is not None:
            self._wish(Wish.RUN if self._view.state in ("paused", "pausing", "stopping") else Wish.PAUSE)

    def action_stop(self) -> None:
        """Ask, then stop after this generation."""
        if self._view is None or not self._view.is_live:
            self._wish(Wish.STOP)
            return
        question = f"Stop {self._view.run} after this generation?"
        then = f"What is finished is kept; organism evolve resume {self._view.run} goes on from there."
        self.app.push_screen(Confirm(question, then), lambda is_sure: self._wish(Wish.STOP) if is_sure else None)

    def _wish(self, wish: Wish) -> None:
        view, folder = self._view, self.organism.folder
        if view is None or folder is None:
            return
        if not view.is_live:
            self.told(f"No process works on {view.run}, so that nobody would read it.", is_wrong=True)
            return
        try:
            write_wish(folder, wish)
        except (FoundryError, OSError) as error:
            self.told(str(error), is_wrong=True)
            return
        said = {Wish.PAUSE: "It pauses after this generation.", Wish.STOP: "It stops after this generation."}
        self.told(said.get(wish, "It goes on."))
        self.look()

    @work(group="choose")
    async def action_choose(self) -> None:
        """Choose another run of the home."""
        folders, words = await asyncio.to_thread(_listed, self.organism.home)
        if not folders:
            return
        names = [inert_line(folder.name, NAME_LENGTH) for folder in folders]
        choices = [
            Content.assemble(name, "   ", (word, STATE_STYLES.get(word, "")))
            for name, word in zip(names, words, strict=True)
        ]
        chosen = await self.app.push_screen_wait(Choose("Which run?", choices))
        if chosen is not None:
            self.organism.choose(folders[chosen].name)
            self.look()

    def action_lineage(self) -> None:
        """Show where the best rule comes from."""
        if self._view is not None and self._view.best_genotype is not None:
            self.organism.show_lineage(self._view.best_genotype)

    def action_copy(self) -> None:
        """Put the name of the run into the clipboard."""
        if self._view is not None:
            self.organism.copy(self._view.run)


def _listed(home: Home) -> tuple[list[RunFolder], list[str]]:
    folders = list_runs(home.runs)
    return folders, [state_word(folder) for folder in folders]
