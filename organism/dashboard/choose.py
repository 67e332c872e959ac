"""A list to choose from, over the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option


class Choose(ModalScreen[int | None]):
    """Returns the place of what was chosen; None if nothing was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave it")]

    def __init__(self, question: str, choices: Sequence[Content]) -> None:
        super().__init__()
        self._question, self._choices = question, choices

    def compose(self) -> ComposeResult:
        """Yield the question and the list."""
        with Vertical(classes="dialog wide"):
            yield Static(self._question, classes="question", markup=False)
            yield OptionList(*map(Option, self._choices))

    def on_mount(self) -> None:
        """Begin in the list."""
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(event.option_index)

    def action_leave(self) -> None:
        """Leave it."""
        self.dismiss(None)
