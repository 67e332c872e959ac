"""Arrays that a simulation writes to, used again for the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from backtest.kernel_curve import LANES
from backtest.kernel_levels import N_LEVELS
from backtest.kernel_rules import N_SETTINGS
from backtest.metrics import N_METRICS
from backtest.result import FloatArray, IntArray
from backtest.signals import WordArray, n_words

NEVER = 2**40
"""Bars that no history has."""
N_TRADE_COLUMNS = 10
"""Entry bar, exit bar, side, quantity, entry price, exit price, fees, funding, profit, reason."""

# Places in the totals of a sleeve.
SUM_R, SUM_RR, SUM_NEGATIVE, DRAWDOWN, EQUITY, TRADED, HELD = range(7)
FORCED, WINS, SKIPPED, CAPPED, LIQUIDATED, RUINED, N_TOTALS = range(7, 14)


class Room(NamedTuple):
    """What the simulation of one sleeve fills."""

    equity: FloatArray
    """Room for one place more than bars: the initial capital, then the equity at the close of each bar on which
    something was held or closed."""
    change: FloatArray
    """Empty, or shape (n_bars,): the change of equity on each bar, USDC, is added to what stands there. So several
    sleeves share one array to be pooled, and the caller fills it with zeros before."""
    trades: FloatArray
    """Shape (0, N_TRADE_COLUMNS), or with room for a trade a bar."""
    blocks: FloatArray
    """Shape (n_blocks,): log returns of the blocks, NaN for a ruined sleeve."""
    totals: FloatArray
    """Shape (N_TOTALS,): sums and counts, see `SUM_R` and those after it."""
    lanes: FloatArray
    """Shape (3, LANES): room to add up in."""


class Workspace:
    """Buffers that one process uses again for every simulation of at most `n_bars` bars."""

    def __init__(self, n_bars: int) -> None:
        self.n_bars = n_bars
        self.change = np.zeros(n_bars)
        """Change of equity on each bar, USDC."""
        self.equity = np.empty(n_bars + 1)
        """See `Room`, as the next two."""
        self.totals = np.empty(N_TOTALS)
        self.lanes = np.empty((3, LANES))
        self.settings = np.empty(N_SETTINGS)
        self.metrics = np.empty(N_METRICS)
        self._levels: dict[int, WordArray] = {}
        self._block_ends: dict[tuple[int, int, int], IntArray] = {}

    def levels(self, n_bars: int) -> WordArray:
        """Return room for the levels of `n_bars` bars."""
        if n_bars not in self._levels:
            self._levels[n_bars] = np.empty((N_LEVELS, n_words(n_bars)), dtype=np.uint64)
        return self._levels[n_bars]

    def no_change(self, stop: int) -> FloatArray:
        """Return room for the changes of equity before bar `stop`, all 0."""
        change = self.change[:stop]
        change[:] = 0.0
        return change

    def block_ends(self, start: int, stop: int, n_blocks: int) -> IntArray:
        """Return `block_ends`, remembering it."""
        key = (start, stop, n_blocks)
        if key not in self._block_ends:
            self._block_ends[key] = block_ends(*key)
        return self._block_ends[key]


def block_ends(start: int, stop: int, n_blocks: int) -> IntArray:
    """Return the first bar after each block, then a bar that is never reached; shape (n_blocks + 1,)."""
    n = stop - start
    ends = [start + (n * (i + 1)) // n_blocks for i in range(n_blocks - 1)]
    return np.array([*ends, NEVER, NEVER], dtype=np.int64)
