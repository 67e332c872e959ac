"""Every canary dies of the stage that it was made for, and a thousand copies are one question."""

from __future__ import annotations

from functools import lru_cache

import pytest

from data.market import Universe
from data.worlds import WorldName, make_world
from organism.gauntlet.canaries import CANARIES, Canary
from organism.gauntlet.examination import Examination, examine_in_sample, examine_robustness
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.promotion import Contender, families
from organism.gauntlet.verdict import Verdict
from tests.support.strategies import strategy_in_testing

POLICY = GauntletPolicy()
SEEDS: dict[WorldName, int] = {"drift": 6}
"""Where not every seed lets a canary come as far as its stage: in this one holding has a Sharpe ratio of 2.4."""


@lru_cache(maxsize=3)
def in_sample(name: WorldName, seed: int = 1) -> Universe:
    return Universe(f"{name}-{seed}", make_world(name, seed, years=3.0).markets)


def examined(canary: Canary, universe: Universe) -> Examination:
    examination = examine_in_sample(canary.subject, universe, POLICY)
    if examination.passed:
        examination = examine_robustness(examination, canary.subject, universe, POLICY)
    return examination


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)
def test_a_canary_dies_of_its_stage(canary: Canary) -> None:
    examination = examined(canary, in_sample(canary.world, SEEDS.get(canary.world, 1)))
    assert [stage.verdict for stage in examination.stages[:-1]] == [Verdict.PASS] * (len(examination.stages) - 1)
    assert (examination.stages[-1].stage, examination.stages[-1].verdict) == (canary.killed_by, Verdict.KILL)


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)
def test_no_canary_lives_in_another_world(canary: Canary) -> None:
    assert not examined(canary, in_sample(canary.world, 2)).passed


def test_those_that_look_ahead_look_splendid() -> None:
    """Without the stages made for them they would be the best of any search."""
    for canary in CANARIES[:6]:
        sharpe = examine_in_sample(canary.subject, in_sample("empty"), POLICY).slice_record("IS").metrics["sharpe"]
        assert sharpe is not None
        assert sharpe > 5.0, canary.name


def test_a_thousand_copies_are_one_question() -> None:
    """The twelfth canary: the same idea often enough that one copy must pass is asked once."""
    examination = examine_in_sample(CANARIES[4].subject, in_sample("empty"), POLICY)
    copies = [Contender(strategy_in_testing(f"{number:08x}", f"{number:064x}"), examination) for number in range(1_000)]
    [family] = families(copies, maximum_correlation=POLICY.vault.maximum_correlation)
    assert len(family.members) == 1_000
    assert family.medoid.strategy.genotype_hash == f"{0:064x}"
