"""Arrays of exposure and stop distance, against windows cut out one by one."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.risk import Risk, SizingRule
from backtest.sizing import sizing_arrays

N_BARS = 800
VARIABLE = (SizingRule.INVERSE_VOLATILITY, SizingRule.RISK_PER_STOP)


def walk(make_market, n_bars=N_BARS, **market):
    """A random walk of 1 % a bar with gaps and reaches of their own."""
    rng = np.random.default_rng(5)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, n_bars)))
    open_ = np.concatenate(([100.0], close[:-1])) * np.exp(rng.normal(0.0, 0.003, n_bars))
    high = np.maximum(open_, close) * (1.0 + 0.01 * rng.random(n_bars))
    low = np.minimum(open_, close) * (1.0 - 0.01 * rng.random(n_bars))
    return make_market(open_, high, low, close, **market)


def arrays(market, rule, window):
    return sizing_arrays(market, Risk(sizing=rule, sizing_window_bars=window))


def test_fixed_rule_is_one_everywhere(make_market):
    exposure, distance = sizing_arrays(make_market([100] * 5), Risk())
    assert exposure.tolist() == distance.tolist() == [1.0]


@pytest.mark.parametrize("window", [2, 3, 24, 48])
def test_inverse_volatility_is_calm_over_its_mean_of_720_bars(make_market, window):
    market = walk(make_market)
    returns = np.concatenate(([np.nan], np.log(market.close[1:] / market.close[:-1])))
    calm = [1 / returns[t - window + 1 : t + 1].std(ddof=1) if t >= window else np.nan for t in range(N_BARS)]
    exposure, distance = arrays(market, SizingRule.INVERSE_VOLATILITY, window)
    for t in (window + 719, window + 720, N_BARS - 7, N_BARS - 1):
        assert exposure[t] == pytest.approx(calm[t] / np.mean(calm[t - 719 : t + 1]), rel=1e-10)
    assert np.flatnonzero(~np.isnan(exposure))[0] == window + 719
    assert distance.tolist() == [1.0]


@pytest.mark.parametrize("window", [2, 3, 24, 48])
def test_risk_per_stop_is_one_over_the_range_relative_to_its_mean(make_market, window):
    market = walk(make_market)
    ranges = [np.nan]
    for t in range(1, N_BARS):
        top, bottom = max(market.high[t], market.close[t - 1]), min(market.low[t], market.close[t - 1])
        ranges.append((top - bottom) / market.close[t])
    average = [np.mean(ranges[t - window + 1 : t + 1]) if t >= window else np.nan for t in range(N_BARS)]
    exposure, distance = arrays(market, SizingRule.RISK_PER_STOP, window)
    for t in (window + 719, window + 720, N_BARS - 7, N_BARS - 1):
        assert distance[t] == pytest.approx(average[t] / np.mean(average[t - 719 : t + 1]), rel=1e-10)
        assert exposure[t] == pytest.approx(1 / distance[t], rel=1e-12)
    assert np.flatnonzero(~np.isnan(exposure))[0] == window + 719
    assert np.flatnonzero(~np.isnan(distance))[0] == window + 719


@pytest.mark.parametrize("rule", VARIABLE)
def test_hole_takes_the_value_from_every_window_that_touches_it(make_market, rule):
    """Bar 30 is missing, bar 31 has no bar before it; 720 windows of 5 bars after it begin at bar 32."""
    exposure, _ = arrays(walk(make_market, available=np.arange(N_BARS) != 30), rule, 5)
    assert np.flatnonzero(~np.isnan(exposure))[0] == 31 + 5 + 719


@pytest.mark.parametrize("rule", VARIABLE)
def test_standing_price_has_no_value(make_market, rule):
    exposure, _ = arrays(make_market([100.0] * 760), rule, 3)
    assert np.isnan(exposure).all()


@pytest.mark.parametrize("rule", VARIABLE)
def test_history_too_short_has_no_value(make_market, rule):
    for n_bars in (1, 2, 700):
        exposure, _ = arrays(walk(make_market, n_bars), rule, 24)
        assert exposure.shape == (n_bars,)
        assert np.isnan(exposure).all()


@pytest.mark.parametrize("rule", VARIABLE)
def test_arrays_cannot_be_written(make_market, rule):
    exposure, distance = arrays(walk(make_market), rule, 24)
    assert not exposure.flags.writeable
    assert not distance.flags.writeable
