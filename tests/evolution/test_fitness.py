"""Objectives by hand, and every way of having none."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from backtest.result import Failure, Metrics
from data.market import Universe
from evolution.evaluator import Evaluator, signals
from evolution.evaluator.task import task_of
from evolution.fitness import Reason, Rejected, Score, Terms, before_costs, score_of, terms_of
from evolution.genome.genome import Genome
from evolution.genome.node import Node, window
from evolution.repetition import N_BLOCKS

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


TERMS = Terms(years=1.0, cost_share=0.001)
SIX = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


class Pool(NamedTuple):
    metrics: Metrics
    failure: Failure | None
    block_log_returns: np.ndarray
    case_log_returns: np.ndarray


def pooled(failure: Failure | None = None, **changed) -> Pool:
    return Pool(replace(METRICS, **changed), failure, np.array(SIX), np.array([SIX]))


def one_market(market) -> Evaluator:
    return Evaluator(Universe("one", (market,)), minimum_trades=1)


def test_score_takes_its_numbers_from_the_pooled_metrics():
    score = score_of(pooled(), size=9, parts=5, minimum_trades=12, terms=TERMS)
    assert score == Score(
        sharpe=1.5,
        stability=score.stability,
        size=9,
        n_trades=12,
        net_return=0.3,
        max_drawdown=0.1,
        turnover=40.0,
        exposure=0.6,
        floor=score.floor,
        sharpe_before_costs=score.sharpe_before_costs,
        sketch=0b111000,
        parts=5,
        evidence=0.5 * 1.5**2 * TERMS.years - 5.0,
        promise=0.5 * score.sharpe_before_costs**2 * TERMS.years - 5.0,
    )
    assert score.stability == pytest.approx(math.sqrt(3.5))
    # The lowest quarter of six are two: 1 and 2.
    assert score.floor == pytest.approx(1.5 / math.sqrt(3.5))


@pytest.mark.parametrize(("failure", "reason"), [(f, Reason(f.value)) for f in Failure])
def test_failed_simulation_is_rejected_with_its_reason(failure, reason):
    assert score_of(pooled(failure, n_trades=0), 9, 5, 12, TERMS) == Rejected(reason)


def test_one_trade_too_few_is_no_fitness():
    assert score_of(pooled(), 9, 5, 13, TERMS) == Rejected(Reason.TOO_FEW_TRADES, "12 of 13")


@pytest.mark.parametrize("sharpe", [math.nan, math.inf, -math.inf])
def test_sharpe_that_is_not_finite_is_no_fitness(sharpe):
    rejected = score_of(pooled(sharpe=sharpe), 9, 5, 1, TERMS)
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
        n_blocks=N_BLOCKS,
    )
    evaluator = Evaluator(universe, minimum_trades=10)
    assert evaluator.evaluate(genome) == score_of(expected, genome.size, task_of(genome).parts, 10, terms_of(universe))
    assert isinstance(evaluator.evaluate(genome), Score)


def test_evaluation_does_not_depend_on_what_was_evaluated_before(universe, named_genomes):
    used = Evaluator(universe, minimum_trades=1, feature_bytes=500_000)
    for name in (*named_genomes, *reversed(named_genomes)):
        genome = named_genomes[name]
        assert used.evaluate(genome) == Evaluator(universe, minimum_trades=1).evaluate(genome)


def test_costs_that_are_added_back_are_those_that_were_paid(universe, named_genomes):
    """Against the simulation without fees and slippage: within a tenth of a Sharpe ratio."""
    genome, terms = named_genomes["dip"], terms_of(universe)
    levels = signals(genome, universe)

    def simulated(scale: float) -> Metrics:
        markets = [prepare(market, costs_for(market.coin).scaled(scale)) for market in universe]
        return simulate_pooled(markets, [levels[coin] for coin in universe.coins], genome.risk.to_risk(0.2)).metrics

    paid, free = simulated(1.0), simulated(0.0)
    assert free.sharpe > paid.sharpe + 0.5
    assert before_costs(paid, terms) == pytest.approx(free.sharpe, abs=0.1)


def test_costs_of_a_steady_year_by_hand():
    """Sharpe 2 and volatility 0.5 are a log growth of 2 * 0.5 - 0.125; 100 times the capital traded at 10 bps is 0.1.

    Over a growth g of the equity its mean is (exp(g) - 1) / g times what it was.
    """
    growth = 0.875
    metrics = replace(METRICS, sharpe=2.0, net_return=math.expm1(growth), turnover=100.0)
    assert before_costs(metrics, TERMS) == pytest.approx(2.0 + 0.1 / (math.expm1(growth) / growth) / 0.5)


def test_a_rule_that_lost_everything_has_no_sharpe_before_costs():
    assert math.isnan(before_costs(replace(METRICS, net_return=-1.0), TERMS))
