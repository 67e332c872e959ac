"""Numbers as the venue writes them: decimal strings, never an exponent, and prices on its grid."""

from __future__ import annotations

import math

import numpy as np

from data.instruments import PRICE_DECIMALS

MOST_DECIMALS = 20
"""Of any number; a float of a thousandth or more never has as many."""
SIGNIFICANT_FIGURES = 5
"""Of a price that is not a whole number."""


def decimal_text(value: float) -> str:
    """Return the shortest decimal that reads back as the same float: `29295.0`, `0.0000125`; 20 decimals at most."""
    shortest = repr(float(value))
    if "e" not in shortest and (value >= 0.001 or value <= -0.001):
        return shortest
    return str(np.format_float_positional(float(value), precision=MOST_DECIMALS, trim="0"))


def price_decimals(price: float, size_decimals: int) -> int:
    """Return how many decimals a price may have: five figures, and six decimals less those of the size."""
    by_figures = SIGNIFICANT_FIGURES - 1 - math.floor(math.log10(price))
    return max(0, min(by_figures, PRICE_DECIMALS - size_decimals))


def steps_around(price: float, size_decimals: int, count: int) -> tuple[list[float], list[float]]:
    """Return `count` bids below and asks above `price`, best first, a step of the grid apart."""
    decimals = price_decimals(price, size_decimals)
    scale = 10.0**decimals
    best = max(1, math.floor(price * scale))
    bids = [round(step / scale, decimals) for step in range(best, max(0, best - count), -1)]
    asks = [round(step / scale, decimals) for step in range(best + 1, best + 1 + count)]
    return bids, asks
