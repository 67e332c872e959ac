"""Regimes as truths of the grammar: those of the labels, drawn like a comparison, mirrored where they have a side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from data.market import Market
from data.regimes import Trend, Volatility, trend_state, volatility_state
from evolution.genome.node import Node, window
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType
from evolution.priors import SearchPriors
from evolution.run.grammar_settings import GrammarSettings
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_node
from tests.evolution.mirrored import mirrored

TRUTHS = ("calm", "wild", "rising", "falling", "never")


@pytest.fixture(scope="module")
def market(make_market: Callable[..., Market]) -> Market:
    rng = np.random.default_rng(4)
    available = np.ones(3_000, dtype=np.bool_)
    available[2_000] = False
    return make_market(np.exp(np.cumsum(rng.standard_t(4, 3_000) * 0.005)), available=available)


@pytest.mark.parametrize(
    ("name", "label", "state"),
    [
        ("calm", volatility_state, Volatility.CALM),
        ("wild", volatility_state, Volatility.WILD),
        ("rising", trend_state, Trend.RISING),
        ("falling", trend_state, Trend.FALLING),
    ],
)
def test_a_truth_is_that_of_its_label(
    name: str, label: Callable[[Market], np.ndarray], state: int, market: Market
) -> None:
    true, known = CATALOGUE[name](market).to_bools(market.n_bars)
    states = label(market)
    np.testing.assert_array_equal(known, ~np.isnan(states))
    np.testing.assert_array_equal(true, states == state)
    assert 0 < true.sum() < known.sum()


def test_a_change_is_of_the_volatility_within_the_window(make_market: Callable[..., Market]) -> None:
    rng = np.random.default_rng(5)
    steps = rng.normal(0.0, 0.002, 600)
    steps[400:] *= 6.0
    true, known = CATALOGUE["changed"](make_market(np.exp(np.cumsum(steps))), 168).to_bools(600)
    np.testing.assert_array_equal(known, np.arange(600) >= 168)
    # Half of the window lies behind the change; later all of it does.
    assert true[480]
    assert true[168:400].mean() < 0.1


def test_the_other_side_of_a_rise_is_a_fall_and_a_calm_stays_calm() -> None:
    rule = Node("and", (Node("calm"), Node("rising")))
    assert mirrored(rule) == Node("and", (Node("calm"), Node("falling")))
    assert mirrored(mirrored(rule)) == rule
    assert mirrored(Node("changed", (window(72),))) == Node("changed", (window(72),))


def test_a_regime_is_drawn_as_a_truth_of_its_own_and_never_is_not() -> None:
    grammar, rng = Grammar(SearchPriors(opcode_weights=dict.fromkeys(TRUTHS, 5.0))), np.random.default_rng(6)
    drawn = [random_node(grammar, Shape(), ValueType.BOOL, 3, rng) for _ in range(300)]
    names = {node.opcode for root in drawn for node in root.walk()}
    assert {"calm", "wild", "rising", "falling"} <= names
    assert "never" not in names
    assert Node("calm") in drawn


def test_regimes_alone_are_a_grammar() -> None:
    grammar = GrammarSettings(only=("rising", "falling", "not"))
    found = Grammar(SearchPriors(excluded_opcodes=grammar.left_out()))
    rng = np.random.default_rng(7)
    for depth in (1, 2, 4):
        node = random_node(found, Shape(), ValueType.BOOL, depth, rng)
        assert {part.opcode for part in node.walk()} <= {"rising", "falling", "not"}


def test_measures_of_measures_end_where_the_depth_does() -> None:
    grammar, rng = Grammar(SearchPriors(opcode_weights={"leader": 50.0, "rank": 50.0})), np.random.default_rng(8)
    for _ in range(100):
        node = random_node(grammar, Shape(), ValueType.DIMENSIONLESS, 3, rng)
        # A measure of prices has two levels below it, whatever was asked for.
        assert node.depth <= 3 + 2
