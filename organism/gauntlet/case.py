"""One subject before one slice: what a stage measures on, and nothing beyond the slice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from backtest.costs import costs_for
from backtest.pooling import pool
from backtest.prepared import PreparedMarket, prepare
from backtest.result import PooledResult, Result, Trace
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.splits import Slice
from backtest.trace import trace
from data.intervals import bars_per_year
from data.market import Universe
from evolution.evaluator import FeatureStore
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import Subject

FloatArray = NDArray[np.float64]

REMEMBERED_UNIVERSES = 4
"""Universes with their costs that are kept, each some 65 bytes a coin and bar: at two cost factors in sample, and the
two slices that are held out."""
CAPITAL_USDC = 10_000.0
N_BLOCKS = 6


@lru_cache(REMEMBERED_UNIVERSES)
def _prepared(universe: Universe, cost_factor: float) -> tuple[PreparedMarket, ...]:
    """Prepare markets once for the dozens of simulations of the strategies judged on them; markets never change."""
    return tuple(prepare(market, costs_for(market.coin).scaled(cost_factor)) for market in universe)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A subject on a slice at a fixed scale.

    `universe` ends where the slice ends, with arrays of its own: no stage can see later bars.
    """

    subject: Subject
    universe: Universe
    slice: Slice
    risk: Risk
    """The subject's risk settings, at scale 1 before the scale is frozen and at the frozen scale afterwards."""
    policy: GauntletPolicy
    features: FeatureStore | None = None
    _signals: dict[str, Signals] = field(init=False, repr=False)
    _traces: dict[tuple[float, int, int, int], tuple[Trace, ...]] = field(init=False, repr=False, default_factory=dict)
    _found: dict[tuple[object, ...], FloatArray] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_signals", dict(self.subject.signals(self.universe, self.features)))

    @property
    def signals(self) -> Mapping[str, Signals]:
        return self._signals

    def found_once(self, key: tuple[object, ...], find: Callable[[], FloatArray]) -> FloatArray:
        """Return what was found about this case, finding it the first time.

        It ends with the case: a memory of cases elsewhere would keep their universes and features.
        """
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]

    def prepared(self) -> tuple[PreparedMarket, ...]:
        """Return the markets with their costs, in the order of the universe."""
        return _prepared(self.universe, 1.0)

    def traces(self, *, cost_factor: float = 1.0, delay_bars: int = 0, part: Slice | None = None) -> tuple[Trace, ...]:
        """Simulate every coin, in the order of the universe, over the slice or a part of it."""
        bars = part or self.slice
        key = (cost_factor, delay_bars, bars.start, bars.stop)
        if key not in self._traces:
            levels = [self._signals[coin] for coin in self.universe.coins]
            self._traces[key] = tuple(
                trace(
                    prepared,
                    signals.delayed(delay_bars) if delay_bars else signals,
                    self.risk,
                    start=bars.start,
                    stop=bars.stop,
                    initial_capital=CAPITAL_USDC / len(self.universe.markets),
                    n_blocks=N_BLOCKS,
                )
                for prepared, signals in zip(_prepared(self.universe, cost_factor), levels, strict=True)
            )
        return self._traces[key]

    def pooled(self, *, cost_factor: float = 1.0, delay_bars: int = 0, part: Slice | None = None) -> PooledResult:
        """Simulate and pool; see `traces`."""
        sleeves: Sequence[Result] = [
            item.result for item in self.traces(cost_factor=cost_factor, delay_bars=delay_bars, part=part)
        ]
        return pool(sleeves, bars_per_year=bars_per_year(self.universe.interval_ms), n_blocks=N_BLOCKS)
