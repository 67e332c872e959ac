"""A question that needs a yes, and a reason where one is kept."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static


class Confirm(ModalScreen[bool]):
    """Asks before something is done that is not undone at once; the cursor begins on no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
    ]

    def __init__(self, question: str, then: str) -> None:
        super().__init__()
        self._question, self._then = question, then

    def compose(self) -> ComposeResult:
        """Yield question, consequence, and both answers."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="question", markup=False)
            yield Static(self._then, classes="soft", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("No", id="no")
                yield Button("Yes", id="yes", variant="warning")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, is_sure: bool) -> None:
        """Answer."""
        self.dismiss(is_sure)


class Reason(ModalScreen[str | None]):
    """Asks for the reason of a move, which is the confirmation as well: without one nothing is done."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave it")]

    def __init__(self, question: str, then: str) -> None:
        super().__init__()
        self._question, self._then = question, then

    def compose(self) -> ComposeResult:
        """Yield question, consequence, and the line for the reason."""
        with Vertical(classes="dialog"):
            yield Static(self._question, classes="question", markup=False)
            yield Static(self._then, classes="soft", markup=False)
            yield Input(placeholder="Why? Kept for ever. Enter: do it; escape: leave", max_length=200)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with the reason, if there is one."""
        reason = event.value.strip()
        if reason:
            self.dismiss(reason)
        else:
            self.app.bell()

    def action_leave(self) -> None:
        """Leave it."""
        self.dismiss(None)
