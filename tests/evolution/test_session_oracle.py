"""What the oracle of the planted session earns with and without the plant; see test_world_oracle for what it holds."""

from __future__ import annotations

import statistics

import pytest

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from data.market import Universe
from data.worlds import make_world
from evolution.evaluator import signals
from organism.calibrate.oracles import ORACLES

ORACLE = ORACLES["planted-session"]
RISK_TARGET_SCALE = 0.35
SEEDS = range(400, 408)


def mean_sharpe(strength: float | None) -> float:
    sharpes = []
    for seed in SEEDS:
        markets = make_world("planted-session", seed, plant_strength=strength).markets
        universe = Universe(f"session-{seed}-{strength}", markets)
        levels = signals(ORACLE, universe)
        prepared = [prepare(market, costs_for(market.coin)) for market in universe]
        risk = ORACLE.risk.to_risk(RISK_TARGET_SCALE)
        sharpes.append(simulate_pooled(prepared, [levels[coin] for coin in universe.coins], risk).metrics.sharpe)
    return statistics.fmean(sharpes)


@pytest.mark.parametrize(("strength", "low", "high"), [(None, 4.4, 5.6), (0.0, -2.4, -0.8)])
def test_the_oracle_genome_has_a_sharpe_near_five_and_loses_its_costs_without_the_plant(
    strength: float | None, low: float, high: float
) -> None:
    # Forty years: one standard error is 0.15.
    assert low < mean_sharpe(strength) < high
