"""Coins among one another on a few bars, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from data.market import FloatArray, Market, Universe
from evolution.evaluator import signals
from evolution.genome.explain import explain_node
from evolution.genome.genome import Genome
from evolution.genome.node import Node, level, threshold, window
from evolution.genome.render import render_node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.truth import Truth
from evolution.run.settings import SearchSettings
from tests.evolution.mirrored import mirrored

NAN = float("nan")
MakeMarket = Callable[..., Market]
CLOSE, NEVER = Node("close"), Node("never")


def universe_of(make_market: MakeMarket, closes: Sequence[Sequence[float]], **options: Any) -> Universe:
    """Return coins A, B, ... that close at these prices; NaN where one is missing."""
    markets = [
        make_market(close, available=~np.isnan(close), coin=chr(65 + place), **options)
        for place, close in enumerate(closes)
    ]
    return Universe("by hand", tuple(markets))


def sealed(*rows: Sequence[float]) -> tuple[FloatArray, ...]:
    arrays = tuple(np.array(row, dtype=np.float64) for row in rows)
    for array in arrays:
        array.setflags(write=False)
    return arrays


def test_peers_is_the_mean_of_those_that_are_known(make_market: MakeMarket) -> None:
    universe = universe_of(make_market, [[1.0] * 3] * 3)
    values = CATALOGUE["peers"](universe, sealed([1.0, 2.0, NAN], [3.0, NAN, NAN], [8.0, 4.0, 5.0]))
    np.testing.assert_array_equal(values, [[5.5, 4.0, 5.0], [4.5, 3.0, 5.0], [2.0, 2.0, NAN]])


def test_cross_rank_counts_an_equal_value_half(make_market: MakeMarket) -> None:
    universe = universe_of(make_market, [[1.0] * 3] * 3)
    values = CATALOGUE["cross_rank"](universe, sealed([1.0, 2.0, NAN], [3.0, NAN, NAN], [1.0, 4.0, 5.0]))
    np.testing.assert_array_equal(values, [[25.0, 0.0, NAN], [100.0, NAN, NAN], [25.0, 100.0, NAN]])


def test_relative_strength_is_a_return_over_that_of_the_others(make_market: MakeMarket) -> None:
    universe = universe_of(make_market, [[10.0, 10.0, 12.0], [10.0, NAN, 20.0], [10.0, 10.0, 9.0]])
    values = CATALOGUE["relative_strength"](universe, 2)
    np.testing.assert_allclose(values, [[NAN, NAN, 30.0], [NAN] * 3, [NAN, NAN, -30.0]], rtol=1e-14)


def test_beta_residual_is_what_the_line_through_the_returns_leaves(make_market: MakeMarket) -> None:
    # A moves by 3, -1 and 4 percent of logs, B by 1, 0 and 2. Of A on B: beta 2.5, 6 - 2.5 * 3; of B on A: 5 / 14.
    steps = [[0.0, 0.03, 0.02, 0.06], [0.0, 0.01, 0.01, 0.03]]
    universe = universe_of(make_market, [np.exp(step).tolist() for step in steps])
    values = CATALOGUE["beta_residual"](universe, 3)
    np.testing.assert_allclose(np.array(values)[:, 3], [6 - 2.5 * 3, 3 - 5 / 14 * 6], rtol=1e-9)
    assert np.isnan(np.array(values)[:, :3]).all()


def test_of_others_that_stand_still_nothing_is_left_over(make_market: MakeMarket) -> None:
    universe = universe_of(make_market, [[1.0, 2.0, 3.0, 4.0], [5.0] * 4])
    own, other = CATALOGUE["beta_residual"](universe, 2)
    assert np.isnan(own).all()
    # Beta is 0, and so is the return.
    np.testing.assert_allclose(other[2:], [0.0, 0.0], atol=1e-12)


def led(make_market: MakeMarket) -> Universe:
    """Return coins of which B is traded as much as A until bar 720, when C is traded more than all before."""
    volume = np.ones((3, 723))
    volume[2] = 0.1
    volume[2, 720] = 1e4
    markets = [make_market(np.ones(723), volume=volume[place], coin=chr(65 + place)) for place in range(3)]
    return Universe("led", tuple(markets))


def test_the_lead_coin_is_the_one_most_traded_over_a_month_and_of_equals_the_first(make_market: MakeMarket) -> None:
    universe = led(make_market)
    values = CATALOGUE["leader"](universe, sealed(np.full(723, 1.0), np.full(723, 2.0), np.full(723, 3.0)))
    for own in values:
        np.testing.assert_array_equal(own[717:], [NAN, NAN, 1.0, 3.0, 3.0, 3.0])
        assert np.isnan(own[:719]).all()


def test_the_truth_of_the_lead_coin_is_that_of_all(make_market: MakeMarket) -> None:
    universe = led(make_market)
    everywhere, nowhere = np.ones(723, dtype=np.bool_), np.zeros(723, dtype=np.bool_)
    truths = [Truth.from_bools(nowhere, everywhere), Truth.from_bools(nowhere, nowhere)]
    values = CATALOGUE["leader"](universe, (*truths, Truth.from_bools(everywhere, everywhere)))
    for own in values:
        true, known = own.to_bools(723)
        np.testing.assert_array_equal(true, np.arange(723) >= 720)
        np.testing.assert_array_equal(known, np.arange(723) >= 719)


def test_nothing_that_is_not_traded_leads(make_market: MakeMarket) -> None:
    universe = universe_of(make_market, [np.ones(730).tolist()] * 2, volume=np.zeros(730))
    values = CATALOGUE["leader"](universe, sealed(np.ones(730), np.ones(730)))
    assert np.isnan(values).all()


def test_what_follows_the_lead_coin_is_a_rule_with_another_side() -> None:
    led_up = Node("above", (Node("leader", (Node("returns", (window(2),)),)), threshold(1.0)))
    assert led_up.warm_up_bars == 719 + 2
    assert mirrored(led_up) == Node("below", (Node("leader", (Node("returns", (window(2),)),)), threshold(-1.0)))
    strong = Node("above", (Node("cross_rank", (Node("returns", (window(24),)),)), level(80)))
    assert mirrored(strong) == Node("below", (Node("cross_rank", (Node("returns", (window(24),)),)), level(20)))
    broken = Node("leader", (Node("breaks_above", (window(24),)),))
    assert mirrored(broken) == Node("leader", (Node("breaks_below", (window(24),)),))


def test_it_reads_as_what_it_is() -> None:
    node = Node("above", (Node("leader", (Node("returns", (window(2),)),)), threshold(1.0)))
    assert render_node(node) == "leader(returns(2)) > 1.0"
    assert explain_node(node) == "on the lead coin the percent change of the close over 2 bars is above 1.0"
    assert explain_node(Node("peers", (Node("body"),))).startswith("the mean over the other coins of the rise of")


def test_a_rule_may_ask_the_lead_of_the_others_of_a_constant(make_market: MakeMarket) -> None:
    universe = led(make_market)
    entry = Node("above", (Node("leader", (Node("peers", (threshold(2.0),)),)), threshold(1.0)))
    levels = signals(Genome(entry, NEVER, NEVER, NEVER), universe)
    for coin in universe.coins:
        np.testing.assert_array_equal(levels[coin].to_bools()[0], np.arange(723) >= 719)


@pytest.mark.parametrize(("n_coins", "is_drawn"), [(1, False), (2, True), (None, True)])
def test_a_search_on_one_coin_draws_none_of_them(n_coins: int | None, is_drawn: bool) -> None:
    excluded = SearchSettings().priors(n_coins).excluded_opcodes
    assert excluded == (frozenset() if is_drawn else {n for n, o in CATALOGUE.items() if o.is_across_coins})
