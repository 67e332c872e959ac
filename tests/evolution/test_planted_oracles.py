"""What the oracles of the other plants earn with and without them; see test_world_oracle for what they hold."""

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

RISK_TARGET_SCALE = 0.35
SEEDS = range(400, 408)


def mean_sharpe(kind: str, strength: float | None) -> float:
    oracle, sharpes = ORACLES[kind], []
    for seed in SEEDS:
        markets = make_world(kind, seed, plant_strength=strength).markets
        universe = Universe(f"{kind}-{seed}-{strength}", markets)
        levels = signals(oracle, universe)
        prepared = [prepare(market, costs_for(market.coin)) for market in universe]
        risk = oracle.risk.to_risk(RISK_TARGET_SCALE)
        sharpes.append(simulate_pooled(prepared, [levels[coin] for coin in universe.coins], risk).metrics.sharpe)
    return statistics.fmean(sharpes)


@pytest.mark.parametrize("kind", [kind for kind in ORACLES if kind != "planted"])
def test_the_oracle_genome_has_a_sharpe_near_five_and_loses_its_costs_without_the_plant(kind: str) -> None:
    # Forty years: one standard error is 0.15.
    assert 4.4 < mean_sharpe(kind, None) < 5.6
    assert -3.2 < mean_sharpe(kind, 0.0) < -0.8
