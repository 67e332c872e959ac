"""Equity and drawdown as inline SVG.

Plotly's script is 4.8 MB whatever is drawn; that leaves no room under the 5 MB of a page, and paper
runs no script. Two static panels need a few hundred lines of path data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from organism.report.data import Curve, FloatArray, drawdown, thinned
from organism.report.markup import Markup, element, join
from organism.report.time_axis import month_ticks

WIDTH = 960
LEFT, RIGHT = 64, 16
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""Told apart by colour-blind readers, and in print by their labels."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing area: a box in SVG units, and the ranges of time (ms) and value (%) that fill it."""

    top: int
    height: int
    first_ms: float
    last_ms: float
    low: float
    high: float

    def x(self, time_ms: FloatArray | float) -> FloatArray:
        """Return the horizontal positions of times."""
        span = max(self.last_ms - self.first_ms, 1.0)
        return LEFT + (np.asarray(time_ms, dtype=np.float64) - self.first_ms) / span * (WIDTH - LEFT - RIGHT)

    def y(self, value: FloatArray | float) -> FloatArray:
        """Return the vertical positions of values; larger is higher."""
        return self.top + (self.high - np.asarray(value, dtype=np.float64)) / (self.high - self.low) * self.height


def equity_chart(curves: tuple[Curve, ...]) -> Markup:
    """Return net return (% of the slice's initial capital) above, fall from the peak (%) below."""
    returns = [(curve.equity / curve.equity[0] - 1.0) * 100.0 for curve in curves]
    falls = [drawdown(curve.equity) * 100.0 for curve in curves]
    first, last = float(curves[0].time_ms[0]), float(max(curve.time_ms[-1] for curve in curves))
    upper = Panel(40, 250, first, last, *_range(returns))
    lower = Panel(340, 110, first, last, *_range(falls))
    return element(
        "svg",
        element("title", "Net return and drawdown by slice"),
        *_frame(upper, "net return, %"),
        *_frame(lower, "drawdown, %"),
        *_time_axis(lower, upper),
        *(part for i, curve in enumerate(curves) for part in _slice_label(upper, curve, returns[i], i)),
        *(_line(upper, curve, returns[i], i) for i, curve in enumerate(curves)),
        *(_line(lower, curve, falls[i], i) for i, curve in enumerate(curves)),
        viewBox=f"0 0 {WIDTH} 480",
        role="img",
        class_="chart",
    )


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Return about `count` round numbers (1, 2 or 5 times a power of ten apart) from `low` to `high`."""
    rough = max(high - low, 1e-9) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def _range(series: list[FloatArray]) -> tuple[float, float]:
    values = np.concatenate(series)
    values = values[np.isfinite(values)]
    low, high = min(0.0, float(values.min(initial=0.0))), max(0.0, float(values.max(initial=0.0)))
    if high - low < 1e-6:
        return low - 1.0, high + 1.0
    margin = 0.04 * (high - low)
    return low - (margin if low < 0 else 0.0), high + (margin if high > 0 else 0.0)


def _line(panel: Panel, curve: Curve, values: FloatArray, colour: int) -> Markup:
    known = np.isfinite(values)
    times, values = curve.time_ms[known], values[known]
    kept = thinned(values)
    points = zip(panel.x(times[kept].astype(np.float64)), panel.y(values[kept]), strict=True)
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    # Not every reader of SVG heeds a style sheet; without it a curve would be a black field.
    return element("path", d=path, fill="none", stroke=COLOURS[colour % len(COLOURS)], class_="line")


def _slice_label(panel: Panel, curve: Curve, returns: FloatArray, colour: int) -> Iterator[Markup]:
    left, right = (float(panel.x(float(time))) for time in (curve.time_ms[0], curve.time_ms[-1]))
    yield element("line", x1=f"{left:.1f}", x2=f"{left:.1f}", y1=22, y2=450, class_="border")
    middle = f"{(left + right) / 2:.1f}"
    fill = COLOURS[colour % len(COLOURS)]
    # A ruined curve has no last value; what it had before is what it came to.
    final_return = returns[np.isfinite(returns)][-1]
    yield element("text", curve.slice_name, x=middle, y=14, fill=fill, class_="slice")
    yield element("text", f"{final_return:+.1f} %", x=middle, y=30, fill=fill, class_="slice")


def _frame(panel: Panel, unit: str) -> Iterator[Markup]:
    for tick in nice_ticks(panel.low, panel.high, max(3, panel.height // 36)):
        y = f"{float(panel.y(tick)):.1f}"
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="zero" if tick == 0 else "grid")
        yield element("text", f"{tick:g}", x=LEFT - 8, y=y, class_="tick-y")
    middle = panel.top + panel.height / 2
    yield element("text", unit, x=14, y=middle, transform=f"rotate(-90 14 {middle})", class_="unit")


def _time_axis(panel: Panel, upper: Panel) -> Iterator[Markup]:
    bottom = panel.top + panel.height
    for time_ms, label in month_ticks(panel.first_ms, panel.last_ms):
        x = f"{float(panel.x(time_ms)):.1f}"
        yield element("line", x1=x, x2=x, y1=upper.top, y2=bottom, class_="grid")
        yield element("text", label, x=x, y=bottom + 18, class_="tick-x")


def legend_of(curves: tuple[Curve, ...]) -> Markup:
    """Return the first and last day of each curve, in words."""
    return join(*(element("p", _span(curve), class_="note") for curve in curves))


def _span(curve: Curve) -> str:
    first, last = (datetime.fromtimestamp(int(ms) / 1000, tz=UTC).date() for ms in curve.time_ms[[0, -1]])
    return f"{curve.slice_name}: {first} to {last}, {curve.equity[0]:,.0f} USDC at its start"
