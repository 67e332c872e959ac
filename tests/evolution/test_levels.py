"""Thresholds are drawn where they divide the history that is searched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.market import Market, Universe
from evolution.genome.node import Node, level, window
from evolution.opcodes.types import CONSTANT_RANGES, WINDOWS, ValueType
from evolution.priors import SearchPriors
from evolution.rows.chance import state_from
from evolution.rows.codes import CODES, ENTRIES
from evolution.rows.levels import NO_LEVELS, UNKNOWN
from evolution.rows.odds import Odds
from evolution.search.children import Breeder, parents_of
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape
from evolution.search.levels import QUANTILES, levels_of

MIDDLE = QUANTILES.index(0.5)


@pytest.fixture(scope="module")
def levels(universe):
    return levels_of(universe)


def code(name: str, *arguments: ValueType) -> int:
    return CODES[name, arguments]


def test_levels_are_quantiles_of_the_measure_on_its_grid(universe, levels):
    """Returns over two bars, in percent, a grid step for 0.05: by hand of the first coin's closes."""
    close = universe.markets[0].close
    percent = 100.0 * (close[2:] / close[:-2] - 1.0)
    # At most 4,000 of 5,254 are looked at, and every hour of the week: every second or third would meet half of them.
    assert percent.size == 5_254
    seen = percent[::5]
    low, high = CONSTANT_RANGES[ValueType.DIMENSIONLESS]
    expected = np.clip(np.rint(20.0 * np.quantile(seen, QUANTILES)), low, high)
    assert levels[code("returns", ValueType.WINDOW), WINDOWS.index(2)].tolist() == expected.tolist()


def listed_late(market: Market, first_bar: int) -> Market:
    """Return a market that has nothing before a bar."""
    is_available = np.arange(market.n_bars) >= first_bar
    gone = {name: np.where(is_available, getattr(market, name), np.nan) for name in ("open", "high", "low", "close")}
    volume, funding = np.where(is_available, market.volume, np.nan), np.where(is_available, market.funding_cost, np.nan)
    return replace(market, is_available=is_available, volume=volume, funding_cost=funding, **gone)


@pytest.mark.parametrize(("first_bar", "asked"), [(0, 0), (525, 0), (526, 1), (5_246, 1)])
def test_levels_are_those_of_the_first_coin_with_nearly_as_much_history_as_any(universe, first_bar, asked):
    """Of 5,256 bars nine tenths are 4,730.4: a coin listed at bar 525 has 4,731 of them."""
    assert universe.n_bars == 5_256
    first, second = universe.markets[:2]
    late = Universe("late", (listed_late(first, first_bar), second))
    alone = Universe("alone", (late.markets[asked],))
    assert (levels_of(late) == levels_of(alone)).all()


def test_hours_of_the_day_are_as_likely_as_one_another(levels):
    found = levels[code("time_of_day"), 0]
    assert found[MIDDLE] in range(46, 55)
    assert (np.diff(found) >= 0).all()
    assert found[0] < 5
    assert found[-1] == 96


def test_what_never_moves_or_needs_other_measures_is_unknown(levels):
    """The gap between a price and itself is nothing; what a leader's measure reaches depends on the measure."""
    assert (levels[code("gap", ValueType.PRICE, ValueType.PRICE)] == UNKNOWN).all()
    assert (levels[code("leader", ValueType.DIMENSIONLESS)] == UNKNOWN).all()
    assert (levels[code("rsi", ValueType.PRICE, ValueType.WINDOW), WINDOWS.index(24)] != UNKNOWN).all()


def test_levels_lie_on_their_grids(levels):
    for place, entry in enumerate(ENTRIES):
        known = levels[place][levels[place] != UNKNOWN]
        if known.size:
            low, high = CONSTANT_RANGES[entry.signature.result]
            assert low <= known.min() <= known.max() <= high


def drawn(levels, *often: str) -> list[tuple[Node, Node]]:
    """Return measures and the thresholds that they are compared with in fresh genomes, some of them often."""
    grammar = Grammar(SearchPriors(opcode_weights=dict.fromkeys(often, 40.0)))
    breeder = Breeder(grammar, Shape(2, 2), Odds(40, 1.0, 0.0, 0.0, 2, 1, 0.0), levels)
    litter = breeder.breed(parents_of([]), np.arange(600), state_from(np.random.SeedSequence(1)))
    nodes = [node for number in range(len(litter.made)) for node in litter.child(number).genome.walk()]
    pairs = [node.children for node in nodes if len(node.children) == 2]
    return [(one, other) for one, other in pairs if other.is_constant and not one.is_constant]


def test_fresh_thresholds_are_levels_of_what_they_are_compared_with(levels):
    name = code("squeeze", ValueType.WINDOW)
    compared = [(one, other.index) for one, other in drawn(levels, "squeeze") if one.opcode == "squeeze"]
    assert len(compared) > 50
    for one, index in compared:
        place = WINDOWS.index(next(w for w in WINDOWS if window(w) == one.children[0]))
        allowed = set(levels[name, place].tolist())
        # The short side of a mirrored rule asks for the mirror image.
        assert index in allowed or -index in allowed or UNKNOWN in allowed


def test_without_levels_thresholds_are_drawn_around_zero(levels):
    plain = [other.index for one, other in drawn(NO_LEVELS, "squeeze") if one.opcode == "squeeze"]
    looked_up = [other.index for one, other in drawn(levels, "squeeze") if one.opcode == "squeeze"]
    assert min(plain) < -10
    assert min(looked_up) >= 0
    hours = {other for one, other in drawn(levels, "time_of_day") if one.opcode == "time_of_day"}
    assert {level(number) for number in (0, 50, 96)} & hours


def test_the_lead_coins_measure_is_compared_with_levels_of_that_measure(levels):
    """`leader(returns(2)) > x`: an x that two bars' returns reach."""
    name = code("returns", ValueType.WINDOW)
    compared = [
        (one.children[0].children[0], other.index)
        for one, other in drawn(levels, "leader", "returns")
        if one.opcode == "leader" and one.children[0].opcode == "returns"
    ]
    assert len(compared) > 20
    for length, index in compared:
        place = WINDOWS.index(next(w for w in WINDOWS if window(w) == length))
        allowed = set(levels[name, place].tolist())
        assert index in allowed or -index in allowed
