"""What a screen is for, and its keys."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

ELSEWHERE = (
    "Ctrl+P finds every command by its name. The mouse works: names on top, rows, panels.\n"
    'In a browser:  textual serve --command "organism dashboard"  (it serves this machine alone, on port 8000)\n'
    "As JSON:  organism dashboard --json,  organism registry lineage ID --json,  organism evolve compare RUN A B --json"
)


class Help(ModalScreen[None]):
    """Shows it until a key is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,f1,enter", "app.pop_screen", "Close")]

    def __init__(self, title: str, text: str, keys: list[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._text, self._keys = title, text, keys

    def compose(self) -> ComposeResult:
        """Yield title, text and keys."""
        width = max((len(key) for key, _ in self._keys), default=0)
        rows = [Content.assemble((f"{key:>{width}}", "bold $text-accent"), f"  {what}") for key, what in self._keys]
        with VerticalScroll(classes="dialog wide"):
            yield Static(self._title, classes="question", markup=False)
            yield Static(self._text, markup=False)
            yield Static(Content("\n").join(rows), classes="keys")
            yield Static(ELSEWHERE, classes="soft", markup=False)
