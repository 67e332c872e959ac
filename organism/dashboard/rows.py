"""A list of aligned rows under its heads, one of them under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from organism.dashboard.words import SOFT, STATE_STYLES, cut

Cell = str
GAP = 2


class List(OptionList):
    """An option list that also knows the keys of vi."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
        Binding("g", "first", show=False),
        Binding("G", "last", show=False),
    ]


class Rows(Vertical):
    """Heads and rows; the last column takes what room is left.

    Parameters
    ----------
    heads
        Texts of the first line.
    aligned
        `<` or `>` for each column.
    """

    def __init__(self, heads: Sequence[str], aligned: str, *, name: str) -> None:
        super().__init__(id=name, classes="rows")
        self._heads, self._aligned = heads, aligned
        self._rows: list[Sequence[Cell]] = []

    def compose(self) -> ComposeResult:
        """Yield heads and list."""
        yield Static(classes="heads", markup=False)
        yield List()

    @property
    def list(self) -> OptionList:
        """The list itself."""
        return self.query_one(List)

    @property
    def place(self) -> int | None:
        """Of the row under the cursor."""
        return self.list.highlighted if self._rows else None

    def show(self, rows: Sequence[Sequence[Cell]], empty: str = "", *, place: int = 0) -> None:
        """Put these rows in the place of those before, and the cursor on one of them."""
        self._rows = list(rows)
        widths = [max(map(len, column)) for column in zip(self._heads, *rows, strict=True)]
        self.query_one(".heads", Static).update(Content.styled(self._line(self._heads, widths), SOFT))
        options = [Option(self._content(row, widths)) for row in rows]
        self.list.set_options(options or [Option(Content.styled(empty, SOFT), disabled=True)])
        if rows:
            self.list.highlighted = min(place, len(rows) - 1)

    def _line(self, texts: Sequence[Cell], widths: Sequence[int]) -> str:
        cells = zip(texts, self._aligned, widths, strict=True)
        return (" " * GAP).join(f"{cut(text, width):{side}{width}}" for text, side, width in cells).rstrip()

    def _content(self, row: Sequence[Cell], widths: Sequence[int]) -> Content:
        """Return a row; words of states have their colours."""
        parts: list[str | tuple[str, str]] = []
        for text, side, width in zip(row, self._aligned, widths, strict=True):
            padded = f"{text:{side}{width}}" + " " * GAP
            parts.append((padded, STATE_STYLES[text]) if text in STATE_STYLES else padded)
        return Content.assemble(*parts).rstrip()
