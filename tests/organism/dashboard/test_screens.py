"""The screens, driven by keys and mouse, and what stands on them."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Static

from data.lock import exclusive
from evolution.run.control import Wish, read_wish
from evolution.run.generation import append_line
from evolution.run.layout import RunFolder, list_runs, read_json, write_json
from organism.dashboard.app import OrganismApp
from organism.dashboard.confirm import Confirm, Reason
from organism.dashboard.help import Help
from organism.dashboard.registry_screen import RegistryScreen
from organism.dashboard.rows import Rows
from organism.dashboard.run_screen import RunScreen
from organism.dashboard.themes import DARK, LIGHT
from organism.home import Home
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from organism.views.run_view import RunView
from organism.views.run_watch import RunReader
from tests.organism.dashboard.telling import LARGE, SMALL, tell, text

Until = Callable[..., Awaitable[None]]


def run_of(home: Home) -> RunFolder:
    return list_runs(home.runs)[0]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_a_finished_run_stands_there(size: tuple[int, int], home: Home, until: Until) -> None:
    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "generation 3 of 3" in text(app, "#status"))
        outcome = read_json(run_of(home).outcome)
        assert "finished" in text(app, "#status")
        assert "organism validate" in text(app, "#hint")
        assert f"{outcome['n_trials']:,}" in text(app, "#figures")
        assert "initial" in text(app, "#operators")
        assert text(app, "#log").splitlines()[1].split()[0] == "3"

    tell(home, story, size)


def test_a_run_that_is_worked_on_is_paused_and_stopped(home: Home, until: Until) -> None:
    folder = run_of(home)
    folder.outcome.unlink()

    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "running" in text(app, "#status"))
        await pilot.press("p")
        await until(pilot, lambda: "pausing" in text(app, "#status"))
        assert read_wish(folder) is Wish.PAUSE
        await pilot.press("p")
        await until(pilot, lambda: "running" in text(app, "#status"))
        assert read_wish(folder) is Wish.RUN
        await pilot.press("s")
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        assert read_wish(folder) is Wish.RUN
        await pilot.press("s")
        await pilot.click("#yes")
        await until(pilot, lambda: "stopping" in text(app, "#status"))
        assert read_wish(folder) is Wish.STOP

    with exclusive(folder.lock, "run"):
        tell(home, story)


def test_nobody_is_told_anything_where_nobody_listens(home: Home, until: Until) -> None:
    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "finished" in text(app, "#status"))
        await pilot.press("p", "s")
        assert not run_of(home).control.exists()
        assert not isinstance(app.screen, Confirm)

    tell(home, story)


def test_a_home_without_runs_says_what_to_do_first(tmp_path: Path, until: Until) -> None:
    home = Home.create(tmp_path / "new")

    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "organism evolve start configs/demo.toml" in text(app, "#hint"))
        await pilot.press("4")
        await until(pilot, lambda: "all 0" in text(app, "#states"))
        assert not home.registry_path.exists()

    tell(home, story)


def test_the_first_run_of_a_home_is_shown_as_soon_as_there_is_one(home: Home, tmp_path: Path, until: Until) -> None:
    empty = Home.create(tmp_path / "new")

    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "No run yet" in text(app, "#status"))
        shutil.copytree(run_of(home).path, empty.runs / run_of(home).name)
        app.screen.look()
        await until(pilot, lambda: "finished" in text(app, "#status"))
        assert app.screen.query_one("#run-panels").display
        assert app.folder is not None
        assert app.folder.name == run_of(home).name

    tell(empty, story)


def test_a_run_that_is_deleted_while_it_is_open_says_so(home: Home, until: Until) -> None:
    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "finished" in text(app, "#status"))
        shutil.rmtree(run_of(home).path)
        app.screen.look()
        await until(pilot, lambda: "gone" in text(app, "#status"))
        assert "choose another run" in text(app, "#hint")
        await pilot.press("2")
        await until(pilot, lambda: "does not exist" in text(app, "#lineage-status"))

    tell(home, story)


def test_a_run_of_a_newer_version_says_so(home: Home, until: Until) -> None:
    write_json(run_of(home).manifest, {"schema": 99, "settings": {"search": {}}})

    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "damaged" in text(app, "#status"))
        assert "made by a newer version" in text(app, "#hint")

    tell(home, story)


def test_names_are_shown_letter_by_letter(home: Home, until: Until) -> None:
    append_line(run_of(home).generations, {"generation": 4, "rejections": {"[red]x[/red]\x1b[31m": 7}, "epoch": 0})

    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "[red]x[/red]" in text(app, "#rejections"))
        assert "[red]x[/red]\\x1b[31m" in text(app, "#rejections")

    tell(home, story)


def test_a_small_terminal_is_told_and_a_larger_one_draws(home: Home, until: Until) -> None:
    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "60 x 20" in text(app, "#too-small"))
        assert app.screen.query_one("#too-small").display
        assert not app.screen.query_one("#status").display
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: bool(app.screen.query_one("#status").display))
        assert not app.screen.query_one("#too-small").display

    tell(home, story, (60, 20))


class SlowReader(RunReader):
    """Notes how many read at once."""

    def __init__(self, folder: RunFolder) -> None:
        super().__init__(folder)
        self.reading = self.most = self.n = 0

    def read(self) -> RunView:
        self.reading += 1
        self.n += 1
        self.most = max(self.most, self.reading)
        time.sleep(0.2)
        view = super().read()
        self.reading -= 1
        return view


def test_a_look_that_takes_long_is_the_only_one(home: Home, until: Until) -> None:
    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "finished" in text(app, "#status"))
        screen = app.screen
        assert isinstance(screen, RunScreen)
        assert app.folder is not None
        slow = screen._reader = SlowReader(app.folder)
        for _ in range(3):
            screen.look()
            await pilot.pause(0.05)
        await until(pilot, lambda: slow.n > 0 and slow.reading == 0)
        assert slow.most == 1

    tell(home, story)


def test_help_theme_and_commands(home: Home, until: Until) -> None:
    async def story(app: OrganismApp, pilot: Any) -> None:
        await until(pilot, lambda: "finished" in text(app, "#status"))
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        shown = " ".join(str(static.content) for static in app.screen.query(Static))
        assert 'textual serve --command "organism dashboard"' in shown
        assert "Pause" in shown
        await pilot.press("escape", "t")
        assert app.theme == LIGHT
        await pilot.press("t")
        assert app.theme == DARK
        names = {command.title for command in app.get_system_commands(app.screen)}
        assert {"Pause", "Stop", "Registry", "Lineage", "Quit"} <= names

    tell(home, story)


def test_retiring_asks_for_a_reason_and_is_kept(home: Home, until: Until, judged_at: Any) -> None:
    with Registry.open(home.registry_path) as registry:
        first = registry.find()[0]
        registry.transition(first.id, expected=first, to=LifecycleState.QUARANTINED, reason="odd", now=judged_at)

    async def story(app: OrganismApp, pilot: Any) -> None:
        await pilot.click("#bar", offset=(55, 0))
        await until(pilot, lambda: isinstance(app.screen, RegistryScreen) and "all 8" in text(app, "#states"))
        assert "quarantined 1" in text(app, "#states")
        screen = app.screen
        assert isinstance(screen, RegistryScreen)
        await until(pilot, lambda: "odd" in text(app, "#card-text"))
        assert screen.card is not None
        assert screen.card.id == first.id
        await pilot.press("x")
        assert app.screen is screen, "what is in quarantine is not put there again"
        await pilot.press("r")
        assert isinstance(app.screen, Reason)
        await pilot.press("enter")
        assert isinstance(app.screen, Reason), "without a reason nothing is done"
        app.screen.query_one(Input).value = "it was [b]odd[/b]"
        await pilot.press("enter")
        await until(pilot, lambda: "dead 1" in text(app, "#states"))

    tell(home, story)
    with Registry.open(home.registry_path) as registry:
        assert registry.get(first.id).state is LifecycleState.DEAD
        assert registry.events(first.id)[-1].reason == "it was [b]odd[/b]"


def test_the_cursor_stays_on_its_strategy_when_the_list_changes(home: Home, until: Until, judged_at: Any) -> None:
    async def story(app: OrganismApp, pilot: Any) -> None:
        await pilot.press("4")
        await until(pilot, lambda: "all 8" in text(app, "#states"))
        screen = app.screen
        assert isinstance(screen, RegistryScreen)
        await pilot.press("j", "j")
        first, chosen = screen.cards[0], screen.card
        assert chosen == screen.cards[2]
        # Somebody else rejects the first one, which moves to the end.
        with Registry.open(home.registry_path) as registry:
            strategy = registry.get(first.id)
            registry.transition(first.id, expected=strategy, to=LifecycleState.REJECTED, reason="old", now=judged_at)
        screen.look()
        await until(pilot, lambda: "rejected 1" in text(app, "#states"))
        assert screen.card == chosen
        await pilot.press("f", "f")
        assert screen.card is not None
        assert screen.card.id == first.id, "the only one that is rejected"
        await pilot.press("f")
        assert screen.card.id == first.id, "among everybody it stands last"

    tell(home, story)


def test_a_locked_registry_is_said_and_read_later(home: Home, until: Until) -> None:
    with closing(sqlite3.connect(home.registry_path, isolation_level=None)) as other:
        # A file that is not in WAL mode is locked for readers, too.
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")

        async def story(app: OrganismApp, pilot: Any) -> None:
            await pilot.press("4")
            await until(pilot, lambda: "locked by another program" in text(app, "#states"))
            other.execute("ROLLBACK")
            app.screen.look()
            await until(pilot, lambda: "all 8" in text(app, "#states"))
            assert app.screen.query_one("#cards", Rows).place == 0

        tell(home, story)
