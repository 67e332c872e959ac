"""What every screen has: the bar of screens on top, the keys below, and a word when the terminal is too small."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer, Static

from organism.dashboard.words import SOFT

if TYPE_CHECKING:
    from organism.dashboard.app import OrganismApp

LEAST_WIDTH, LEAST_HEIGHT = 80, 24


class ScreenBar(Static):
    """The names of the screens, to be clicked; that of this one stands out."""

    def __init__(self, here: str, names: dict[str, str]) -> None:
        parts: list[Content | str | tuple[str, str]] = [(" organism ", "bold $text-accent")]
        for number, (mode, name) in enumerate(names.items(), 1):
            style = "reverse bold" if mode == here else SOFT
            parts += ["  ", Content.from_markup(f"[@click=app.switch_mode('{mode}')][{style}] {number} {name} [/][/]")]
        super().__init__(Content.assemble(*parts), id="bar")


class Page(Screen[None]):
    """A screen of the dashboard."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.back", "Back", show=False)]
    MODE = ""
    """Name of the mode, as in `NAMES`."""
    NAMES: ClassVar[dict[str, str]] = {
        "run": "Run",
        "lineage": "Lineage",
        "strategy": "Strategy",
        "registry": "Registry",
    }
    HELP_TEXT = ""
    """What the screen is for, shown with its keys."""

    @property
    def organism(self) -> OrganismApp:
        """The app with its home, its run and its desk."""
        from organism.dashboard.app import OrganismApp  # noqa: PLC0415 - the app imports its screens

        assert isinstance(self.app, OrganismApp)
        return self.app

    def compose(self) -> ComposeResult:
        """Put the bar above and the keys below what the screen shows."""
        yield ScreenBar(self.MODE, self.NAMES)
        yield from self.body()
        yield Footer(show_command_palette=False)
        yield Static(id="too-small", markup=False)

    def body(self) -> ComposeResult:
        """Yield what the screen shows."""
        yield from ()

    def on_resize(self, event: Resize) -> None:
        """Say so where there is too little room, instead of drawing nonsense."""
        width, height = event.size
        is_small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        self.set_class(is_small, "-small")
        if is_small:
            self.query_one("#too-small", Static).update(
                f"The terminal has {width} x {height} characters.\n"
                f"The dashboard needs {LEAST_WIDTH} x {LEAST_HEIGHT}: make it larger, or the letters smaller.\nq quits."
            )
        self.drawn()

    def on_screen_resume(self) -> None:
        """Show what is wanted now that it is in front; each screen knows what."""

    def drawn(self) -> None:
        """Draw again what depends on the room; each screen knows what."""

    async def ask(self, question: str, **details: Any) -> Any:
        """Return an answer of the desk that reads.

        Raises
        ------
        DataError
            If it is a refusal.
        """
        return await self._unless_closing(self.organism.desk.ask(question, **details))

    async def simulate(self, question: str, **details: Any) -> Any:
        """Return an answer of the desk that simulates, as `ask` does."""
        return await self._unless_closing(self.organism.simulator.ask(question, **details))

    async def _unless_closing(self, answer: Awaitable[Any]) -> Any:
        try:
            return await answer
        finally:
            if not self.app.is_running:
                # What it would be drawn on is taken away before its worker is cancelled.
                raise asyncio.CancelledError

    def told(self, text: str, *, is_wrong: bool = False) -> None:
        """Show a message in the corner, letter by letter as it is."""
        self.app.notify(text, severity="error" if is_wrong else "information", markup=False, timeout=8)


def room(widget: Static) -> tuple[int, int]:
    """Return columns and rows inside a panel."""
    return widget.content_size.width, widget.content_size.height
