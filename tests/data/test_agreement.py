"""Two venues compared on a few bars by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.agreement import Disagreement, agreement
from data.bars import Bars
from data.errors import DataError
from data.intervals import HOUR_MS

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
Build = Callable[..., Any]


def at(hour: int) -> int:
    return MIDNIGHT_MS + HOUR_MS * hour


def test_closes_are_compared_where_both_have_a_bar(make_bars: Build) -> None:
    # Together from 02:00 to 05:00; 04:00 is missing there; basis of 02, 03, 05: 0, +0.5 %, +2 %.
    found = agreement(make_bars([0, 1, 2, 3, 4, 5], [100, 100, 100, 100.5, 100, 102]), make_bars([2, 3, 5, 6]), HOUR_MS)
    assert (found.first_ms, found.last_ms, found.n_expected) == (at(2), at(5), 4)
    assert (found.n_common, found.n_traded, found.share_common) == (3, 3, 0.75)
    assert found.basis_median == pytest.approx(0.005)
    # Between the second and the third of 0, 0.005, 0.02, at place 1.98.
    assert found.basis_p99 == pytest.approx(0.005 + 0.98 * 0.015)
    assert found.outliers == (Disagreement(at(5), 102.0, 100.0),)
    assert found.outliers[0].basis == pytest.approx(0.02)
    assert found.share_agreeing == pytest.approx(2 / 3)
    assert [found.confirms(at(hour)) for hour in range(8)] == [False, False, True, True, False, False, False, False]


def test_the_largest_basis_is_an_argument(make_bars: Build) -> None:
    here, there = make_bars([0, 1], [100, 102]), make_bars([0, 1])
    assert agreement(here, there, HOUR_MS, largest_basis=0.03).outliers == ()
    assert agreement(here, there, HOUR_MS, largest_basis=0.03).share_agreeing == 1.0


def test_a_bar_without_trades_says_nothing(make_bars: Build) -> None:
    here, there = make_bars([0, 1], [100, 150]), make_bars([0, 1])
    untraded = Bars(there.time_ms, there.open, there.high, there.low, there.close, np.array([5.0, 0.0]))
    found = agreement(here, untraded, HOUR_MS)
    assert (found.n_common, found.n_traded, found.outliers) == (2, 1, ())
    assert not found.confirms(at(1))


def test_venues_that_never_trade_together_are_refused_with_both_spans(make_bars: Build) -> None:
    with pytest.raises(
        DataError,
        match=r"share 0 bars and trade together on none: one has 2024-01-01 00:00 to 2024-01-01 01:00, the other "
        r"2024-01-01 05:00 to 2024-01-01 06:00; compare",
    ):
        agreement(make_bars([0, 1]), make_bars([5, 6]), HOUR_MS)


@given(st.lists(st.floats(1.0, 1e5), min_size=1, max_size=30))
def test_a_venue_agrees_with_itself(prices: list[float]) -> None:
    price = np.array(prices)
    time_ms = MIDNIGHT_MS + HOUR_MS * np.arange(price.size)
    bars = Bars(time_ms, price, price, price, price, np.ones(price.size))
    found = agreement(bars, bars, HOUR_MS)
    assert (found.share_common, found.share_agreeing, found.basis_median, found.basis_p99) == (1.0, 1.0, 0.0, 0.0)
    assert all(found.confirms(int(time)) for time in time_ms)
