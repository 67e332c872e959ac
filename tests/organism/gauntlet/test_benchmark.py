"""Strategies beside holding: days, exposures, and an alpha that drift cannot feign."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backtest.inference import daily_alpha
from data.market import Market, Universe
from data.worlds import make_world
from organism.gauntlet.benchmark import DailyReturns, daily_returns, joined, least_alpha
from organism.gauntlet.case import Case
from organism.gauntlet.stages.alpha import AlphaOverMarket
from organism.gauntlet.verdict import Verdict


def test_benchmarks_by_hand(make_market: Callable[..., Market], scripted: Any, case_of: Callable[..., Case]) -> None:
    """Two coins, six bars: A doubles on bar 3 and pays 1 USDC of funding there, B stands still.

    Long A from the open of bar 1 to the open of bar 4: half of the bars, and a quarter of the coins in the mean.
    """
    rates = [0.0, 0.0, 0.0, 0.01, 0.0, 0.0]
    one = make_market([100.0] * 4 + [200.0] * 2, close=[100.0] * 3 + [200.0] * 3, coin="A", funding_rate=rates)
    two = make_market([50.0] * 6, coin="B")

    def wanted(market: Market) -> Any:
        return np.array([1, 1, 1, 0, 0, 0]) if market.coin == "A" else np.zeros(6, dtype=np.int64)

    days = daily_returns(case_of(scripted(wanted), Universe("two", (one, two))))
    # From 100 to 200 less 1 of funding: 0.99, on one of two coins.
    np.testing.assert_allclose(days.market, [math.log(1.0 + 0.99 / 2)])
    np.testing.assert_allclose(days.matched, [math.log(1.0 + 0.99 * 0.5 / 2)])


def days_of(strategy: list[float] | np.ndarray[Any, Any], market: np.ndarray[Any, Any]) -> DailyReturns:
    return DailyReturns(np.asarray(strategy), market, np.zeros(market.size))


def test_a_benchmark_that_never_moves_is_left_out() -> None:
    rng = np.random.default_rng(5)
    market, own = rng.normal(0.0, 0.02, 300), rng.normal(0.001, 0.01, 300)
    neutral = least_alpha(days_of(own + market, market))
    assert neutral is not None
    assert neutral.betas[0] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("exchanged", [False, True])
def test_the_benchmark_that_explains_more_counts(exchanged: bool) -> None:
    """What holding earned in the mean is no skill, whatever the other benchmark says."""
    rng = np.random.default_rng(5)
    own, foreign, zeros = rng.normal(0.003, 0.01, 300), rng.normal(0.0, 0.02, 300), np.zeros(300)
    explaining = own + rng.normal(0.0, 1e-3, 300)
    unexplained = least_alpha(DailyReturns(own, zeros, foreign) if exchanged else DailyReturns(own, foreign, zeros))
    assert unexplained is not None
    # 0.003 a day with a deviation of 0.01 over 300 days: 5.2, give or take one.
    assert unexplained.t_statistic > 4.0
    both = DailyReturns(own, explaining, foreign) if exchanged else DailyReturns(own, foreign, explaining)
    explained = least_alpha(both)
    assert explained == daily_alpha(np.expm1(own), np.expm1(explaining))
    assert abs(explained.t_statistic) < 2.5


@pytest.mark.parametrize(
    "own", [np.zeros(50), np.full(50, 0.1), np.full(50, np.nan), np.full(50, -np.inf), np.eye(50)[7], np.arange(5.0)]
)
def test_where_nothing_can_be_told_no_alpha_is_claimed(own: np.ndarray[Any, Any]) -> None:
    market = np.random.default_rng(1).normal(0.0, 0.02, own.size)
    assert least_alpha(days_of(own, market)) is None


def test_slices_are_joined_day_after_day() -> None:
    one, two = (days_of([float(i)], np.array([10.0 * i])) for i in (1, 2))
    together = joined([one, two])
    assert (together.strategy.tolist(), together.market.tolist()) == ([1.0, 2.0], [10.0, 20.0])


def test_holding_what_rises_has_a_sharpe_ratio_and_no_alpha(scripted: Any, case_of: Callable[..., Case]) -> None:
    """A trader who is out of a rising market every tenth day has much of its Sharpe ratio, but no skill."""
    universe = Universe("drift", make_world("drift", 3, years=1.5).markets)
    lazy = scripted(lambda market: (np.arange(market.n_bars) // 24 % 10 != 0).astype(np.int64))
    case = case_of(lazy, universe)
    assert case.pooled().metrics.sharpe > 1.0
    result = AlphaOverMarket(2.0).judge(case)
    assert result.verdict is Verdict.KILL
    assert result.measured is not None
    assert result.measured < 1.5


def test_bringing_a_third_of_the_market_back_to_its_size_is_no_skill(
    scripted: Any, case_of: Callable[..., Case]
) -> None:
    """In logs it beats a third of the market by a ninth of its variance a year, and nearly always: t above 2."""
    monthly = scripted(lambda market: (np.arange(market.n_bars) % 720 != 0).astype(np.int64))
    t_of_logs, t_of_returns = [], []
    for seed in range(4):
        universe = Universe(f"garch-{seed}", make_world("garch", seed, years=2.0).markets)
        days = daily_returns(case_of(monthly, universe, scale=0.35))
        found = least_alpha(days)
        assert found is not None
        t_of_returns.append(found.t_statistic)
        t_of_logs.append(min(daily_alpha(days.strategy, held).t_statistic for held in (days.market, days.matched)))
    assert np.mean(t_of_logs) > 1.0
    assert max(t_of_returns) < 2.0


def test_holding_in_quiet_times_alone_is_no_skill_where_a_rise_pays_for_risk(
    scripted: Any, case_of: Callable[..., Case]
) -> None:
    def calm(market: Market) -> Any:
        size = np.abs(np.log(market.close / market.open))
        recent = np.convolve(size, np.ones(48) / 48)[: market.n_bars]
        return (recent < np.median(recent)).astype(np.int64)

    found = []
    for seed in range(4):
        universe = Universe(f"drift-{seed}", make_world("drift", seed).markets)
        alpha = least_alpha(daily_returns(case_of(scripted(calm), universe), cost_factor=0.0))
        assert alpha is not None
        found.append(alpha.t_statistic)
    # Each has a standard deviation of one.
    assert abs(np.mean(found)) < 1.5
