"""Simulating many rules on one universe: what search needs of each, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.kernel import write_settings
from backtest.kernel_batch import IS_RUINED, N_ENTRIES, N_PLACES, simulate_rules
from backtest.kernel_levels import N_LEVELS
from backtest.kernel_rules import N_SETTINGS
from backtest.metrics import N_METRICS, metrics_of
from backtest.pooling import CAPITAL_USDC
from backtest.result import Failure, FloatArray, IntArray, Metrics
from backtest.risk import Risk
from backtest.signals import n_words
from backtest.sizing_slots import SizingSlots
from backtest.stacked import StackedMarkets
from backtest.workspace import block_ends

LEVEL_BYTES = 1 << 19
"""Room for the levels of a batch: they are read soon after they are written, so they should stay in the cache."""
MOST_RULES = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rule on the whole universe, pooled over its coins."""

    metrics: Metrics
    failure: Failure | None
    block_log_returns: FloatArray
    """Shape (n_blocks,)."""
    case_log_returns: FloatArray
    """Shape (n_coins, n_blocks): of each sleeve by itself."""


@dataclass(frozen=True, slots=True)
class TooFewEntries:
    """A rule that was not simulated: it cannot have as many trades as are asked for."""

    n_entries: int
    """Bars of all coins on which it would enter; no trade begins on any other."""


class BatchSimulator:
    """Simulates batches of rules on the whole of one universe.

    Parameters
    ----------
    markets
        The coins' markets with their costs.
    minimum_trades
        Rules that cannot have as many, or any, are not simulated.
    n_blocks
        Number of equal blocks whose log returns are told.
    """

    def __init__(self, markets: StackedMarkets, *, minimum_trades: int, n_blocks: int = 6) -> None:
        self._markets, self._n_blocks = markets, n_blocks
        self._least_entries = max(minimum_trades, 1)
        self._block_ends = block_ends(0, markets.n_bars, n_blocks)
        self._buffers = np.empty((2, markets.n_bars + 1))
        shape = (markets.n_coins, N_LEVELS, n_words(markets.n_bars))
        capacity = min(max(LEVEL_BYTES // (8 * math.prod(shape)), 1), MOST_RULES)
        self.levels = np.empty((capacity, *shape), dtype=np.uint64)
        """Shape (capacity, n_coins, N_LEVELS, n_words): the first four rows of each rule are to be written."""

    def simulate(
        self, risks: Sequence[Risk], sizings: SizingSlots, numbers: Sequence[int], progress: IntArray
    ) -> list[Outcome | TooFewEntries]:
        """Simulate the rules whose levels have been written, as many as there are `risks`.

        Parameters
        ----------
        risks
            One for each rule.
        sizings
            Holds the sizing of each of them.
        numbers
            One for each rule.
        progress
            Shape (1,): set to the number of each rule as it begins, for those who watch from another process.
        """
        blocks = np.zeros((len(risks), self._markets.n_coins + 1, self._n_blocks))
        told = np.empty((len(risks), N_PLACES))
        settings = np.empty((len(risks), N_SETTINGS))
        for row, risk in zip(settings, risks, strict=True):
            write_settings(row, risk, CAPITAL_USDC / self._markets.n_coins)
        # Before its arrays, which are others when they grow.
        slots = np.array([sizings.slot(risk) for risk in risks], dtype=np.int64)
        simulate_rules(
            *self._markets.arrays,
            sizings.arrays,
            slots,
            self.levels,
            settings,
            self._markets.segments,
            self._markets.segment_bounds,
            self._block_ends,
            self._buffers,
            self._least_entries,
            np.array(numbers, dtype=np.int64),
            progress,
            blocks,
            told,
            self._markets.bars_per_year,
        )
        return [self._outcome(one, own) for one, own in zip(told.tolist(), blocks, strict=True)]

    def _outcome(self, told: Sequence[float], blocks: FloatArray) -> Outcome | TooFewEntries:
        n_entries = int(told[N_ENTRIES])
        if n_entries < self._least_entries:
            return TooFewEntries(n_entries)
        metrics = metrics_of(told[:N_METRICS])
        if told[IS_RUINED] > 0.0:
            return Outcome(metrics, Failure.RUINED, blocks[-1], blocks[:-1])
        failure = Failure.ZERO_VARIANCE if metrics.sharpe != metrics.sharpe else None
        return Outcome(metrics, failure, blocks[-1], blocks[:-1])
