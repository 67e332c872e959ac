"""A list of the parts of a rule."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from organism.views.lineage import Subtree


class ChoosePart(ModalScreen[Subtree | None]):
    """Returns a part; None if none was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave it")]

    def __init__(self, parts: tuple[Subtree, ...]) -> None:
        super().__init__()
        self._parts = parts

    def compose(self) -> ComposeResult:
        """Yield the list."""
        with Vertical(classes="dialog wide"):
            yield Static("Who had which part of the rule first?", classes="question")
            yield OptionList(*(Option(Content(part.rendered)) for part in self._parts))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(self._parts[event.option_index])

    def action_leave(self) -> None:
        """Leave it."""
        self.dismiss(None)
