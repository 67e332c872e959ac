"""Returns of two strategies on the bars that both were judged on, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from data.intervals import DAY_MS
from organism.comparison.slices import Common, common_slices, compared, curves_of, joined
from organism.comparison.values import EARNED_THE_SAME
from organism.views.chapters.slices import JudgedSlice

FIRST_MS = 19_723 * DAY_MS  # 2024-01-01
HALF_DAY_MS = DAY_MS // 2


def judged(name: str, first: int, returns: list[float]) -> JudgedSlice:
    """Return a slice of half-day bars that begins at bar `first`."""
    times = FIRST_MS + HALF_DAY_MS * np.arange(first, first + len(returns), dtype=np.int64)
    return JudgedSlice(name, int(times[0]), int(times[-1]) + HALF_DAY_MS, times, np.array(returns), None)


def test_only_slices_of_both_and_of_these_only_bars_of_both_are_compared() -> None:
    a = [judged("IS", 0, [0.1, 0.2, 0.3]), judged("OOS", 10, [0.1] * 4)]
    b = [judged("IS", 1, [0.5, 0.6, 0.7])]
    [found] = common_slices(a, b)
    assert found.name == "IS"
    assert found.time_ms.tolist() == [FIRST_MS + HALF_DAY_MS, FIRST_MS + DAY_MS]
    assert (found.a.tolist(), found.b.tolist()) == ([0.2, 0.3], [0.5, 0.6])
    assert found.n_left_out == 2


def test_slices_without_a_bar_in_common_are_left_out() -> None:
    assert common_slices([judged("OOS", 0, [0.1])], [judged("OOS", 5, [0.1])]) == ()


def test_held_out_slices_are_put_together_where_there_are_two() -> None:
    parts = common_slices(
        [judged("IS", 0, [0.1]), judged("OOS", 4, [0.2]), judged("WF", 8, [0.3])],
        [judged("IS", 0, [0.4]), judged("OOS", 4, [0.5]), judged("WF", 8, [0.6])],
    )
    assert [part.name for part in joined(parts)] == ["IS", "OOS", "WF", "OOS+WF"]
    assert (joined(parts)[-1].a.tolist(), joined(parts)[-1].b.tolist()) == ([0.2, 0.3], [0.5, 0.6])
    assert [part.name for part in joined(parts[:2])] == ["IS", "OOS"]


def test_figures_are_those_of_days() -> None:
    # Days of A: 1.1 x 1 - 1 = 10 %, 0.9 x 1 - 1 = -10 %, 1.2 x 1.05 - 1 = 26 %. Mean 26/3 %; their squares about it are
    # 16/9, 3136/9 and 2704/9, so that the deviation is sqrt(5856/9/2) = 18.037 %.
    part = common_slices([judged("IS", 0, [0.1, 0.0, -0.1, 0.0, 0.2, 0.05])], [judged("IS", 0, [0.0, 0.1] * 3)])[0]
    found = compared(part)
    assert found.a.sharpe == pytest.approx(26 / 3 / math.sqrt(5856 / 9 / 2) * math.sqrt(365))
    assert found.a.net_return == pytest.approx(1.1 * 0.9 * 1.2 * 1.05 - 1.0)
    assert found.a.max_drawdown == pytest.approx(0.1)
    assert found.b.sharpe is None, "the same on every day"
    assert found.b.max_drawdown == 0.0
    assert found.correlation is None
    assert (found.first, found.last, found.n_bars) == ("2024-01-01", "2024-01-03", 6)
    assert found.test is None
    assert "allowed are at least 30" in found.untested


def test_the_same_returns_are_said_to_be_the_same() -> None:
    returns = np.random.default_rng(1).normal(0.0, 0.01, 80)
    times = FIRST_MS + HALF_DAY_MS * np.arange(80, dtype=np.int64)
    found = compared(Common("OOS", times, returns, returns.copy(), 0))
    assert (found.test, found.untested) == (None, EARNED_THE_SAME)
    assert found.correlation == pytest.approx(1.0)


def test_who_has_lost_everything_has_no_figures() -> None:
    found = compared(common_slices([judged("IS", 0, [0.1, math.nan])], [judged("IS", 0, [0.1, 0.2])])[0])
    assert (found.a.sharpe, found.a.net_return, found.a.max_drawdown) == (None, None, None)
    assert found.b.net_return == pytest.approx(0.32)
    assert found.untested == "one of the two has lost everything"


def test_a_test_is_annual_and_about_b_less_a() -> None:
    chance = np.random.default_rng(2)
    times = FIRST_MS + DAY_MS * np.arange(400, dtype=np.int64)
    found = compared(Common("OOS", times, chance.normal(0.0, 0.01, 400), chance.normal(0.004, 0.01, 400), 0))
    assert found.test is not None
    assert found.a.sharpe is not None
    assert found.b.sharpe is not None
    # The figures have divisor n - 1, the test n.
    assert found.test.difference == pytest.approx((found.b.sharpe - found.a.sharpe) * math.sqrt(400 / 399))
    assert found.test.low < found.test.difference < found.test.high
    assert found.test.p_value < 0.01
    assert found.test.n_days == 400


def test_curves_end_where_the_money_ends() -> None:
    times = FIRST_MS + DAY_MS * np.arange(3, dtype=np.int64)
    found = curves_of(Common("IS", times, np.array([0.1, 0.0, -0.5]), np.array([0.0, 0.5, 0.0]), 0))
    assert found.a == pytest.approx((1.1, 1.1, 0.55))
    assert found.b == pytest.approx((1.0, 1.5, 1.5))
    assert found.time_ms == tuple(times.tolist())
