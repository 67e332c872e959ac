"""What is handed over keeps a part only for what it is worth; each step worked out by hand in nats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolution.fitness import Reason, Rejected, Score
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node, window
from evolution.rows.parts import parts_of
from evolution.rows.records import record_of
from evolution.run.shortener import shorten
from evolution.search.goals import Goals
from evolution.search.individual import Individual
from tests.evolution.mirrored import mirrored
from tests.evolution.plain_goals import PLAIN, PLAIN_OBJECTIVES

SCORE = Score(1.0, 0.5, 7, 120, 0.1, 0.05, 30.0, 0.4, 0.2, 1.5, 5, 6, 0.75, 1.25)
NEVER = Node("never")
TREND = Node("above", (Node("close"), Node("sma", (Node("close"), window(24)))))
BODY = Node("above", (Node("close"), Node("open")))
BOTH = Node("and", (TREND, BODY))


def anything(score: Score) -> bool:
    """Return that there is no limit."""
    return True


def rule(entry: Node, risk: RiskGenes | None = None) -> Genome:
    """Return a rule whose short side mirrors its long one."""
    return Genome(entry, NEVER, mirrored(entry), NEVER, risk or RiskGenes())


def scored(genome: Genome, raw_nats: float) -> Score:
    """Return a score that says so much before parts are paid for."""
    parts = parts_of(record_of(genome))
    return replace(SCORE, size=genome.size, parts=parts, evidence=raw_nats - parts)


def asking(worth: dict[Genome, float]):
    """Return an evaluator of these rules, all others trade too little, and the genotypes that it was asked about."""
    calls: list[str] = []

    def evaluate(children):
        calls.extend(child.genotype_hash for child in children)
        return [
            scored(child.genome, worth[child.genome]) if child.genome in worth else Rejected(Reason.TOO_FEW_TRADES)
            for child in children
        ]

    return evaluate, calls


def individual(genome: Genome, raw_nats: float) -> Individual:
    return Individual(genome, genotype_hash(genome), 0, scored(genome, raw_nats), PLAIN)


def test_parts_of_the_rules_used_here():
    """`and`, `>`, close, sma, close, 24, `>`, close, open: nine; without the body five, without the trend three."""
    assert [parts_of(record_of(rule(entry))) for entry in (BOTH, TREND, BODY)] == [9, 5, 3]


@pytest.mark.parametrize(("raw_nats", "raw_nats_without", "is_left_out"), [(72.0, 60.5, True), (72.0, 60.4, False)])
def test_what_costs_more_than_a_standard_error_stays(raw_nats, raw_nats_without, is_left_out):
    """The rule has t = 12, and without the body 11 (121 / 2 nats): four parts for 11.5 nats, less than three each."""
    evaluate, _ = asking({rule(TREND): raw_nats_without})
    found = shorten([individual(rule(BOTH), raw_nats)], 3.0, PLAIN, evaluate, anything)
    assert (genotype_hash(rule(BOTH)) in found.better) is is_left_out


@pytest.mark.parametrize(("raw_nats_without", "is_left_out"), [(192.0, True), (191.9, False)])
def test_a_part_stays_if_it_is_worth_its_price(raw_nats_without, is_left_out):
    """The body and what joins it are four parts: at two nats a part they must be worth more than 8 of 200 (t = 20)."""
    evaluate, _ = asking({rule(TREND): raw_nats_without})
    found = shorten([individual(rule(BOTH), 200.0)], 2.0, PLAIN, evaluate, anything)
    assert (genotype_hash(rule(BOTH)) in found.better) is is_left_out


@pytest.mark.parametrize(("raw_nats_without", "is_left_out"), [(40.0, True), (39.9, False)])
def test_at_no_price_only_what_does_no_harm_is_left_out(raw_nats_without, is_left_out):
    evaluate, _ = asking({rule(TREND): raw_nats_without})
    found = shorten([individual(rule(BOTH), 40.0)], 0.0, PLAIN, evaluate, anything)
    assert (genotype_hash(rule(BOTH)) in found.better) is is_left_out


def test_parts_go_one_after_the_other_and_each_genotype_is_asked_about_once():
    """With a stop ten parts and 200 nats; without it 199, without the body 190, without both 189: t from 20 to 19.4."""
    stop = RiskGenes(stop=3)
    worth = {rule(BOTH): 199.0, rule(TREND, stop): 190.0, rule(TREND): 189.0, rule(BODY): 5.0}
    evaluate, calls = asking(worth)
    start = individual(rule(BOTH, stop), 200.0)
    found = shorten([start, start], 3.0, PLAIN, evaluate, anything)
    (successor,) = found.better.values()
    assert (successor.child.genome, successor.score) == (rule(TREND), scored(rule(TREND), 189.0))
    assert len(calls) == len(set(calls)) == len(found.children) == len(found.evaluations)
    assert {child.operator for child in found.children} == {"simplify"}


def test_a_standard_error_is_counted_from_the_rule_that_came():
    """Steps of half a standard error: two of them are one, and the third is not taken."""
    stop, both = RiskGenes(stop=3), RiskGenes(stop=3, target=5)
    worth = {rule(BOTH, stop): 0.5 * 11.5**2, rule(BOTH): 0.5 * 11.0**2, rule(TREND): 0.5 * 10.9**2}
    evaluate, _ = asking(worth)
    found = shorten([individual(rule(BOTH, both), 72.0)], 6.0, PLAIN, evaluate, anything)
    (successor,) = found.better.values()
    assert successor.child.genome == rule(BOTH)


def test_what_a_limit_refuses_takes_nobodys_place():
    evaluate, _ = asking({rule(TREND): 40.0, rule(BODY): 38.0})
    found = shorten([individual(rule(BOTH), 40.0)], 3.0, PLAIN, evaluate, lambda score: score.parts != 5)
    (successor,) = found.better.values()
    assert successor.child.genome == rule(BODY)


@pytest.mark.parametrize(("sketch", "is_left_out"), [(0, False), ((1 << 12) - 1, False), ((1 << 13) - 1, True)])
def test_a_rule_keeps_the_part_that_tells_it_from_an_avoided_one(sketch, is_left_out):
    """Without the body it is worth more; up to 12 bits apart it would trade like what is avoided."""

    def evaluate(children):
        shorter = replace(scored(rule(TREND), 40.0), sketch=sketch)
        return [shorter if child.genome == rule(TREND) else Rejected(Reason.TOO_FEW_TRADES) for child in children]

    goals, name = Goals(PLAIN_OBJECTIVES, np.array([0], dtype=np.int64)), genotype_hash(rule(BOTH))
    far, near = (
        Individual(rule(BOTH), name, 0, replace(scored(rule(BOTH), 40.0), sketch=bits), PLAIN)
        for bits in ((1 << 48) - 1, 1)
    )
    assert bool(shorten([far], 3.0, goals, evaluate, anything).better) is is_left_out
    assert shorten([near], 3.0, goals, evaluate, anything).better, "who was near already has nothing to lose"
