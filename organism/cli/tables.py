"""Tables on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data.shown import inert_line
from organism.gauntlet.verdict import StageResult

COLOURS = {"Pass": "green", "Marginal": "yellow", "Watch": "yellow", "Kill": "red"}


def console() -> Console:
    """Return a console on stdout; wide enough for tables when it is a pipe."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160, highlight=False)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of text; nothing in them is read as markup."""
    title = escape(inert_line(title))
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_coloured(cell) for cell in row))
    console().print(table)


def print_stages(verdict: dict[str, Any]) -> None:
    """Print one strategy's stages: measured against threshold."""
    stages = [StageResult.from_plain(stage) for stage in verdict["stages"]]
    rows = [(s.slice_name, s.stage, s.measured_text, s.threshold_text, s.verdict.value) for s in stages]
    print_table(f"{verdict['id']}: {verdict['verdict']}, {verdict['reason']}", COLUMNS, rows)


COLUMNS = ("slice", "stage", "measured", "asked for", "verdict")


def _coloured(cell: str) -> str:
    colour = COLOURS.get(cell)
    return f"[{colour}]{cell}[/{colour}]" if colour else escape(inert_line(cell))
