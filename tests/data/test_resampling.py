"""Longer bars are made of all their short bars, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.bars import Bars
from data.errors import ConfigError
from data.intervals import HOUR_MS, MINUTE_MS
from data.quality import check_bars
from data.resampling import resample

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def same(a: Bars, b: Bars) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in Bars.__dataclass_fields__)


def test_two_hours_of_half_hours_by_hand() -> None:
    minutes = [30, 60, 90, 120, 180, 210]  # the first half of hour 0 and the second of hour 2 are missing
    bars = Bars(
        MIDNIGHT_MS + MINUTE_MS * np.array(minutes, dtype=np.int64),
        np.array([9.0, 10.0, 12.0, 13.0, 14.0, 15.0]),
        np.array([9.5, 12.5, 13.0, 13.5, 15.5, 15.0]),
        np.array([8.5, 9.0, 11.0, 12.0, 13.0, 11.5]),
        np.array([9.0, 12.0, 13.0, 13.0, 15.0, 12.0]),
        np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    )
    hours = resample(bars, 30 * MINUTE_MS, HOUR_MS)
    assert hours.time_ms.tolist() == [MIDNIGHT_MS + HOUR_MS, MIDNIGHT_MS + 3 * HOUR_MS]
    assert hours.open.tolist() == [10.0, 14.0]
    assert hours.high.tolist() == [13.0, 15.5]
    assert hours.low.tolist() == [9.0, 11.5]
    assert hours.close.tolist() == [13.0, 12.0]
    assert hours.volume.tolist() == [5.0, 11.0]


@st.composite
def histories(draw: st.DrawFn) -> Bars:
    """Return minutes of up to 13 hours with up to four holes, valid by the rules of quality.

    Volumes are whole, so that their sum does not depend on how it is put together.
    """
    start, n_minutes = draw(st.integers(0, 300)), draw(st.integers(2, 780))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    is_there = np.ones(n_minutes, dtype=np.bool_)
    for hole, length in draw(st.lists(st.tuples(st.integers(0, n_minutes - 1), st.integers(1, 90)), max_size=4)):
        is_there[hole : hole + length] = False
    open_, close = rng.uniform(50, 60, (2, n_minutes))
    high, low = np.maximum(open_, close) + rng.random(n_minutes), np.minimum(open_, close) - rng.random(n_minutes)
    volume = rng.integers(0, 1000, n_minutes).astype(np.float64)
    time_ms = MIDNIGHT_MS + MINUTE_MS * (start + np.arange(n_minutes))
    return Bars(*(array[is_there] for array in (time_ms, open_, high, low, close, volume)))


@settings(max_examples=60, deadline=None)
@given(bars=histories())
def test_by_way_of_hours_is_the_same_as_at_once(bars: Bars) -> None:
    hours = resample(bars, MINUTE_MS, HOUR_MS)
    assert same(resample(hours, HOUR_MS, 4 * HOUR_MS), resample(bars, MINUTE_MS, 4 * HOUR_MS))


@settings(max_examples=60, deadline=None)
@given(bars=histories())
def test_every_whole_hour_and_no_other_is_there_and_is_what_a_plain_loop_makes(bars: Bars) -> None:
    hours = resample(bars, MINUTE_MS, HOUR_MS)
    expected = []
    for hour in sorted(set((bars.time_ms // HOUR_MS).tolist())):
        here = np.flatnonzero(bars.time_ms // HOUR_MS == hour)
        if here.size == 60:
            extremes = max(bars.high[here]), min(bars.low[here])
            expected.append(
                (hour * HOUR_MS, bars.open[here[0]], *extremes, bars.close[here[-1]], sum(bars.volume[here]))
            )
    names = ("time_ms", "open", "high", "low", "close", "volume")
    assert list(zip(*(getattr(hours, name).tolist() for name in names), strict=True)) == expected
    if len(hours) > 1:
        assert check_bars(hours, HOUR_MS).n_rows == len(hours)


def test_nothing_whole_gives_no_bars() -> None:
    bars = Bars(MIDNIGHT_MS + MINUTE_MS * np.arange(59), *np.ones((5, 59)))
    assert len(resample(bars, MINUTE_MS, HOUR_MS)) == 0
    assert len(resample(resample(bars, MINUTE_MS, HOUR_MS), HOUR_MS, 4 * HOUR_MS)) == 0


def test_the_same_interval_changes_nothing() -> None:
    bars = Bars(MIDNIGHT_MS + MINUTE_MS * np.array([0, 1, 5]), *np.ones((5, 3)))
    assert same(resample(bars, MINUTE_MS, MINUTE_MS), bars)


@pytest.mark.parametrize(("short", "longer"), [(HOUR_MS, MINUTE_MS), (2 * HOUR_MS, HOUR_MS)])
def test_what_does_not_divide_is_refused(short: int, longer: int) -> None:
    bars = Bars(MIDNIGHT_MS + short * np.arange(2), *np.ones((5, 2)))
    with pytest.raises(ConfigError, match="give a whole multiple of"):
        resample(bars, short, longer)
    with pytest.raises(ConfigError, match="interval of 420000 ms is unknown"):
        resample(bars, short, 7 * MINUTE_MS)
