"""Rolling sums from anchors, against sliding windows of numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from data.intervals import HOUR_MS
from data.market import SERIES
from data.rolling import first_anchor, rolling_mean, rolling_spread

SETTINGS = settings(max_examples=100, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
windows = st.sampled_from([2, 3, 5, 24, 100])


def windowed(values: np.ndarray, window: int, statistic) -> np.ndarray:
    """Apply a statistic to every full window; NaN before the first."""
    result = np.full(values.size, np.nan)
    if values.size >= window:
        result[window - 1 :] = statistic(sliding_window_view(values, window))
    return result


def draw(seed: int, n: int, share_missing: float) -> np.ndarray:
    """Values around a level that is large or 0, with holes."""
    rng = np.random.default_rng(seed)
    values = rng.choice([0.0, 100.0]) + rng.normal(0.0, 1.0, n)
    values[rng.random(n) < share_missing] = np.nan
    return values


@SETTINGS
@given(seed=seeds, n=st.integers(1, 300), window=windows, share=st.sampled_from([0.0, 0.02]), data=st.data())
def test_mean_is_that_of_the_window(seed, n, window, share, data):
    values, anchor = draw(seed, n, share), data.draw(st.integers(0, window - 1))
    expected = windowed(values, window, lambda w: w.mean(axis=1))
    assert rolling_mean(values, window, anchor) == pytest.approx(expected, rel=1e-12, abs=1e-12, nan_ok=True)


@SETTINGS
@given(seed=seeds, n=st.integers(1, 300), window=windows, share=st.sampled_from([0.0, 0.02]), data=st.data())
def test_spread_is_that_of_the_window(seed, n, window, share, data):
    values, anchor = draw(seed, n, share), data.draw(st.integers(0, window - 1))
    from_mean, deviation = rolling_spread(values, window, anchor)
    expected = values - windowed(values, window, lambda w: w.mean(axis=1))
    assert from_mean == pytest.approx(expected, rel=1e-10, abs=1e-12, nan_ok=True)
    expected = windowed(values, window, lambda w: w.std(axis=1, ddof=1))
    assert deviation == pytest.approx(expected, rel=1e-10, nan_ok=True)


@pytest.mark.parametrize("constant", [0.1, 1e-9, 123456.789, -3.3])
@pytest.mark.parametrize("anchor", [0, 6])
def test_constant_has_its_own_mean_and_no_deviation_to_the_last_bit(constant, anchor):
    values = np.full(50, constant)
    assert set(rolling_mean(values, 7, anchor)[6:].tolist()) == {constant}
    from_mean, deviation = rolling_spread(values, 7, anchor)
    assert set(from_mean[6:].tolist()) == set(deviation[6:].tolist()) == {0.0}


def test_constant_after_a_jump_has_no_deviation_once_the_jump_is_past():
    values = np.array([1e9] * 10 + [0.1] * 20)
    _, deviation = rolling_spread(values, 4, 1)
    assert deviation[13:].tolist() == [0.0] * 17
    assert (deviation[10:13] > 1e8).all()


def test_missing_value_is_missing_in_every_window_that_holds_it_and_no_other():
    values = np.arange(20.0)
    values[8] = np.nan
    for result in (rolling_mean(values, 5, 3), *rolling_spread(values, 5, 3)):
        assert np.flatnonzero(np.isnan(result)).tolist() == [0, 1, 2, 3, 8, 9, 10, 11, 12]


def test_infinite_value_is_unknown():
    values = np.arange(12.0)
    values[5] = np.inf
    for result in (rolling_mean(values, 3, 0), *rolling_spread(values, 3, 0)):
        assert np.flatnonzero(np.isnan(result)).tolist() == [0, 1, 5, 6, 7]


@SETTINGS
@given(seed=seeds, window=windows, cut=st.integers(1, 150))
def test_value_has_the_same_bits_wherever_the_history_begins(make_market, seed, window, cut):
    market = make_market(100.0 + draw(seed, 300, 0.0))
    late = replace(market, **{name: getattr(market, name)[cut:] for name in ("time_ms", "is_available", *SERIES)})
    means = [rolling_mean(m.close, window, first_anchor(m, window)) for m in (market, late)]
    assert means[0][cut + window - 1 :].tobytes() == means[1][window - 1 :].tobytes()
    spreads = [rolling_spread(m.close, window, first_anchor(m, window)) for m in (market, late)]
    for whole, part in zip(*spreads, strict=True):
        assert whole[cut + window - 1 :].tobytes() == part[window - 1 :].tobytes()


@pytest.mark.parametrize(("hour", "window", "anchor"), [(0, 24, 0), (1, 24, 23), (23, 24, 1), (7, 5, 3), (10, 5, 0)])
def test_first_anchor_lies_on_a_multiple_of_the_window_since_1970(make_market, hour, window, anchor):
    market = make_market([100, 100])
    market = replace(market, time_ms=HOUR_MS * np.array([hour, hour + 1]))
    assert first_anchor(market, window) == anchor
