"""A class that holds an edge is found out, one that holds none is not accused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backtest.inference import holm
from data.worlds import NULL_NAMES, RECIPES, make_world
from organism.proof.classes import NULL_CLASSES, class_named
from organism.proof.estimate import Measured
from organism.proof.measure import PIECE_BARS, RuleSums, measure
from organism.proof.page import page
from organism.proof.plants import STRENGTHS, measure_plants, plant_rows
from organism.proof.rules import RULES
from organism.proof.verdict import ClassVerdict, upper_bound, verdicts
from organism.proof.words import N_QUESTIONS

SEEDS = range(8)
ASKED = ("hold long", "reverse the last bar", "follow the last bar", "against the crowd beyond 1.5")


def few_years(name: str, first_bar: int = 0, years: float = 1.0) -> list[dict[str, RuleSums]]:
    rules = {rule: RULES[rule] for rule in ASKED}
    return [measure(make_world(name, seed, years=years), rules, first_bar) for seed in SEEDS]


def verdict_on(name: str, **settings: float) -> ClassVerdict:
    return verdicts({name: few_years(name, **settings)}, N_QUESTIONS)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "rule"), [("below-cost", "reverse the last bar"), ("short-regimes", "follow the last bar")]
)
def test_an_edge_ten_times_as_strong_is_found_out(name: str, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict_on(name).is_null
    monkeypatch.setitem(RECIPES, name, replace(RECIPES[name], strength=10.0 * RECIPES[name].strength))
    found = verdict_on(name)
    assert not found.is_null
    assert found.best.name == rule
    assert found.best.paid.alpha.value > 1.0


def test_an_edge_that_has_not_ended_is_found_out() -> None:
    begun = few_years("ending-edge", years=2.0)
    # The first of two years ends before the edge does, at 60 %: both together hold some of it.
    found = verdicts({"ending-edge": begun}, N_QUESTIONS)[0]
    assert found.best.name == "against the crowd beyond 1.5"
    assert not found.is_null
    assert verdict_on("ending-edge", years=5.0, first_bar=3 * PIECE_BARS).is_null


def test_before_costs_the_reversal_is_seen_and_the_empty_world_stays_fair() -> None:
    reversing, empty = verdict_on("below-cost"), verdict_on("empty")
    assert "reverse the last bar" in [rule.name for rule in reversing.earning_before_costs]
    assert empty.earning_before_costs == ()
    assert empty.is_null


def test_p_values_are_corrected_for_every_question() -> None:
    worlds = few_years("empty")
    alone, among = (verdicts({"empty": worlds}, n)[0] for n in (len(ASKED), 1_000))
    t = {rule.name: rule.paid.alpha.t for rule in alone.rules}
    assert [rule.name for rule in alone.rules] == sorted(t, key=lambda name: -t[name])
    for less, more in zip(alone.rules, among.rules, strict=True):
        assert less.p_paid <= more.p_paid <= 1.0
    assert alone.best.p_paid == min(rule.p_paid for rule in alone.rules)
    assert holm([0.01], 5).tolist() == [0.05]


def test_upper_bound_is_that_of_students_t() -> None:
    # 99 % of Student's t with 49 degrees of freedom is 2.405.
    assert upper_bound(Measured(-0.01, 0.002), 50) == pytest.approx(-0.01 + 2.405 * 0.002, abs=1e-6)


def test_every_null_recipe_is_put_to_the_proof() -> None:
    assert {item.name for item in NULL_CLASSES} == set(NULL_NAMES)
    assert all(item.temptation in RULES for item in NULL_CLASSES)
    assert [class_named(name).n_worlds for name in ("empty", "drift", "ending-edge")] == [50, 200, 125]


def test_the_page_tells_verdicts_and_strengths() -> None:
    found = verdicts({name: few_years(name) for name in ("empty", "below-cost")}, N_QUESTIONS)
    plants = plant_rows([measure_plants(seed) for seed in (1, 2)])
    assert [row.strength for row in plants] == list(STRENGTHS)
    sharpes = [row.five_years.value for row in plants]
    assert sharpes == sorted(sharpes)
    assert all(row.five_years_free.value > row.five_years.value for row in plants)
    text = page(found, plants, "organism worlds prove --worlds 8")
    assert text.count("no edge seen so far |") == 2
    assert "proven null |" not in text
    assert "**Only a part of the plan is made so far: nothing is proven before" in text
    assert "| empty | 8 of 50 | 8 |" in text
    assert "`organism worlds prove --worlds 8`" in text
    assert "## below-cost" in text


def test_null_is_proven_once_all_worlds_of_a_class_are_made() -> None:
    """Of 50 worlds of the class; with two of them one degree of freedom is left, which nothing could ever exceed."""
    [empty] = verdicts({"empty": few_years("empty")}, N_QUESTIONS)
    plants = plant_rows([measure_plants(seed) for seed in (1, 2)])
    assert [replace(empty, n_worlds=n).is_proven for n in (2, 49, 50)] == [False, False, True]
    text = page([replace(empty, n_worlds=50)], plants, "organism worlds prove")
    assert text.count("proven null |") == 1
    assert "Only a part of the plan" not in text
    earns = replace(empty, rules=(replace(empty.best, p_paid=0.001), *empty.rules[1:]), n_worlds=50)
    assert not earns.is_proven
