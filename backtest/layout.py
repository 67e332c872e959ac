"""How the kernel holds a market: few and narrow arrays, since it waits for memory more than it reckons.

Both sides share prices: what is adverse to a long is the low, to a short the high, and with the sign of the side before
it one comparison serves both. What many bars have in common stands once for a block of them, so that the blocks stay in
the processor's cache, and whole blocks in which nothing can happen are leapt over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from data.market import FloatArray, Market

NEAR_SHIFT, FAR_SHIFT = 3, 5
NEAR_BARS, FAR_BARS = 1 << NEAR_SHIFT, 1 << FAR_SHIFT
"""Bars whose extremes the kernel can look at together; a block begins at a multiple of its bars."""

LONG, SHORT = range(2)
# Fields of a quote; what has been paid stands once for each side.
OPEN, CAPACITY, PAID, _, N_QUOTE = range(5)
# Fields of a bar's path, and of a block's; the adverse one has the place of the side.
LOW, HIGH, N_PATH = range(3)
# Fields of a far block: those of a path, and the most paid by each side.
MOST_PAID, N_FAR = 2, 4
LINE_ITEMS = 8
"""Numbers in a line of the processor's cache."""


class MarketArrays(NamedTuple):
    """A market as compiled code reads it; prices missing are NaN."""

    quotes: FloatArray
    """Shape (n_bars, N_QUOTE): open; coins that an order filled at it may have at most; USDC that one coin held long,
    and one held short, has paid as funding from the first bar to this open."""
    path: FloatArray
    """Shape (n_bars, N_PATH): low and high."""
    marks: FloatArray
    """Shape (2, n_bars): what one coin held long, and held short, is worth at the close, less what it has paid."""
    near: FloatArray
    """Shape (n_blocks, N_PATH): least low and largest high of `NEAR_BARS` bars, missing ones left out."""
    far: FloatArray
    """Shape (n_blocks, N_FAR): the same of `FAR_BARS` bars, and the most each side has paid at the open of any."""
    terms: FloatArray
    """Fee and slippage as fractions, minimum order in USDC, largest leverage, maintenance fraction, lot in coins, and
    by how much the liquidation level of a long and of a short rises for each USDC paid."""


class Sizing(NamedTuple):
    """What `PreparedMarket.sizing` returns; shape (n_bars,) or (1,)."""

    exposure: FloatArray
    distance: FloatArray


def n_items(n_bars: int) -> tuple[int, ...]:
    """Return how many numbers each array but the terms has."""
    n_near, n_far = _n_blocks(n_bars, NEAR_BARS), _n_blocks(n_bars, FAR_BARS)
    return n_bars * N_QUOTE, n_bars * N_PATH, 2 * n_bars, n_near * N_PATH, n_far * N_FAR


def aligned(size: int) -> FloatArray:
    """Return an array that begins with a line of the processor's cache, so that no quote lies in two of them."""
    room = np.empty(size + LINE_ITEMS)
    first = -room.ctypes.data % (8 * LINE_ITEMS) // 8
    return room[first : first + size]


def lay_out(
    market: Market, funding: tuple[FloatArray, FloatArray], capacity: FloatArray, terms: FloatArray
) -> MarketArrays:
    """Lay a market out; `funding` is what one coin held long and one held short pays at the open of each bar."""
    n_bars = market.n_bars
    quotes = aligned(n_bars * N_QUOTE).reshape(n_bars, N_QUOTE)
    marks = np.empty((2, n_bars))
    far = np.empty((_n_blocks(n_bars, FAR_BARS), N_FAR))
    quotes[:, OPEN], quotes[:, CAPACITY] = market.open, capacity
    for way, sign in ((LONG, 1.0), (SHORT, -1.0)):
        paid = np.cumsum(np.nan_to_num(funding[way], nan=0.0))
        quotes[:, PAID + way] = paid
        far[:, MOST_PAID + way] = np.fmax.reduceat(paid, np.arange(0, n_bars, FAR_BARS))
        marks[way] = sign * market.close - paid
    path = np.column_stack((market.low, market.high))
    near = _extremes(path, NEAR_BARS)
    far[:, :N_PATH] = _extremes(path, FAR_BARS)
    return MarketArrays(quotes, path, marks, near, far, terms)


def _extremes(path: FloatArray, n_bars: int) -> FloatArray:
    """Return the least low and the largest high of each block of bars; NaN where all of them are missing."""
    first = np.arange(0, len(path), n_bars)
    return np.column_stack((np.fmin.reduceat(path[:, LOW], first), np.fmax.reduceat(path[:, HIGH], first)))


def _n_blocks(n_bars: int, size: int) -> int:
    return -(-n_bars // size)
