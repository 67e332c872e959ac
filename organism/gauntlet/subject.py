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
from data.errors import GenomeError
from data.market import Universe
from evolution.evaluator import FeatureStore, signals
from evolution.genome.genome import ROOTS, Genome
from evolution.genome.node import Node
from evolution.opcodes.types import CONSTANT_RANGES, ValueType

JITTER_SHARE = 0.2
"""Every threshold without bounds moves by up to this share of itself, and at least a step of its grid."""
JITTER_POINTS = 5
"""Every threshold from 0 to 100 moves by up to so many points, wherever it stands: of the day they are an hour and a
bit. A fifth of itself would be a whole morning late in the day, and nothing at midnight."""
RETUNING_TRIES = 16
"""Neighbours looked at by the fixed protocol of re-tuning."""


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
        """Return a neighbour: the same rule with its constants moved a little."""

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
        roots = {name: _jittered(root, rng) for name, root in zip(ROOTS, self.genome.roots, strict=True)}
        try:
            return GenomeSubject(Genome(**roots, risk=self.genome.risk))
        except GenomeError:
            # A longer window can ask for more warm-up than is allowed; then the neighbour is the rule itself.
            return self

    def retuned(self, universe: Universe, rng: np.random.Generator) -> GenomeSubject:
        tries = [self, *(self.jittered(rng) for _ in range(RETUNING_TRIES))]
        features = FeatureStore(universe)
        prepared = [prepare(market, costs_for(market.coin)) for market in universe]
        return max(tries, key=lambda subject: subject._sharpe(universe, prepared, features))

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


def _jittered(node: Node, rng: np.random.Generator) -> Node:
    if not node.is_constant:
        try:
            return Node(node.opcode, tuple(_jittered(child, rng) for child in node.children))
        except GenomeError:
            # The window moved beyond what a recursive opcode takes.
            return node
    low, high = CONSTANT_RANGES[node.type]
    index = node.index or 0
    reach = _reach(node.type, index)
    return Node(node.opcode, (), int(np.clip(index + rng.integers(-reach, reach + 1), low, high)))


def _reach(value_type: ValueType, index: int) -> int:
    """Return by how many steps of its grid a constant may move."""
    if value_type is ValueType.WINDOW:
        return 1
    if value_type is ValueType.OSCILLATOR:
        return JITTER_POINTS
    return max(1, round(abs(index) * JITTER_SHARE))
