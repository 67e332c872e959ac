"""Who trades like what is traded already, or has died, is worth less; everybody else is worth what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from data.errors import SimulationError
from evolution.backends import SerialBackend
from evolution.evaluator import Task
from evolution.fitness import Evaluation, Reason, Rejected, Score
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome
from evolution.priors import SearchPriors
from evolution.repetition import N_BLOCKS
from evolution.run.avoided import goals_of
from evolution.run.checkpoint import load_checkpoint
from evolution.run.layout import RunFolder
from evolution.run.state import state_json
from evolution.search.goals import CROWDED_BITS, CROWDED_COST, Goals
from evolution.search.objectives import DEFAULT_OBJECTIVES, Objective
from tests.evolution.searched import ORIGIN, changed, generations, hashes

SCORE = Score(2.0, 0.5, 7, 120, 0.1, 0.05, 30.0, 0.4, 0.2, 1.5, 0, 6, 0.75, 1.25)
SHARPE_ALONE = (Objective(metric="sharpe", goal="max"),)
AVOIDED = np.array([0], dtype=np.int64)


def with_bits(count: int) -> Score:
    return replace(SCORE, sketch=(1 << count) - 1)


def test_who_earns_when_an_avoided_rule_does_loses_half_its_first_objective():
    """Twelve of 48 bits apart is a correlation of cos(pi / 4), about 0.7."""
    goals = Goals(DEFAULT_OBJECTIVES, AVOIDED)
    free = Goals(DEFAULT_OBJECTIVES)
    assert CROWDED_BITS / N_BLOCKS == 0.25
    for count in (0, CROWDED_BITS):
        crowded, usual = goals.fitness(with_bits(count)).wvalues, free.fitness(with_bits(count)).wvalues
        assert crowded == (usual[0] * (1.0 - CROWDED_COST), *usual[1:])
    assert goals.fitness(with_bits(CROWDED_BITS + 1)).wvalues == free.fitness(SCORE).wvalues


@pytest.mark.parametrize(("goal", "sharpe", "expected"), [("max", -2.0, -3.0), ("min", 2.0, -3.0), ("min", -2.0, 1.0)])
def test_the_cost_is_a_cost_whatever_the_sign(goal, sharpe, expected):
    goals = Goals((Objective(metric="sharpe", goal=goal),), AVOIDED)
    assert goals.fitness(replace(SCORE, sharpe=sharpe)).wvalues == (expected,)


def test_any_of_several_is_enough():
    goals = Goals(SHARPE_ALONE, np.array([(1 << N_BLOCKS) - 1, 0], dtype=np.int64))
    assert goals.fitness(SCORE).wvalues == (1.0,)
    assert goals.fitness(with_bits(N_BLOCKS)).wvalues == (1.0,)
    assert goals.fitness(with_bits(24)).wvalues == (2.0,)


def test_best_rule_of_a_search_is_left_once_it_is_avoided(serial, check, tmp_path):
    *_, last = generations(tmp_path / "free", serial, check, settings=changed())
    best = last.state.hall_of_fame[0]
    settings = changed(avoided=[to_json(best.genome)])
    *_, other = generations(tmp_path / "other", serial, check, settings=settings)
    first = other.state.hall_of_fame[0]
    goals = goals_of(settings.objective, settings.priors(), serial)
    assert hashes(other) != hashes(last)
    assert goals.fitness(best.score).wvalues[0] < best.fitness.wvalues[0]
    assert first.fitness.wvalues == goals.fitness(first.score).wvalues


def test_search_that_avoids_rules_ends_the_same_after_an_interruption(serial, check, tmp_path, named_genomes):
    settings = changed(avoided=[to_json(named_genomes["dip"])])
    whole = list(generations(tmp_path / "whole", serial, check, settings=settings))
    goals = goals_of(settings.objective, settings.priors(), serial)
    next(generations(tmp_path / "parts", serial, check, settings=settings))
    state, damaged = load_checkpoint(RunFolder(tmp_path / "parts").checkpoints, ORIGIN, goals)
    assert damaged == []
    *_, last = generations(tmp_path / "parts", serial, check, settings=settings, resumed=state)
    assert state_json(last.state) == state_json(whole[-1].state)


def test_rule_without_fitness_is_like_nobody(serial, named_genomes):
    priors = SearchPriors(avoided=(to_json(named_genomes["never"]),))
    assert goals_of(SHARPE_ALONE, priors, serial).fitness(SCORE).wvalues == (2.0,)


class Loses(SerialBackend):
    """Loses the worker of each rule that it is asked about."""

    def evaluate(self, genomes: Sequence[Genome | Task]) -> list[Evaluation]:
        return [Rejected(Reason.WORKER_LOST) for _ in genomes]


def test_rule_that_could_not_be_evaluated_now_is_nobody_only_after_a_word(snapshot_folder, named_genomes):
    """Resumed with a worker that lives, the search would keep away from it."""
    priors = SearchPriors(avoided=(to_json(named_genomes["dip"]),))
    with pytest.raises(SimulationError, match=r"rule .* could not be evaluated \(worker_lost\): repeat with more"):
        goals_of(SHARPE_ALONE, priors, Loses(snapshot_folder, minimum_trades=5))
