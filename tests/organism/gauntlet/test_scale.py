"""How large a strategy trades: until volatility or drawdown is at its target, and never beyond."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtest.risk import Risk
from data.market import Market, Universe
from organism.gauntlet.case import Case
from organism.gauntlet.examination import examine_in_sample
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.scale import NoScale, annual_volatility, frozen_scale, least_scale, too_many_coins
from organism.gauntlet.verdict import Verdict


def measured_at(case: Case, scale: float) -> tuple[float, float]:
    """Return annual volatility and drawdown at a scale."""
    scaled = replace(case, risk=replace(case.risk, scale=scale))
    pooled = scaled.pooled()
    volatility = annual_volatility(scaled, pooled)
    assert volatility is not None
    return volatility, pooled.metrics.max_drawdown


def test_a_smooth_earner_is_scaled_to_10_percent_volatility(
    waves: Universe, with_trend: Any, case_of: Callable[..., Case]
) -> None:
    case = case_of(with_trend, waves)
    scale = frozen_scale(case)
    assert scale is not None
    volatility, drawdown = measured_at(case, scale)
    assert 0.099 < volatility <= 0.10
    assert drawdown < 0.07


def test_a_loser_is_scaled_to_7_percent_drawdown(
    waves: Universe, against_trend: Any, case_of: Callable[..., Case]
) -> None:
    case = case_of(against_trend, waves)
    scale = frozen_scale(case)
    assert scale is not None
    volatility, drawdown = measured_at(case, scale)
    assert 0.069 < drawdown <= 0.07
    assert volatility < 0.10


@pytest.mark.parametrize("target", [0.02, 0.05, 0.15, 0.30])
def test_the_target_of_the_policy_is_met_and_not_exceeded(
    target: float, waves: Universe, with_trend: Any, case_of: Callable[..., Case]
) -> None:
    policy = GauntletPolicy.model_validate(
        {
            "risk_target": {"annual_volatility": target, "maximum_drawdown": 0.9},
            "in_sample": {"maximum_drawdown": 0.95},
        }
    )
    case = case_of(with_trend, waves, policy=policy)
    scale = frozen_scale(case)
    assert scale is not None
    assert 0.99 * target < measured_at(case, scale)[0] <= target


def test_volatility_is_the_deviation_of_bar_returns_times_the_root_of_bars_a_year(
    waves: Universe, with_trend: Any, case_of: Callable[..., Case]
) -> None:
    case = case_of(with_trend, waves)
    pooled = case.pooled()
    deviation = math.sqrt(float(np.sum((pooled.returns - pooled.returns.mean()) ** 2)) / (pooled.returns.size - 1))
    assert annual_volatility(case, pooled) == pytest.approx(deviation * math.sqrt(8760), rel=1e-12)


def test_without_volatility_there_is_no_scale(waves: Universe, idle: Any, case_of: Callable[..., Case]) -> None:
    assert frozen_scale(case_of(idle, waves)) == NoScale(1.0, 0)


def test_a_scale_ends_at_the_largest_exposure(waves: Universe, scripted: Any, case_of: Callable[..., Case]) -> None:
    """Two bars in the market of six hundred: no size that is allowed brings that to 10 % a year."""

    def rarely(market: Market) -> Any:
        wish = np.zeros(market.n_bars, dtype=np.int64)
        wish[[100, 300]] = 1
        return wish

    case = case_of(scripted(rarely), waves)
    assert frozen_scale(case) == 3.0
    assert measured_at(case, 3.0)[0] < 0.10


def test_one_that_is_ruined_has_no_scale(
    make_market: Callable[..., Market], scripted: Any, case_of: Callable[..., Case]
) -> None:
    """A price that opens at twenty times its last takes more than all from whoever is short."""
    prices = [100.0] * 30 + [2_000.0] * 30
    universe = Universe("jump", (make_market(prices, coin="BTC", max_leverage=1),))
    short = scripted(lambda market: -np.ones(market.n_bars, dtype=np.int64), Risk(stop=0.9))
    assert frozen_scale(case_of(short, universe)) == NoScale(1.0, 0)


def test_the_least_scale_makes_a_share_of_the_capital_one_smallest_order() -> None:
    """10,000 USDC over 200 coins are 50 USDC each, a fifth of which is an order; over 100 a tenth of 100 is."""
    assert (least_scale(200), least_scale(4)) == (pytest.approx(0.2), pytest.approx(0.004))
    assert too_many_coins(4) is too_many_coins(100) is None
    assert too_many_coins(250) == (
        "10,000 USDC over 250 coins are 40.00 USDC a coin: a rule that the gauntlet scales below 0.25 makes no order "
        "of 10 USDC, the smallest, and is killed for it; most are scaled to between 0.1 and 0.4. Fewer coins can be "
        "judged"
    )


def test_one_whose_orders_become_too_small_is_told_so(waves: Universe, with_trend: Any) -> None:
    """Two coins have 5,000 USDC each; the target of a hundredth of a percent asks for a scale at which that is nothing.

    At scale 1 it trades, so that volatility is not what is missing.
    """
    policy = GauntletPolicy.model_validate(
        {"risk_target": {"annual_volatility": 0.0001, "maximum_drawdown": 0.9}, "in_sample": {"maximum_drawdown": 0.95}}
    )
    examination = examine_in_sample(with_trend, waves, policy)
    [stage] = examination.stages
    assert (stage.stage, stage.measured, stage.verdict) == ("orders above the smallest", 0.0, Verdict.KILL)
    assert examination.scale is None
    assert stage.meaning.startswith("10,000 USDC over 2 coins are 5,000.00 USDC a coin, and ")
    assert "orders comes to 10 USDC, the smallest" in stage.meaning
