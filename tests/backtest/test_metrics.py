"""Statistics by hand, and daily returns."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backtest.metrics import daily_log_returns, metrics_from_sums
from backtest.result import Metrics
from data.intervals import DAY_MS, HOUR_MS

MIDNIGHT = 20_000 * DAY_MS


def metrics(**changed) -> Metrics:
    """Four bars of returns 0.1, -0.05, 0, 0.05 in a year of four bars; what is not given does not matter."""
    values = {
        "n_returns": 4,
        "sums": (0.1, 0.015, 0.0025),
        "growth": 1.1,
        "max_drawdown": 0.05,
        "traded_per_capital": 3.0,
        "exposure": 0.5,
        "n_trades": 3,
        "n_forced": 1,
        "n_wins": 3,
        "bars_per_year": 4.0,
        "ruined": False,
    }
    return metrics_from_sums(**{**values, **changed})


def test_net_return_is_growth_less_one():
    assert metrics(growth=1.25).net_return == 0.25


def test_sharpe_is_mean_over_deviation_with_ddof_1():
    """Mean 0.025, variance (0.015 - 4 * 0.025^2) / 3 = 0.0125 / 3, a year of four bars: sqrt(0.6)."""
    assert metrics().sharpe == pytest.approx(math.sqrt(0.6), rel=1e-12)


def test_sortino_divides_by_the_root_of_the_mean_square_of_losses():
    """0.025 / sqrt(0.05^2 / 4) = 1, and sqrt(4) a year."""
    assert metrics().sortino == pytest.approx(2.0, rel=1e-12)


def test_sortino_without_a_loss_does_not_exist():
    assert math.isnan(metrics(sums=(0.1, 0.015, 0.0)).sortino)


def test_calmar_is_compound_annual_return_over_drawdown():
    """Half a year at 1.21 is 1.4641 a year."""
    assert metrics(growth=1.21, bars_per_year=8.0, max_drawdown=0.1).calmar == pytest.approx(4.641, rel=1e-12)


def test_calmar_without_a_drawdown_does_not_exist():
    assert math.isnan(metrics(max_drawdown=0.0).calmar)


def test_calmar_is_infinite_where_growth_compounds_beyond_every_float():
    """Doubling each of four bars for 8760 bars."""
    assert metrics(growth=16.0, bars_per_year=8760.0).calmar == math.inf


def test_turnover_is_annual():
    """Three times the capital in half a year."""
    assert metrics(bars_per_year=8.0).turnover == 6.0


def test_win_rate_counts_forced_trades_too():
    assert metrics().win_rate == 0.75
    assert metrics().n_trades == 3


def test_win_rate_without_a_trade_does_not_exist():
    assert math.isnan(metrics(n_trades=0, n_forced=0, n_wins=0).win_rate)


@pytest.mark.parametrize("n", [3, 7, 8760])
def test_equal_returns_have_no_sharpe(n):
    """The deviation is 0 up to rounding of the sums."""
    sums = (math.fsum([0.1] * n), math.fsum([0.1 * 0.1] * n), 0.0)
    assert math.isnan(metrics(n_returns=n, sums=sums).sharpe)


def test_one_return_and_no_returns_at_all_have_no_sharpe():
    assert math.isnan(metrics(n_returns=1).sharpe)
    assert math.isnan(metrics(sums=(0.0, 0.0, 0.0)).sharpe)


def test_ruin_leaves_counts_and_nothing_else():
    ruined = metrics(ruined=True, growth=-0.5)
    assert ruined.n_trades == 3
    for name in Metrics.__slots__:
        assert name == "n_trades" or math.isnan(getattr(ruined, name))


def test_daily_returns_are_sums_of_log_returns_by_the_day_a_bar_opens_on():
    time_ms = MIDNIGHT + HOUR_MS * np.array([22, 23, 24, 25, 72])
    days, logs = daily_log_returns(np.array([0.1, 0.1, 0.25, -0.2, 0.5]), time_ms)
    assert days.tolist() == [MIDNIGHT, MIDNIGHT + DAY_MS, MIDNIGHT + 3 * DAY_MS]
    assert logs == pytest.approx([math.log(1.21), 0.0, math.log(1.5)], abs=1e-15)


def test_daily_bars_are_days_of_their_own():
    time_ms = MIDNIGHT + DAY_MS * np.arange(3)
    days, logs = daily_log_returns(np.array([0.0, 1.0, -0.5]), time_ms)
    assert days.tolist() == time_ms.tolist()
    assert logs == pytest.approx([0.0, math.log(2.0), -math.log(2.0)], abs=1e-15)
