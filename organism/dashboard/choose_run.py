"""A list of the runs of a home."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from data.shown import inert_line
from evolution.run.layout import RunFolder, list_runs
from organism.dashboard.words import SOFT, STATE_STYLES
from organism.home import Home
from organism.views.newest import state_word

NAME_LENGTH = 60


class ChooseRun(ModalScreen[str | None]):
    """Returns the name of a run; None if none was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave it")]

    def __init__(self, home: Home) -> None:
        super().__init__()
        self._home = home
        self._folders: list[RunFolder] = []

    def compose(self) -> ComposeResult:
        """Yield the list."""
        with Vertical(classes="dialog"):
            yield Static("Which run?", classes="question")
            yield OptionList(id="runs")

    def on_mount(self) -> None:
        """Read which there are."""
        self._read()

    @work(thread=True)
    def _read(self) -> None:
        folders = list_runs(self._home.runs)
        words = [state_word(folder) for folder in folders]
        self.app.call_from_thread(self._show, folders, words)

    def _show(self, folders: list[RunFolder], words: list[str]) -> None:
        self._folders = folders
        runs = self.query_one("#runs", OptionList)
        for folder, word in zip(folders, words, strict=True):
            name = inert_line(folder.name, NAME_LENGTH)
            runs.add_option(Option(Content.assemble(name, "   ", (word, STATE_STYLES.get(word, SOFT)))))
        runs.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(self._folders[event.option_index].name)

    def action_leave(self) -> None:
        """Leave it."""
        self.dismiss(None)
