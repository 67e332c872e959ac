"""Many more years of a world's cause, with other noise: what a rule is truly worth, whatever luck a slice had."""

from __future__ import annotations

import math
from functools import cached_property

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from backtest.result import Failure
from backtest.workspace import Workspace
from data.canonical import hash_json
from data.market import Universe
from data.worlds import World, make_world
from data.worlds.parameters import Cause
from evolution.evaluator import FeatureStore, signals
from evolution.evaluator.evaluate import ShortHistoryError
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from tests.bench.search.plan import BarsSettings, Pair

YEAR_BARS = 8760
RISK_SCALE = 0.35
"""Brings a planted oracle to about 10 % volatility a year."""
FEATURE_BYTES = 64 << 20

Sums = tuple[int, float, float]
"""Number of hourly returns, their sum, the sum of their squares."""


class Continuation:
    """Worlds of one cause on which rules are judged.

    Every year begins with fresh capital: sleeves that are never rebalanced drift apart, and a rule that loses its money
    goes on losing.

    Parameters
    ----------
    pair
        Names the kind; each world has a seed of its own.
    cause
        With its strength.
    bars
        How many worlds, and how long.
    purpose
        What the bars are for; other purposes have other noise.
    """

    def __init__(self, pair: Pair, cause: Cause, bars: BarsSettings, purpose: int) -> None:
        self.worlds = [_Years(pair, cause, bars.years, purpose, number) for number in range(bars.worlds)]
        self._sums: dict[tuple[str, int], Sums | None] = {}

    def sharpe(self, genome: Genome, n_worlds: int | None = None) -> float:
        """Return the annual Sharpe ratio over the first worlds, or all; 0 for a rule that is ruined in one of them."""
        name = genotype_hash(genome)
        sums: list[Sums] = []
        for number, world in enumerate(self.worlds[:n_worlds]):
            if (name, number) not in self._sums:
                self._sums[name, number] = world.sums(genome)
            found = self._sums[name, number]
            if found is None:
                return 0.0
            sums.append(found)
        count, total, squares = (sum(parts) for parts in zip(*sums, strict=True))
        variance = (squares - total**2 / count) / (count - 1)
        return total / count / math.sqrt(variance) * math.sqrt(YEAR_BARS) if variance > 0.0 else 0.0


class _Years:
    """One world, made when it is first asked for."""

    def __init__(self, pair: Pair, cause: Cause, years: float, purpose: int, number: int) -> None:
        self._pair, self._cause, self._years = pair, cause, years
        self._seed = pair.draw(purpose, number)

    def sums(self, genome: Genome) -> Sums | None:
        """Return what the hourly returns of a rule add up to; None if it is ruined."""
        try:
            levels = signals(genome, self._universe, self._features)
        except ShortHistoryError:
            return 0, 0.0, 0.0
        by_coin, risk = [levels[coin] for coin in self._universe.coins], genome.risk.to_risk(RISK_SCALE)
        room = self._workspace
        count, total, squares = 0, 0.0, 0.0
        for start in range(0, self._universe.n_bars - YEAR_BARS + 1, YEAR_BARS):
            pooled = simulate_pooled(
                self._prepared, by_coin, risk, start=start, stop=start + YEAR_BARS, n_blocks=1, workspace=room
            )
            if pooled.failure is Failure.RUINED:
                return None
            count += pooled.returns.size
            total += float(pooled.returns.sum())
            squares += float(pooled.returns @ pooled.returns)
        return count, total, squares

    @cached_property
    def _world(self) -> World:
        return make_world(self._pair.kind, self._seed, years=self._years, cause=self._cause)

    @cached_property
    def _universe(self) -> Universe:
        return Universe(hash_json(self._world.origin), self._world.markets)

    @cached_property
    def _features(self) -> FeatureStore:
        return FeatureStore(self._universe, FEATURE_BYTES)

    @cached_property
    def _prepared(self) -> list:
        return [prepare(market, costs_for(market.coin)) for market in self._universe]

    @cached_property
    def _workspace(self) -> Workspace:
        return Workspace(self._universe.n_bars)
