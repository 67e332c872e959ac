"""Hundreds of scenarios around a rule: each constant by itself, the two that matter most together, dearer trading."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from data.market import Universe
from evolution.evaluator import FeatureStore
from evolution.genome.genome import Genome
from evolution.opcodes.types import ValueType
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.scale import NoScale, frozen_scale
from organism.gauntlet.subject import GenomeSubject
from organism.knobs import DISTANCES, Knob, knobs_of, turned

REACH = 5
"""Steps to either side."""
COST_FACTORS = (1.0, 2.0)
Watcher = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rule under one scenario, in sample, at the frozen scale of the rule itself."""

    sharpe: float | None
    """Annual, pooled; None where it does not exist."""
    max_drawdown: float | None
    by_coin: tuple[float | None, ...]
    """Sharpe ratio of each coin's sleeve."""
    passes: bool
    """Whether Sharpe ratio and drawdown keep to the in-sample rules of the gauntlet at these costs."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One knob at one place; None where there is no such rule."""

    index: int
    text: str
    outcomes: tuple[Outcome | None, ...]
    """At each of `COST_FACTORS`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One knob turned by itself."""

    knob: Knob
    turns: tuple[Turn, ...]

    @property
    def spread(self) -> float:
        """Return how much the Sharpe ratio moves with it, at the usual costs."""
        found = [
            turn.outcomes[0].sharpe
            for turn in self.turns
            if turn.outcomes[0] is not None and turn.outcomes[0].sharpe is not None
        ]
        return max(found) - min(found) if found else 0.0


@dataclass(frozen=True, slots=True)
class Plane:
    """Two knobs turned together, at the usual costs."""

    across: Knob
    down: Knob
    across_indices: tuple[int, ...]
    down_indices: tuple[int, ...]
    outcomes: tuple[tuple[Outcome | None, ...], ...]
    """A row for each of `down_indices`."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A rule and its neighbours."""

    coins: tuple[str, ...]
    scale: float
    base: tuple[Outcome, ...]
    """The rule itself at each of `COST_FACTORS`."""
    rows: tuple[Row, ...]
    plane: Plane | None
    """None if fewer than two knobs change anything."""

    @property
    def neighbours(self) -> tuple[Outcome, ...]:
        """Return every rule but the rule itself, at the usual costs."""
        alone = [turn.outcomes[0] for row in self.rows for turn in row.turns if turn.index != row.knob.index]
        together: list[Outcome | None] = []
        if self.plane is not None:
            plane = self.plane
            together = [
                outcome
                for down, line in zip(plane.down_indices, plane.outcomes, strict=True)
                for across, outcome in zip(plane.across_indices, line, strict=True)
                if down != plane.down.index and across != plane.across.index
            ]
        return tuple(outcome for outcome in (*alone, *together) if outcome is not None)

    @property
    def dear_neighbours(self) -> tuple[Outcome, ...]:
        """Return every rule with one number turned, at the highest of `COST_FACTORS`."""
        turns = [turn for row in self.rows for turn in row.turns if turn.index != row.knob.index]
        return tuple(turn.outcomes[-1] for turn in turns if turn.outcomes[-1] is not None)


def sweep(genome: Genome, universe: Universe, policy: GauntletPolicy, watch: Watcher) -> Sweep | None:
    """Measure a rule and its neighbours on the in-sample universe; None if the rule has no volatility.

    Parameters
    ----------
    watch
        Sees how many of how many rules are done, each counted once. Until every number was turned by itself nobody
        knows which two matter most, and as many are planned as could be.
    """
    bench = _Bench(universe, policy, genome)
    if bench.scale is None:
        return None
    knobs = knobs_of(genome)
    places = {knob: indices_of(knob) for knob in knobs}
    n_turns = sorted(len(places[knob]) - 1 for knob in knobs)
    n_alone, n_together = 1 + sum(n_turns), math.prod(n_turns[-2:]) if len(n_turns) > 1 else 0
    bench.tell = lambda done: watch(done, n_alone + n_together)
    base = bench.outcomes({})
    assert all(outcome is not None for outcome in base)
    rows = tuple(
        Row(knob, tuple(Turn(index, knob.text(index), bench.outcomes({knob: index})) for index in places[knob]))
        for knob in knobs
    )
    two = _most_telling(rows)
    n_together = math.prod(len(places[row.knob]) - 1 for row in two) if two else 0
    watch(n_alone, n_alone + n_together)
    plane = _plane(bench, *two) if two else None
    return Sweep(universe.coins, bench.scale, tuple(one for one in base if one is not None), rows, plane)


def indices_of(knob: Knob) -> tuple[int, ...]:
    """Return the places that a knob is turned to: up to five steps either way, within its grid."""
    step = _step(knob)
    wanted = (knob.index + step * turn for turn in range(-REACH, REACH + 1))
    return tuple(index for index in wanted if knob.low <= index <= knob.high)


def _step(knob: Knob) -> int:
    if knob.gene in DISTANCES or knob.value_type is ValueType.OSCILLATOR:
        return 2
    if knob.value_type is ValueType.DIMENSIONLESS:
        return max(1, round(abs(knob.index) / 10))
    return 1


def _most_telling(rows: Sequence[Row]) -> tuple[Row, Row] | None:
    """Return the two numbers that change the most; None if fewer than two change anything."""
    first, second, *_ = (*sorted(rows, key=lambda row: -row.spread), None, None)
    return None if first is None or second is None or second.spread == 0.0 else (first, second)


def _plane(bench: _Bench, first: Row, second: Row) -> Plane:
    across, down = first.knob, second.knob
    outcomes = tuple(
        tuple(bench.outcomes({across: x, down: y})[0] for x in indices_of(across)) for y in indices_of(down)
    )
    return Plane(across, down, indices_of(across), indices_of(down), outcomes)


class _Bench:
    """Runs one rule after the other on the same bars."""

    def __init__(self, universe: Universe, policy: GauntletPolicy, genome: Genome) -> None:
        self._universe, self._policy, self._genome = universe, policy, genome
        self._features = FeatureStore(universe)
        self._looked_at: set[frozenset[tuple[Knob, int]]] = set()
        self._known: dict[Genome, tuple[Outcome | None, ...]] = {}
        scale = frozen_scale(self._case(genome, 1.0))
        self.scale = None if isinstance(scale, NoScale) else scale
        self.tell: Callable[[int], None] = lambda _: None

    def outcomes(self, settings: Mapping[Knob, int]) -> tuple[Outcome | None, ...]:
        """Return what the rule with these settings does at each cost factor."""
        genome = turned(self._genome, settings)
        self._looked_at.add(frozenset((knob, index) for knob, index in settings.items() if index != knob.index))
        self.tell(len(self._looked_at))
        if genome is None:
            return (None,) * len(COST_FACTORS)
        if genome not in self._known:
            case = self._case(genome, self.scale or 1.0)
            self._known[genome] = tuple(self._outcome(case, factor) for factor in COST_FACTORS)
        return self._known[genome]

    def _case(self, genome: Genome, scale: float) -> Case:
        subject = GenomeSubject(genome)
        bars = whole_slice("IS", self._universe)
        return Case(subject, self._universe, bars, replace(subject.risk, scale=scale), self._policy, self._features)

    def _outcome(self, case: Case, cost_factor: float) -> Outcome:
        pooled, rules = case.pooled(cost_factor=cost_factor), self._policy.in_sample
        sharpe, drawdown = _known(pooled.metrics.sharpe), _known(pooled.metrics.max_drawdown)
        is_plain = cost_factor == COST_FACTORS[0]
        minimum = rules.minimum_sharpe if is_plain else rules.minimum_sharpe_at_doubled_costs
        is_good = sharpe is not None and sharpe > minimum
        return Outcome(
            sharpe,
            drawdown,
            tuple(_known(sleeve.metrics.sharpe) for sleeve in pooled.sleeves),
            is_good and drawdown is not None and drawdown < rules.maximum_drawdown,
        )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
