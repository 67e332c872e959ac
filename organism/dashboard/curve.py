"""Lines in the dots of a terminal: two dots across and four up in each character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from organism.dashboard.words import SOFT

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a Braille character by row from above and column."""
BLANK = 0x2800
LABEL = 8
"""Columns of the labels on the left, the axis apart."""


@dataclass(frozen=True, slots=True)
class Line:
    """Values at even distances, and the style that they are drawn in; None where there is no value."""

    values: Sequence[float | None]
    style: str


def curves(lines: Sequence[Line], width: int, height: int, form: str = ".2f", zero: bool = False) -> Content:
    """Return lines over one another, the later in front, with labels at the highest and the lowest value.

    Parameters
    ----------
    width, height
        In characters, labels and axis included.
    form
        Format of the labels.
    zero
        Whether zero belongs to the range.
    """
    known = [value for line in lines for value in line.values if value is not None]
    columns = width - LABEL - 2
    if not known or columns < 2 or height < 2:
        return Content("")
    low, high = min(known), max(known)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high, low = high + 0.5, low - 0.5
    cells = [[0] * columns for _ in range(height)]
    styles = [[SOFT] * columns for _ in range(height)]
    for line in lines:
        for column, row in _dots(line.values, 2 * columns, 4 * height, low, high):
            cells[row // 4][column // 2] |= DOTS[row % 4][column % 2]
            styles[row // 4][column // 2] = line.style
    labels = {0: f"{high:{form}}", height - 1: f"{low:{form}}"}
    if height > 5:
        labels[(height - 1) // 2] = f"{high - (high - low) * ((height - 1) // 2) / (height - 1):{form}}"
    rows = []
    for place, (bits, tones) in enumerate(zip(cells, styles, strict=True)):
        label = labels.get(place, "")
        head = (f"{label:>{LABEL}} " + ("┤" if label else "│"), SOFT)
        rows.append(Content.assemble(head, *_runs(bits, tones)))
    return Content("\n").join(rows)


def _runs(bits: Sequence[int], styles: Sequence[str]) -> list[tuple[str, str]]:
    """Return the characters of a row, those of one style together."""
    runs: list[tuple[str, str]] = []
    for bit, style in zip(bits, styles, strict=True):
        mark = chr(BLANK + bit) if bit else " "
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + mark, style)
        else:
            runs.append((mark, style))
    return runs


def _dots(values: Sequence[float | None], columns: int, rows: int, low: float, high: float) -> list[tuple[int, int]]:
    """Return the dots of a line: in each column from its highest value to its lowest, joined to the column before."""
    n = len(values)
    dots: list[tuple[int, int]] = []
    former: tuple[int, int] | None = None
    for column in range(columns):
        start, end = column * n // columns, (column + 1) * n // columns
        # Fewer values than columns: a value is drawn in several of them.
        known = [value for value in values[start : max(end, start + 1)] if value is not None]
        if not known:
            former = None
            continue
        top, bottom = (round((high - value) / (high - low) * (rows - 1)) for value in (max(known), min(known)))
        if former is not None:
            # Up to beside the stretch before, so that steep ones have no holes.
            top, bottom = min(top, former[1] + 1), max(bottom, former[0] - 1)
        dots += [(column, row) for row in range(top, bottom + 1)]
        former = top, bottom
    return dots
