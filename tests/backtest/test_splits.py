"""60/20/20 with an embargo, on calendars small enough to count."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.splits import Slice, folds, split_60_20_20
from data.errors import DataError
from data.intervals import HOUR_MS

EIGHT_HOURS = 8 * HOUR_MS
START_MS = 1_704_067_200_000


def calendar(n_bars: int, interval_ms: int = EIGHT_HOURS) -> np.ndarray:
    return START_MS + interval_ms * np.arange(n_bars, dtype=np.int64)


def bars(part: Slice) -> tuple[int, int]:
    return part.start, part.stop


def test_shares_are_60_20_20_before_the_embargo_of_168_hours():
    """200 bars of 8 hours: borders at 120 and 160, an embargo of 21 bars after each."""
    slices = split_60_20_20(calendar(200), EIGHT_HOURS, longest_holding_bars=20)
    parts = (slices.in_sample, slices.out_of_sample, slices.walk_forward)
    assert [bars(part) for part in parts] == [(0, 120), (141, 160), (181, 200)]
    assert [part.name for part in parts] == ["IS", "OOS", "WF"]


def test_times_are_the_open_of_the_first_bar_and_the_close_of_the_last():
    slices = split_60_20_20(calendar(200), EIGHT_HOURS, longest_holding_bars=0)
    part = slices.out_of_sample
    assert (part.start_ms, part.end_ms) == (START_MS + 141 * EIGHT_HOURS, START_MS + 160 * EIGHT_HOURS)
    assert slices.walk_forward.end_ms == START_MS + 200 * EIGHT_HOURS


def test_embargo_is_the_longest_holding_where_that_is_longer():
    slices = split_60_20_20(calendar(200), EIGHT_HOURS, longest_holding_bars=30)
    assert bars(slices.in_sample) == (0, 120)
    assert bars(slices.out_of_sample) == (150, 160)
    assert bars(slices.walk_forward) == (190, 200)


def test_embargo_is_rounded_up_to_whole_bars():
    """168 hours are 6.72 bars of 25 hours."""
    slices = split_60_20_20(calendar(100, 25 * HOUR_MS), 25 * HOUR_MS, longest_holding_bars=0)
    assert bars(slices.out_of_sample) == (67, 80)


def test_shares_are_rounded_down_to_whole_bars():
    """60 % of 203 bars are 121.8, 80 % are 162.4."""
    slices = split_60_20_20(calendar(203), EIGHT_HOURS, longest_holding_bars=0)
    assert slices.in_sample.stop == 121
    assert (slices.out_of_sample.stop, slices.walk_forward.stop) == (162, 203)


def test_shortest_history_leaves_two_bars_a_slice_and_a_shorter_one_is_refused():
    slices = split_60_20_20(calendar(115), EIGHT_HOURS, longest_holding_bars=0)
    assert bars(slices.out_of_sample) == (90, 92)
    assert bars(slices.walk_forward) == (113, 115)
    with pytest.raises(DataError, match=r"history of 112 bars is too short.*embargo of 21 bars.*at least 113 bars"):
        split_60_20_20(calendar(112), EIGHT_HOURS, longest_holding_bars=0)


def test_folds_follow_each_other_and_cover_the_slice():
    """Ten bars in three folds: 3, 3 and 4."""
    part = Slice("WF", 100, 110, 1_000, 2_000)
    parts = folds(part, 3)
    assert [bars(fold) for fold in parts] == [(100, 103), (103, 106), (106, 110)]
    assert [(fold.start_ms, fold.end_ms) for fold in parts] == [(1_000, 1_300), (1_300, 1_600), (1_600, 2_000)]
    assert {fold.name for fold in parts} == {"WF"}


def test_one_fold_is_the_slice_itself():
    part = Slice("WF", 100, 110, 1_000, 2_000)
    assert folds(part, 1) == [part]


@pytest.mark.parametrize("n_folds", [0, -1, 6])
def test_folds_of_less_than_two_bars_and_no_folds_are_refused(n_folds):
    with pytest.raises(ValueError, match=f"{n_folds} folds of a slice of 10 bars; allowed are at least 1 with 2 bars"):
        folds(Slice("WF", 100, 110, 1_000, 2_000), n_folds)
