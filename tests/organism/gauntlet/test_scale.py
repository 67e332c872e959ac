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
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.scale import annual_volatility, frozen_scale


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
    assert frozen_scale(case_of(idle, waves)) is None


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
    assert frozen_scale(case_of(short, universe)) is None
