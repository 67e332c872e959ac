"""Who stands trial: anything that can say when it would have traded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import PreparedMarket, prepare
from backtest.risk import Risk
from backtest.signals import Signals
from data.market import Universe
from evolution.evaluator import FeatureStore, signals
from evolution.genome.genome import Genome
from organism.gauntlet.neighbour import neighbour_of

RETUNING_TRIES = 16
"""Neighbours looked at by the fixed protocol of re-tuning, each of the best so far: several numbers can be
chosen again."""


class Subject(Protocol):
    """What a stage may ask of a strategy."""

    @property
    def risk(self) -> Risk:
        """Risk settings at scale 1."""

    @property
    def warm_up_bars(self) -> int:
        """Bars after which its levels no longer depend on where history begins."""

    def signals(self, universe: Universe, features: FeatureStore | None = None) -> Mapping[str, Signals]:
        """Return the levels of every coin; those at bar t may use bars up to t."""

    def jittered(self, rng: np.random.Generator) -> Subject:
        """Return a neighbour: the same rule with one of its numbers moved a little."""

    def retuned(self, universe: Universe, rng: np.random.Generator) -> Subject:
        """Return the same rule with its constants chosen again on `universe`."""


@dataclass(frozen=True, slots=True)
class GenomeSubject:
    """A genome on trial."""

    genome: Genome

    @property
    def risk(self) -> Risk:
        return self.genome.risk.to_risk()

    @property
    def warm_up_bars(self) -> int:
        return self.genome.warm_up_bars

    def signals(self, universe: Universe, features: FeatureStore | None = None) -> Mapping[str, Signals]:
        return signals(self.genome, universe, features)

    def jittered(self, rng: np.random.Generator) -> GenomeSubject:
        return GenomeSubject(neighbour_of(self.genome, rng))

    def retuned(self, universe: Universe, rng: np.random.Generator) -> GenomeSubject:
        features = FeatureStore(universe)
        prepared = [prepare(market, costs_for(market.coin)) for market in universe]
        best, highest = self, self._sharpe(universe, prepared, features)
        for _ in range(RETUNING_TRIES):
            neighbour = best.jittered(rng)
            sharpe = neighbour._sharpe(universe, prepared, features)
            if sharpe > highest:
                best, highest = neighbour, sharpe
        return best

    def _sharpe(self, universe: Universe, prepared: Sequence[PreparedMarket], features: FeatureStore) -> float:
        levels = self.signals(universe, features)
        pooled = simulate_pooled(
            prepared,
            [levels[market.coin] for market in universe],
            self.risk,
            start=0,
            stop=universe.n_bars,
        )
        # NaN compares as neither above nor below; a rule without a Sharpe ratio must lose.
        return pooled.metrics.sharpe if pooled.failure is None else float("-inf")
