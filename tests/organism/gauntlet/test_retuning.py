"""Re-tuning beside the frozen rule, and whose child it is (clauses V8 and V9 of docs/semantics.md)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtest.risk import Risk
from backtest.splits import Slice, folds
from data.market import Universe
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node, threshold, window
from organism.gauntlet.case import Case
from organism.gauntlet.retuning import Retuning, measure_retuning
from organism.gauntlet.subject import GenomeSubject

NEVER = Node("never")
Parts = Callable[[Universe, str, int, int], Slice]


class Apprentice:
    """A subject that trades against the trend until it is re-tuned, and remembers what it was shown for that."""

    def __init__(self, frozen: Any, better: Any, seen: list[int]) -> None:
        self._frozen, self._better, self.seen = frozen, better, seen
        self.risk: Risk = frozen.risk

    def signals(self, universe: Universe, features: Any = None) -> Any:
        return self._frozen.signals(universe, features)

    def jittered(self, rng: np.random.Generator) -> Apprentice:
        return self

    def retuned(self, universe: Universe, rng: np.random.Generator) -> Any:
        self.seen.append(universe.n_bars)
        return self._better


@pytest.fixture
def last_slice(waves: Universe, part_of: Parts) -> Slice:
    return part_of(waves, "WF", 200, 600)


def sharpe(returns: np.ndarray) -> float:
    return float(returns.mean() / returns.std(ddof=1) * math.sqrt(8760))


def test_constants_are_chosen_again_before_each_fold_on_what_lies_before_it(
    waves: Universe, last_slice: Slice, with_trend: Any, against_trend: Any, case_of: Callable[..., Case]
) -> None:
    """Clause V8: folds of 100 bars from bar 200 on see 200, 300, 400 and 500 bars; each starts flat."""
    apprentice = Apprentice(against_trend, with_trend, [])
    measured = measure_retuning(case_of(apprentice, waves, part=last_slice), 4)
    assert apprentice.seen == [200, 300, 400, 500]
    better = case_of(with_trend, waves, part=last_slice)
    parts = [better.pooled(part=part).returns for part in folds(last_slice, 4)]
    frozen = case_of(against_trend, waves, part=last_slice).pooled().metrics.sharpe
    assert measured.retuned_sharpe == pytest.approx(sharpe(np.concatenate(parts)), rel=1e-9)
    assert measured.frozen_sharpe == pytest.approx(frozen, rel=1e-9)
    # A ratio to a loss would say nothing.
    assert frozen < 0.0
    assert measured.efficiency is None


def test_efficiency_is_the_retuned_sharpe_over_the_frozen_one(
    waves: Universe, last_slice: Slice, with_trend: Any, case_of: Callable[..., Case]
) -> None:
    """Clause V8: one fold is the slice itself, so re-tuning to the same rule has an efficiency of 1."""
    measured = measure_retuning(case_of(with_trend, waves, part=last_slice), 1)
    assert measured.efficiency == pytest.approx(1.0, rel=1e-9)


def test_what_never_trades_has_no_efficiency(
    waves: Universe, last_slice: Slice, idle: Any, case_of: Callable[..., Case]
) -> None:
    """Clause V8: a statistic that does not exist is None."""
    assert measure_retuning(case_of(idle, waves, part=last_slice), 2) == Retuning(None, None, None)


def test_retuned_rule_has_a_hash_of_its_own_and_leaves_its_parent_alone(waves: Universe) -> None:
    """Clause V9: other constants are another genotype; roots, opcodes and risk stay."""
    rule = Node("above", (Node("returns", (window(8),)), threshold(4.0)))
    parent = Genome(rule, NEVER, NEVER, NEVER)
    before = genotype_hash(parent)
    child = GenomeSubject(parent).retuned(waves, np.random.default_rng(3)).genome
    assert genotype_hash(child) != before == genotype_hash(parent)
    assert child.opcodes() == parent.opcodes()
    assert replace(child, long_entry=rule) == parent
