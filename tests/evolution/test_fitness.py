"""Objectives by hand, and every way of having none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from backtest.result import Failure, Metrics, PooledResult
from data.market import Universe
from evolution.evaluator import Evaluator, signals
from evolution.fitness import Reason, Rejected, Score, score_of, stability
from evolution.genome.genome import Genome
from evolution.genome.node import Node, window

NEVER = Node("never")
ALWAYS = Node("not", (NEVER,))
METRICS = Metrics(
    net_return=0.3,
    sharpe=1.5,
    sortino=2.0,
    max_drawdown=0.1,
    calmar=3.0,
    turnover=40.0,
    exposure=0.6,
    n_trades=12,
    win_rate=0.5,
)


def pooled(failure: Failure | None = None, blocks=(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), **changed) -> PooledResult:
    return PooledResult((), replace(METRICS, **changed), failure, np.array(blocks), np.zeros(6))


def one_market(market) -> Evaluator:
    return Evaluator(Universe("one", (market,)), minimum_trades=1)


def test_stability_is_mean_over_deviation_with_ddof_1():
    """Mean 3.5; squares of distances 17.5, over 5 are 3.5."""
    assert stability(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])) == pytest.approx(math.sqrt(3.5), rel=1e-12)
    assert stability(np.array([-1.0, -2.0, -3.0, -4.0, -5.0, -6.0])) == pytest.approx(-math.sqrt(3.5), rel=1e-12)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [([0.5] * 6, 10.0), ([-0.5] * 6, -10.0), ([0.0] * 6, 0.0), ([1.0] * 5 + [1.001], 10.0), ([-1, -1, -1.001], -10.0)],
)
def test_stability_ends_at_ten_either_way(blocks, expected):
    """1 / 0.0004 is far beyond."""
    assert stability(np.array(blocks)) == expected


def test_stability_of_an_unknown_block_is_unknown():
    assert math.isnan(stability(np.array([0.1, math.nan, 0.2])))


def test_score_takes_its_numbers_from_the_pooled_metrics():
    score = score_of(pooled(), size=9, minimum_trades=12)
    assert score == Score(
        sharpe=1.5,
        stability=score.stability,
        size=9,
        n_trades=12,
        net_return=0.3,
        max_drawdown=0.1,
        turnover=40.0,
        exposure=0.6,
    )
    assert score.stability == pytest.approx(math.sqrt(3.5))


@pytest.mark.parametrize(("failure", "reason"), [(f, Reason(f.value)) for f in Failure])
def test_failed_simulation_is_rejected_with_its_reason(failure, reason):
    assert score_of(pooled(failure, n_trades=0), 9, 12) == Rejected(reason)


def test_one_trade_too_few_is_no_fitness():
    assert score_of(pooled(), 9, 13) == Rejected(Reason.TOO_FEW_TRADES, "12 of 13")


@pytest.mark.parametrize("sharpe", [math.nan, math.inf, -math.inf])
def test_sharpe_that_is_not_finite_is_no_fitness(sharpe):
    rejected = score_of(pooled(sharpe=sharpe), 9, 1)
    assert (rejected.reason, rejected.detail) == (Reason.NOT_FINITE, f"sharpe {sharpe}, stability {math.sqrt(3.5)}")


def test_rule_that_never_trades_has_zero_variance(make_market, named_genomes):
    assert one_market(make_market([100] * 4)).evaluate(named_genomes["never"]) == Rejected(Reason.ZERO_VARIANCE)


def test_short_in_a_price_that_doubles_is_ruined(make_market):
    evaluator = one_market(make_market([100, 100, 300, 300], max_leverage=1))
    assert evaluator.evaluate(Genome(NEVER, NEVER, ALWAYS, NEVER)) == Rejected(Reason.RUINED)


def test_forced_trade_is_not_enough(make_market):
    """Bought at once and held to the end: one round trip, closed by the border."""
    rejected = one_market(make_market([100, 101, 102, 103])).evaluate(Genome(ALWAYS, NEVER, NEVER, NEVER))
    assert rejected == Rejected(Reason.TOO_FEW_TRADES, "0 of 1")


def test_history_shorter_than_the_warm_up_is_rejected(make_market):
    average = Node("above", (Node("close"), Node("sma", (Node("close"), window(24)))))
    rejected = one_market(make_market([100] * 23)).evaluate(Genome(average, NEVER, NEVER, NEVER))
    assert rejected.reason is Reason.SHORT_HISTORY
    assert "history of 23 bars is not longer" in rejected.detail


def test_whatever_else_goes_wrong_comes_back_as_a_value(make_market):
    rejected = one_market(make_market([100] * 4)).evaluate("not a genome")
    assert rejected.reason is Reason.ERROR
    assert rejected.detail.startswith("AttributeError: 'str' object has no attribute")


def test_evaluation_is_the_pooled_simulation_with_the_costs_of_each_coin(universe, named_genomes):
    genome = named_genomes["dip"]
    levels = signals(genome, universe)
    expected = simulate_pooled(
        [prepare(market, costs_for(market.coin)) for market in universe],
        [levels[coin] for coin in universe.coins],
        genome.risk.to_risk(),
    )
    evaluator = Evaluator(universe, minimum_trades=10)
    assert evaluator.evaluate(genome) == score_of(expected, genome.size, 10)
    assert isinstance(evaluator.evaluate(genome), Score)


def test_evaluation_does_not_depend_on_what_was_evaluated_before(universe, named_genomes):
    used = Evaluator(universe, minimum_trades=1, feature_bytes=500_000)
    for name in (*named_genomes, *reversed(named_genomes)):
        genome = named_genomes[name]
        assert used.evaluate(genome) == Evaluator(universe, minimum_trades=1).evaluate(genome)
