"""Tables and chips on the terminal; every colour only repeats a word."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from data.shown import inert_line
from organism.gauntlet.verdict import StageResult
from organism.registry.states import Verdict

COLOURS = {"Pass": "green", "Marginal": "yellow", "Watch": "yellow", "Kill": "red"}
CHIPS = {
    "GRADUATE": "bold black on green",
    "QUARANTINE": "bold white on magenta",
    "WATCH": "bold black on yellow",
    "KILL": "bold white on red",
}
COLUMNS = ("slice", "stage", "measured", "asked for", "")
MISSED = "MISSED"


def console() -> Console:
    """Return a console on stdout; wide enough for tables when it is a pipe."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160, highlight=False)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of text; nothing in them is read as markup."""
    table = _table(title)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_coloured(cell) for cell in row))
    console().print(table)


def print_chips(rows: Iterable[tuple[str, str, str]]) -> None:
    """Print a line for each strategy: the word of its verdict as a chip, its id, and why."""
    grid = Table.grid(padding=(0, 2), pad_edge=False)
    for overflow in ("ignore", "fold", "fold"):
        grid.add_column(overflow=overflow, no_wrap=overflow == "ignore")
    for word, name, why in rows:
        grid.add_row(_chip(word), Text(inert_line(name)), Text(inert_line(why)))
    console().print(grid)


def print_warning(word: str, text: str) -> None:
    """Print a chip of warning and what it is about."""
    console().print(Text.assemble((f"[{word}]", CHIPS["KILL"]), " ", inert_line(text)))


def print_stages(word: str, name: str, why: str, stages: Iterable[StageResult]) -> None:
    """Print one strategy's stages, measured against threshold; what was missed stands out in words and in colour."""
    console().print(Text.assemble(_chip(word), " ", (inert_line(f"{name}: {why}"), "bold")))
    table = _table(None)
    for column in COLUMNS:
        table.add_column(column, overflow="fold", justify="right" if column == "measured" else "left")
    for stage in stages:
        passed = stage.verdict is Verdict.PASS
        cells = (stage.slice_name, stage.stage, stage.measured_text, stage.threshold_text, "pass" if passed else MISSED)
        table.add_row(*(Text(inert_line(cell)) for cell in cells), style="" if passed else "bold red")
    console().print(table)


def _table(title: str | None) -> Table:
    shown = None if title is None else escape(inert_line(title))
    return Table(title=shown, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)


def _chip(word: str) -> Text:
    return Text(f"[{inert_line(word)}]", CHIPS.get(word, "reverse"))


def _coloured(cell: str) -> str:
    colour = COLOURS.get(cell)
    return f"[{colour}]{cell}[/{colour}]" if colour else escape(inert_line(cell))
