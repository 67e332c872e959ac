"""Statistics of an equity curve and its blocks, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backtest.kernel_curve import CHUNK, LANES, curve_statistics
from backtest.kernel_equity import add_changes, add_up, close_blocks, mark


def sums(equity, last: int) -> tuple[float, float, float]:
    return curve_statistics(np.array(equity), last, np.empty((3, LANES)))[:3]


def deepest_fall(equity, last: int) -> float:
    return curve_statistics(np.array(equity), last, np.empty((3, LANES)))[3]


def test_sums_and_drawdown_of_five_equities():
    """Returns 0.1, -0.1, 0.2, -0.25 ; peaks 110 and 118.8, falls to 99 (10 %) and to 89.1 (25 %)."""
    equity = [100.0, 110.0, 99.0, 118.8, 89.1]
    assert sums(equity, 4) == pytest.approx((-0.05, 0.01 + 0.01 + 0.04 + 0.0625, 0.01 + 0.0625))
    assert deepest_fall(np.array(equity), 4) == pytest.approx(0.25)


def test_sums_and_drawdown_stop_at_the_last_place():
    assert sums([100.0, 110.0, 1.0], 1) == pytest.approx((0.1, 0.01, 0.0))
    assert deepest_fall(np.array([100.0, 110.0, 1.0]), 1) == 0.0


def test_initial_capital_is_the_first_peak():
    assert deepest_fall(np.array([100.0, 80.0, 90.0]), 2) == pytest.approx(0.2)


def test_drawdown_is_the_deepest_even_when_a_later_one_is_longer():
    equity = np.array([100.0, 70.0, 200.0, 190.0, 180.0, 170.0])
    assert deepest_fall(equity, 5) == pytest.approx(0.3)


@pytest.mark.parametrize("last", [0, 1, 31, 32, 33, 63, 64, 65, 96, 97, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 33])
@pytest.mark.parametrize("drift", [-0.02, 0.0, 0.02])
def test_sums_and_drawdown_of_any_length_are_those_of_plain_loops(last, drift):
    """Lengths around the number of lanes and of the places looked through at once; losers, gamblers, winners."""
    steps = np.random.default_rng(last).normal(drift, 0.03, 3 * CHUNK)
    equity = 1000.0 * np.exp(np.concatenate(([0.0], np.cumsum(steps))))
    r = np.diff(equity[: last + 1]) / equity[:last]
    expected = (math.fsum(r), math.fsum(r * r), math.fsum(np.minimum(r, 0.0) ** 2))
    assert sums(equity, last) == pytest.approx(expected, rel=1e-12, abs=1e-14)
    peaks = np.maximum.accumulate(equity[: last + 1])
    assert deepest_fall(equity, last) == pytest.approx(np.max(1.0 - equity[: last + 1] / peaks), rel=1e-14)


def marked(ruin: float) -> tuple[bool, list[float]]:
    """Two coins bought at 50 with 900 USDC left after the fee, over bars 1 to 3 that close at 52, 47 and 55."""
    marks = np.array([[50.0, 52.0, 47.0, 55.0], [0.0] * 4])
    equity = np.zeros(5)
    equity[0] = 1000.0
    lives = mark(marks, 0, (900.0, 2.0, 50.0), (1, 4), equity, 0, ruin)
    return lives, equity[1:4].tolist()


def test_marking_writes_equity():
    assert marked(ruin=1.0) == (True, [904.0, 894.0, 910.0])


def test_changes_are_added_to_those_of_other_sleeves():
    """Steps from place 1 to place 3, on bars 2 and 3."""
    change = np.array([1.0, 2.0, 3.0, 4.0])
    add_changes(change, np.array([1000.0, 904.0, 894.0, 910.0]), 2, (1, 3))
    assert change.tolist() == [1.0, 2.0, -7.0, 20.0]


@pytest.mark.parametrize("n_changes", [0, 1, 3, 4, 5, 8, 101])
def test_changes_add_up_to_the_equity_and_a_flat_bar_changes_nothing(n_changes):
    rng = np.random.default_rng(n_changes)
    change = rng.normal(0.0, 10.0, n_changes) * (rng.random(n_changes) < 0.5)
    equity = np.empty(n_changes + 1)
    add_up(change, 1000.0, equity)
    assert equity == pytest.approx(1000.0 + np.concatenate(([0.0], np.cumsum(change))), rel=1e-14)
    assert np.array_equal(np.diff(equity) == 0.0, change == 0.0)


@pytest.mark.parametrize(("ruin", "lives"), [(893.9, True), (894.0, False), (905.0, False)])
def test_equity_at_or_below_ruin_is_death(ruin, lives):
    assert bool(marked(ruin)[0]) == lives


def test_bars_behind_the_last_one_neither_count_nor_kill():
    """Eight bars are marked at once, of which two were held; at the third the coin was worth nothing."""
    marks = np.full((2, 16), 50.0)
    marks[0, 3:] = -1e6
    equity = np.full(17, 1000.0)
    assert mark(marks, 0, (900.0, 2.0, 50.0), (1, 3), equity, 0, 1.0)
    assert equity[1:3].tolist() == [900.0, 900.0]
    assert not mark(marks, 0, (900.0, 2.0, 50.0), (1, 4), equity, 0, 1.0)


def test_blocks_take_the_equity_before_their_ends():
    """Blocks end before bars 2 and 4; the position is held from bar 3, and place 1 is the equity before it."""
    blocks, ends = np.zeros(3), np.array([2, 4, 2**40, 2**40])
    equity = np.array([100.0, 110.0, 121.0, 133.1])
    books = close_blocks(blocks, ends, (0, 100.0), (3, 1), equity, 5, 3)
    assert books == (2, 121.0)
    assert blocks.tolist() == pytest.approx([math.log(1.1), math.log(1.1), 0.0])
    assert close_blocks(blocks, ends, books, (0, 3), equity, 2**40, 3)[0] == 3
    assert blocks[2] == pytest.approx(math.log(1.1))
