"""The page that shows a stretch of history: candles, volume and funding as inline SVG."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from organism.report.chart import LEFT, RIGHT, WIDTH, nice_ticks
from organism.report.coverage_page import STYLE, definitions
from organism.report.html import page, section
from organism.report.markup import Markup, element
from organism.report.table import short
from organism.report.time_axis import time_ticks
from organism.views.candles import Candles, price_line, span_line

PLACES = 240
"""The most candles on a page."""
PRICE, VOLUME, FUNDING = (10, 300), (330, 80), (430, 80)
"""Top and height of each panel, in SVG units."""
HEIGHT = 540
SMALL: dict[str, str | float] = {"class_": "small", "font_size": 11, "fill": "#5b636d"}
"""How labels look; not every reader of SVG heeds a style sheet."""
RISE, FALL = "#0072b2", "#d55e00"
FOOTER = "Drawn from what is in the lake. A place without a candle has no bars."


def candles_page(shown: Candles) -> str:
    """Return the page as text."""
    name = f"{shown.coin} {shown.interval} of {shown.venue}"
    known = shown.funding[~np.isnan(shown.funding)]
    figures = (
        ("last close", f"{shown.close[-1]:,.10g}"),
        ("low and high", f"{shown.low.min():,.10g} and {shown.high.max():,.10g}"),
        ("change", f"{100 * shown.change:+.2f} %"),
        ("volume", f"{shown.volume.sum():,.0f} {shown.coin}"),
        ("funding", f"{100 * known.mean():+.2f} % a year in the mean, paid by longs" if known.size else "unknown"),
    )
    return page(
        name,
        element("header", element("h1", name), element("p", span_line(shown), class_="lead")),
        section("Candles", candle_chart(shown), element("p", LEGEND, class_="note")),
        section("Figures", definitions(figures)),
        footer=FOOTER,
        more_style=STYLE.read_text(encoding="utf-8"),
    )


LEGEND = (
    "Hollow candles rose, filled ones fell. Funding is what a long pays, in percent a year; below zero a long "
    "receives it, and where it is unknown the panel is grey."
)


def candle_chart(shown: Candles) -> Markup:
    """Return the drawing."""
    return element(
        "svg",
        element("title", f"{price_line(shown)}; {span_line(shown)}"),
        *_time_axis(shown),
        *_candles(shown),
        *_volume(shown),
        *_funding(shown),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        class_="chart candles",
    )


def _candles(shown: Candles) -> Iterator[Markup]:
    low, high = float(shown.low.min()), float(shown.high.max())
    margin = 0.03 * (high - low) or 0.01 * high
    yield from _axis(PRICE, low - margin, high + margin, "price", 7)
    x, half = _x(shown), _half_width(shown)
    top, bottom = (_y(PRICE, prices, low - margin, high + margin) for prices in (shown.high, shown.low))
    upper, lower = (
        _y(PRICE, prices, low - margin, high + margin)
        for prices in (np.maximum(shown.open, shown.close), np.minimum(shown.open, shown.close))
    )
    fell = shown.close < shown.open
    for rows, name, colour, fill in ((~fell, "up", RISE, "#fff"), (fell, "down", FALL, FALL)):
        chosen = np.flatnonzero(rows)
        wicks = "".join(
            f"M{x[row]:.1f} {top[row]:.1f}V{upper[row]:.1f}M{x[row]:.1f} {lower[row]:.1f}V{bottom[row]:.1f}"
            for row in chosen
        )
        bodies = "".join(_box(x[row], half, upper[row], max(lower[row] - upper[row], 0.6)) for row in chosen)
        if chosen.size:
            yield element("path", d=wicks, fill="none", stroke=colour, class_=f"wick-{name}")
            yield element("path", d=bodies, fill=fill, stroke=colour, class_=name)


def _volume(shown: Candles) -> Iterator[Markup]:
    largest = float(shown.volume.max()) or 1.0
    yield from _axis(VOLUME, 0.0, largest, "volume", 2)
    x, half = _x(shown), _half_width(shown)
    y = _y(VOLUME, shown.volume, 0.0, largest)
    fell = shown.close < shown.open
    base = VOLUME[0] + VOLUME[1]
    for rows, name, colour, fill in ((~fell, "up", RISE, "#fff"), (fell, "down", FALL, FALL)):
        boxes = "".join(_box(x[row], half, y[row], base - y[row]) for row in np.flatnonzero(rows))
        if boxes:
            yield element("path", d=boxes, fill=fill, stroke=colour, class_=name)


def _funding(shown: Candles) -> Iterator[Markup]:
    percent = 100.0 * shown.funding
    known = percent[~np.isnan(percent)]
    low, high = min(float(known.min(initial=0.0)), 0.0), max(float(known.max(initial=0.0)), 0.0)
    if high - low < 1e-9:
        high = low + 1.0
    yield from _axis(FUNDING, low, high, "funding, %/y", 3)
    step = (WIDTH - LEFT - RIGHT) / shown.n_places
    zero = float(_y(FUNDING, np.zeros(1), low, high)[0])
    unknown = "".join(
        f"M{LEFT + place * step:.1f} {FUNDING[0]}h{step:.1f}v{FUNDING[1]}h-{step:.1f}z"
        for place in np.flatnonzero(np.isnan(percent))
    )
    if unknown:
        yield element("path", element("title", "funding unknown"), d=unknown, fill="#8a929c", fill_opacity=0.22)
    y = _y(FUNDING, np.nan_to_num(percent), low, high)
    for rows, name, colour, fill in ((percent > 0.0, "up", RISE, "#fff"), (percent < 0.0, "down", FALL, FALL)):
        boxes = "".join(
            _box(LEFT + (place + 0.5) * step, _half_width(shown), min(y[place], zero), abs(y[place] - zero))
            for place in np.flatnonzero(rows)
        )
        if boxes:
            yield element("path", d=boxes, fill=fill, stroke=colour, class_=name)


def _axis(panel: tuple[int, int], low: float, high: float, unit: str, count: int) -> Iterator[Markup]:
    for tick in nice_ticks(low, high, count):
        y = f"{float(_y(panel, np.array([tick]), low, high)[0]):.1f}"
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, stroke="#e8ebee", class_="grid")
        yield element(
            "text",
            f"{tick:,.6g}" if tick < 1e6 else short(tick),
            x=LEFT - 8,
            y=f"{float(y) + 3.5:.1f}",
            text_anchor="end",
            **SMALL,
        )
    middle = panel[0] + panel[1] / 2
    yield element("text", unit, x=10, y=middle, transform=f"rotate(-90 10 {middle})", text_anchor="middle", **SMALL)


def _time_axis(shown: Candles) -> Iterator[Markup]:
    bottom = FUNDING[0] + FUNDING[1]
    for time_ms, label in time_ticks(shown.first_ms, shown.end_ms, 9):
        share = (time_ms - shown.first_ms) / (shown.end_ms - shown.first_ms)
        x = f"{LEFT + share * (WIDTH - LEFT - RIGHT):.1f}"
        yield element("line", x1=x, x2=x, y1=PRICE[0], y2=bottom, stroke="#e8ebee", class_="grid")
        # A label at the very end would be cut.
        if share < 0.97:
            yield element("text", label, x=x, y=bottom + 18, text_anchor="middle", **SMALL)


def _x(shown: Candles) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the middle of each candle."""
    return np.asarray(LEFT + (shown.place + 0.5) * (WIDTH - LEFT - RIGHT) / shown.n_places)


def _half_width(shown: Candles) -> float:
    return min(0.36 * (WIDTH - LEFT - RIGHT) / shown.n_places, 8.0)


def _y(
    panel: tuple[int, int], values: np.ndarray[tuple[int], np.dtype[np.float64]], low: float, high: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(panel[0] + (high - values) / (high - low) * panel[1])


def _box(middle: float, half: float, top: float, height: float) -> str:
    return f"M{middle - half:.1f} {top:.1f}h{2 * half:.1f}v{height:.1f}h-{2 * half:.1f}z"
