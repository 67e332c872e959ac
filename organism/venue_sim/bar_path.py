"""What a bar looks like before it is over: a made-up path that ends at the bar's true values."""

from __future__ import annotations

from typing import NamedTuple


class Prices(NamedTuple):
    """Prices of a bar, or of as much of it as has passed."""

    open: float
    high: float
    low: float
    close: float


def prices_so_far(bar: Prices, fraction: float) -> Prices:
    """Return the bar after `fraction` of its time; the price moves in straight lines, a third of the time each.

    A bar that ends higher goes to its lowest first and then to its highest; one that ends lower the other way.
    """
    if fraction >= 1.0:
        return bar
    extremes = (bar.low, bar.high) if bar.close >= bar.open else (bar.high, bar.low)
    turns = (bar.open, *extremes, bar.close)
    leg = min(int(3.0 * fraction), 2)
    within = 3.0 * fraction - leg
    # Rounding must not carry the price beyond the bar's extremes.
    price = min(max(turns[leg] + (turns[leg + 1] - turns[leg]) * within, bar.low), bar.high)
    seen = (*turns[: leg + 1], price)
    return Prices(bar.open, max(seen), min(seen), price)
