"""Candles, volume and funding in the characters of a terminal; what colour says, form says too.

A character holds two halves, one above the other. A wick is a thin line and a body a thick one; a body that fell is
broken where there is room. In places without bars there is a cross, and where funding is unknown a dot.
"""

from __future__ import annotations

import math

import numpy as np
from rich.text import Text

from organism.report.chart import nice_ticks
from organism.report.table import short
from organism.report.time_axis import time_ticks
from organism.views.candles import Candles, price_line, span_line

EMPTY, WICK, BODY = 0, 1, 2
FORMS = {
    (EMPTY, EMPTY): " ",
    (WICK, WICK): "│",
    (BODY, BODY): "┃",
    (WICK, BODY): "╽",
    (BODY, WICK): "╿",
    (EMPTY, BODY): "╻",
    (BODY, EMPTY): "╹",
    (EMPTY, WICK): "╷",
    (WICK, EMPTY): "╵",
}
"""By what the upper and the lower half hold."""
FALLEN = "╏"
UP, DOWN, SOFT = "green", "red", "dim"
EIGHTHS = " ▁▂▃▄▅▆▇█"
NO_BARS, UNKNOWN = "\u00d7", "·"
VOLUME_ROWS, FUNDING_ROWS = 3, 2
LABEL = 10
"""Room for the labels of an axis."""
LEAST_ROWS, MOST_ROWS = 6, 24
OTHER_ROWS = VOLUME_ROWS + 2 * FUNDING_ROWS + 7
"""Rows that are not the price's: panels, lines between them, dates, headlines, legend."""
Row = tuple[list[str], list[str]]
"""Characters and styles of a row, one for each place."""


def places_of(width: int) -> int:
    """Return how many candles there is room for."""
    return max(width - LABEL - 2, 8)


def candles_text(shown: Candles, height: int) -> Text:
    """Return the drawing, at most `height` rows where that leaves room for a price, and a line for each row."""
    n_rows = min(max(height - OTHER_ROWS, LEAST_ROWS), MOST_ROWS)
    lines = [Text(price_line(shown), "bold"), Text(span_line(shown)), *_price(shown, n_rows)]
    lines += [_rule(shown), *_volume(shown)]
    lines += [] if np.isnan(shown.funding).all() else [_rule(shown), *_funding(shown)]
    lines += [*_dates(shown), *_legend(shown)]
    return Text("\n").join(lines)


def _price(shown: Candles, n_rows: int) -> list[Text]:
    low, high = float(shown.low.min()), float(shown.high.max())
    halves = np.zeros((2 * n_rows, shown.n_places), dtype=np.int64)
    scale = (2 * n_rows - 1) / max(high - low, 1e-12 * high)
    for what, upper, lower in (
        (WICK, shown.high, shown.low),
        (BODY, np.maximum(shown.open, shown.close), np.minimum(shown.open, shown.close)),
    ):
        tops = np.rint((high - upper) * scale).astype(int)
        bottoms = np.rint((high - lower) * scale).astype(int)
        for place, top, bottom in zip(shown.place, tops, bottoms, strict=True):
            halves[top : bottom + 1, place] = what
    is_down = np.zeros(shown.n_places, dtype=np.bool_)
    is_down[shown.place] = shown.close < shown.open
    labels = _price_labels(low, high, n_rows)
    rows = []
    for row in range(n_rows):
        pairs = zip(halves[2 * row], halves[2 * row + 1], strict=True)
        forms = [FORMS[int(upper), int(lower)] for upper, lower in pairs]
        marks = [FALLEN if form == "┃" and down else form for form, down in zip(forms, is_down, strict=True)]
        rows.append(_line(labels.get(row, ""), (marks, [DOWN if down else UP for down in is_down])))
    return rows


def _price_labels(low: float, high: float, n_rows: int) -> dict[int, str]:
    """Return labels by row."""
    if high <= low:
        return {0: f"{high:,.8g}"}
    ticks = nice_ticks(low, high, max(2, n_rows // 3))
    step = ticks[1] - ticks[0] if len(ticks) > 1 else high - low
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return {round((high - tick) / (high - low) * (n_rows - 1)): f"{tick:,.{decimals}f}" for tick in ticks}


def _volume(shown: Candles) -> list[Text]:
    largest = float(shown.volume.max())
    volume = np.zeros(shown.n_places)
    volume[shown.place] = shown.volume
    rows = _columns(volume, largest, VOLUME_ROWS)
    styles = [SOFT] * shown.n_places
    for place, opened, close in zip(shown.place, shown.open, shown.close, strict=True):
        styles[place] = DOWN if close < opened else UP
    for place in set(range(shown.n_places)) - set(shown.place.tolist()):
        rows[-1][place] = NO_BARS
    labels = [f"{short(largest)} vol", *[""] * (VOLUME_ROWS - 1)]
    return [_line(label, (marks, styles)) for label, marks in zip(labels, rows, strict=True)]


def _funding(shown: Candles) -> list[Text]:
    """Return rows above zero, where longs pay, and rows below it, where they receive."""
    rate = np.nan_to_num(shown.funding)
    largest = max(float(np.abs(rate).max()), 1e-9)
    above = _columns(np.maximum(rate, 0.0), largest, FUNDING_ROWS)
    # From the top of a row there are blocks of an eighth, a half and the whole only.
    below = [[" "] * shown.n_places for _ in range(FUNDING_ROWS)]
    for place in np.flatnonzero(rate < 0.0):
        filled = -rate[place] / largest * FUNDING_ROWS
        for row in range(FUNDING_ROWS):
            share = filled - row
            below[row][place] = "█" if share >= 0.75 else "▀" if share >= 0.3 else "▔" if share > 0.0 else " "
    for place in np.flatnonzero(np.isnan(shown.funding)):
        above[-1][place] = UNKNOWN
    has_negative = bool((rate < 0.0).any())
    rows = [*above, *(below if has_negative else [])]
    labels = [f"{100 * largest:+.0f} %/y", "funding", *["", f"{-100 * largest:+.0f} %/y"][: len(rows) - FUNDING_ROWS]]
    styles = [DOWN if value < 0.0 else SOFT if np.isnan(value) else UP for value in shown.funding]
    return [_line(label, (marks, styles)) for label, marks in zip(labels, rows, strict=True)]


def _columns(values: np.ndarray[tuple[int], np.dtype[np.float64]], largest: float, n_rows: int) -> list[list[str]]:
    """Return rows of blocks as high as the values; whatever is not zero shows an eighth."""
    eighths = np.ceil(np.asarray(values) / max(largest, 1e-300) * 8 * n_rows - 1e-9).astype(int)
    return [[EIGHTHS[int(np.clip(count - 8 * (n_rows - 1 - row), 0, 8))] for count in eighths] for row in range(n_rows)]


def _dates(shown: Candles) -> list[Text]:
    line, marks = [" "] * shown.n_places, ["─"] * shown.n_places
    free = 0
    for time_ms, label in time_ticks(shown.first_ms, shown.end_ms, max(2, shown.n_places // 14)):
        place = int((time_ms - shown.first_ms) // shown.candle_ms)
        if place < free or place + len(label) > shown.n_places:
            continue
        marks[place] = "┬"
        line[place : place + len(label)] = label
        free = place + len(label) + 1
    return [
        Text(" " * (LABEL + 1) + "└" + "".join(marks), SOFT),
        Text(" " * (LABEL + 2) + "".join(line).rstrip(), SOFT),
    ]


def _legend(shown: Candles) -> list[Text]:
    said = [f"{FALLEN} fell  ┃ rose"]
    if shown.place.size < shown.n_places:
        said.append(f"{NO_BARS} no bars")
    if np.isnan(shown.funding).all():
        said.append("funding is unknown")
    elif np.isnan(shown.funding).any():
        said.append(f"{UNKNOWN} funding unknown")
    return [Text(" " * (LABEL + 2) + "   ".join(said), SOFT)]


def _rule(shown: Candles) -> Text:
    return Text(" " * (LABEL + 1) + "├" + "┄" * shown.n_places, SOFT)


def _line(label: str, row: Row) -> Text:
    text = Text(f"{label:>{LABEL}} " + ("┤" if label else "│"), SOFT)
    for mark, style in zip(*row, strict=True):
        text.append(mark, style)
    return text
