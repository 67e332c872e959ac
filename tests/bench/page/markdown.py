"""A section of the JSON document as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any


def section_lines(section: dict[str, Any], plots_folder: str | None = None) -> Iterator[str]:
    """Yield heading, notes, tables, bars, plots and what was refused; plots only where there is a folder of them."""
    yield from ("", f"## {section['title']}", "")
    for note in section["notes"]:
        yield from (note, "")
    for table in section["tables"]:
        yield from table_lines(table)
    if section["bars"]:
        yield from bar_lines(section["bars"])
    if plots_folder is not None:
        for plot in section["plots"]:
            yield from (f"![{plot['title']}]({plots_folder}/{plot['name']}.svg)", "")
    for text in section["refused"]:
        yield from (f"**REFUSED** {text}", "")


def table_lines(table: dict[str, Any]) -> Iterator[str]:
    """Yield a table under its title; what is missing is a dash."""
    columns = table["columns"]
    yield from (f"**{table['title']}**", "")
    yield "| " + " | ".join(column["name"] for column in columns) + " |"
    yield "|" + "|".join("---" if column["form"] == "{}" else "---:" for column in columns) + "|"
    for row in table["rows"]:
        yield "| " + " | ".join(_cell(c["form"], value) for c, value in zip(columns, row, strict=True)) + " |"
    yield ""


def bar_lines(bars: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what was promised, what was measured, and the word held or missed."""
    yield from ("| bar | measured | promised | |", "|---|---:|---:|---|")
    for bar in bars:
        unit = f" {bar['unit']}" if bar["unit"] else ""
        word = "at least" if bar["at_least"] else "at most"
        promised = f"{word} {bar['limit']:,g}{unit}"
        yield f"| {bar['name']} | {_number(bar['measured'])}{unit} | {promised} | {word_of(bar)} |"
    yield ""


def word_of(bar: dict[str, Any]) -> str:
    """Return held or missed; what is not a number keeps no promise."""
    measured, limit = bar["measured"], bar["limit"]
    is_held = measured >= limit if bar["at_least"] else measured <= limit
    return "held" if is_held else "**missed**"


def _cell(form: str, value: Any) -> str:
    is_missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "-" if is_missing else form.format(value)


def _number(value: float) -> str:
    if math.isnan(value):
        return "refused"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
