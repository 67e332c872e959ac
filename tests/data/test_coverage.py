"""What a history covers and what stands out in it, on a few bars by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.bars import Bars
from data.coverage import Outlier, Run, Thresholds, coverage, missing_runs, outliers, stale_runs
from data.errors import DataError
from data.intervals import DAY_MS, HOUR_MS

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
Build = Callable[..., Any]


def at(hour: int) -> int:
    return MIDNIGHT_MS + HOUR_MS * hour


def with_volume(bars: Bars, volume: list[float]) -> Bars:
    return Bars(bars.time_ms, bars.open, bars.high, bars.low, bars.close, np.array(volume, dtype=np.float64))


def test_unbroken_bars_are_covered_wholly(make_bars: Build) -> None:
    found = coverage(make_bars(range(12)), HOUR_MS)
    assert (found.n_bars, found.n_expected, found.n_missing, found.share) == (12, 12, 0, 1.0)
    assert (found.first_ms, found.last_ms) == (at(0), at(11))
    assert (found.gaps, found.stale_runs, found.outliers, found.n_zero_volume, found.funding) == ((), (), (), 0, None)
    assert found.daily.bars.tolist() == [1.0]


def test_one_bar_is_a_history_and_none_is_refused(make_bars: Build) -> None:
    assert coverage(make_bars([5]), HOUR_MS).share == 1.0
    with pytest.raises(DataError, match="there are no bars"):
        coverage(make_bars([]), HOUR_MS)


def test_a_gap_says_from_when_to_when_and_how_many_bars(make_bars: Build) -> None:
    found = coverage(make_bars([0, 1, 4, 5, 7]), HOUR_MS)
    assert found.gaps == (Run(at(2), at(3), 2), Run(at(6), at(6), 1))
    assert (found.n_expected, found.n_missing, found.share) == (8, 3, 5 / 8)


def test_a_day_is_measured_against_what_was_expected_of_it(make_bars: Build) -> None:
    # From 20:00 four bars are expected of the first day; three days later it ends after two.
    found = coverage(make_bars([20, 21, 23, 24, 72, 73]), HOUR_MS)
    assert found.daily.first_day_ms == MIDNIGHT_MS
    assert found.daily.bars.tolist() == [3 / 4, 1 / 24, 0.0, 1.0]
    assert found.daily.funding is None


def test_a_stale_run_repeats_one_bar_without_volume(make_bars: Build) -> None:
    bars = with_volume(make_bars(range(7), [100, 100, 100, 100, 101, 101, 101]), [5, 0, 0, 0, 0, 0, 3])
    assert stale_runs(bars, HOUR_MS, 3) == (Run(at(1), at(3), 3),)
    assert stale_runs(bars, HOUR_MS, 2) == (Run(at(1), at(3), 3), Run(at(4), at(5), 2))
    assert stale_runs(bars, HOUR_MS, 4) == ()
    assert coverage(bars, HOUR_MS).n_zero_volume == 5


def test_a_gap_breaks_a_stale_run(make_bars: Build) -> None:
    bars = with_volume(make_bars([0, 1, 3, 4]), [0, 0, 0, 0])
    assert stale_runs(bars, HOUR_MS, 3) == ()
    assert stale_runs(bars, HOUR_MS, 2) == (Run(at(0), at(1), 2), Run(at(3), at(4), 2))


# Log returns of log(1.01) up and down: the median is +-log(1.01) or 0, the deviation of the others about log(1.01).
CALM = [100.0, 101.0, 100.0, 101.0, 100.0, 101.0, 100.0, 101.0]


def test_a_close_that_leaps_and_comes_back_is_an_outlier(make_bars: Build) -> None:
    prices = [*CALM, 202.0, 101.0, 100.0, 101.0]
    [found] = outliers(make_bars(range(12), prices), HOUR_MS)
    assert (found.time_ms, found.move) == (at(8), pytest.approx(1.0))
    # Eleven log returns of which nine are +-log(1.01): five up and four down, and log 2 up and down. Their median is
    # +log(1.01), the deviations from it are five times 0, four times 2 log(1.01), and two larger: the sixth of eleven.
    assert found.usual_move == pytest.approx(2 * np.log(1.01))


@pytest.mark.parametrize(
    ("prices", "why"),
    [
        ([*CALM, 202.0, 200.0, 202.0, 200.0], "it stays there"),
        ([*CALM, 202.0, 160.0, 161.0, 160.0], "a third comes back"),
        ([*CALM, 120.0, 101.0, 100.0, 101.0], "17 % are fewer than 20 deviations of 2 %"),
        ([*CALM, 100.0, 101.0, 100.0, 202.0], "nobody knows whether the last bar comes back"),
    ],
)
def test_a_move_that_stays_is_no_outlier(prices: list[float], why: str, make_bars: Build) -> None:
    assert outliers(make_bars(range(12), prices), HOUR_MS) == (), why


def test_a_move_across_a_gap_is_no_outlier(make_bars: Build) -> None:
    hours = [*range(8), 10, 11, 12, 13]
    assert outliers(make_bars(hours, [*CALM, 202.0, 101.0, 100.0, 101.0]), HOUR_MS) == ()


def test_on_a_flat_market_the_least_move_decides(make_bars: Build) -> None:
    flat = make_bars(range(6), [100, 100, 103, 100, 100, 100])
    [found] = outliers(flat, HOUR_MS)
    assert found == Outlier(at(2), pytest.approx(0.03), 0.0)
    assert outliers(flat, HOUR_MS, Thresholds(outlier_move=0.04)) == ()


def test_what_is_usual_is_measured_nearby(make_bars: Build) -> None:
    """A print of 10 % is lost in a wild month and stands out in a calm one."""
    wild = [100.0, 105.0] * 10
    calm = [100.0] * 9 + [110.0] + [100.0] * 10
    found = outliers(make_bars(range(40), wild + calm), HOUR_MS, Thresholds(around_bars=19))
    assert [outlier.time_ms for outlier in found] == [at(29)]
    assert outliers(make_bars(range(40), wild + calm), HOUR_MS) == ()


def test_funding_is_known_where_a_backtest_knows_it(make_bars: Build, make_funding: Build) -> None:
    # Settlements at 02:00 to 04:00, then none before 07:00: 00, 01, 05, 06 and 08 to 11 are unknown.
    found = coverage(make_bars(range(12)), HOUR_MS, make_funding([2, 3, 4, 7]))
    assert found.funding is not None
    assert found.funding.share == pytest.approx(4 / 12)
    assert found.funding.longest_unknown == Run(at(8), at(11), 4)
    assert found.daily.funding is not None
    assert found.daily.funding.tolist() == [pytest.approx(4 / 12)]


def test_funding_that_is_always_known_has_no_unknown_run(make_bars: Build, make_funding: Build) -> None:
    found = coverage(make_bars(range(4)), HOUR_MS, make_funding(range(6)))
    assert found.funding is not None
    assert (found.funding.share, found.funding.longest_unknown) == (1.0, None)


@given(st.sets(st.integers(0, 200), min_size=1))
def test_gaps_and_bars_add_up_to_the_whole(hours: set[int]) -> None:
    time_ms = MIDNIGHT_MS + HOUR_MS * np.array(sorted(hours), dtype=np.int64)
    price = np.full(time_ms.size, 100.0)
    found = coverage(Bars(time_ms, price, price, price, price, price), HOUR_MS)
    assert sum(gap.n_bars for gap in found.gaps) == found.n_missing
    covered = set(time_ms.tolist())
    for gap in found.gaps:
        missing = set(range(gap.first_ms, gap.last_ms + 1, HOUR_MS))
        assert len(missing) == gap.n_bars
        assert not missing & covered
        covered |= missing
    assert covered == set(range(found.first_ms, found.last_ms + 1, HOUR_MS))
    days = (found.last_ms // DAY_MS) - (found.first_ms // DAY_MS) + 1
    assert found.daily.bars.shape == (days,)
    assert (found.daily.bars == 1.0).all() == (not found.gaps)


@given(st.integers(0, 30), st.integers(1, 10), st.integers(1, 30))
def test_a_hole_cut_out_of_whole_bars_is_the_gap_that_is_found(before: int, hole: int, after: int) -> None:
    hours = [*range(before + 1), *range(before + 1 + hole, before + 1 + hole + after)]
    time_ms = MIDNIGHT_MS + HOUR_MS * np.array(hours, dtype=np.int64)
    assert missing_runs(time_ms, HOUR_MS) == (Run(at(before + 1), at(before + hole), hole),)
