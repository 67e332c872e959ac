"""When what the evaluator says can be acted on (clauses E4, S3 and Z18 of docs/semantics.md)."""

from __future__ import annotations

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.prepared import prepare
from backtest.risk import Risk
from backtest.trace import trace
from data.alignment import settle
from data.bars import Funding
from data.intervals import HOUR_MS
from data.market import Universe
from evolution.evaluator import signals
from evolution.genome.genome import Genome
from evolution.genome.node import Node, threshold, window

NEVER = Node("never")
DEAR_FUNDING = Node("above", (Node("funding_rate", (window(2),)), threshold(2.5)))
FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)


@pytest.fixture
def market(make_market):
    """Eight hours, settled at every hour: 1 basis point, but 9 at hour 4, which is the close of bar 3."""
    calendar = make_market([100] * 8).time_ms
    history = Funding(calendar, np.where(np.arange(8) == 4, 9e-4, 1e-4))
    rates, _ = settle(history, calendar, np.full(8, 100.0), HOUR_MS)
    return make_market([100] * 8, funding_rate=rates)


def test_settlement_at_the_close_of_a_bar_is_visible_to_the_decision_of_the_next(market):
    """Clause E4: settled at the close of bar 3, seen at the close of 4 (mean 5) and of 5, first filled at open[5]."""
    rule = Genome(DEAR_FUNDING, Node("not", (DEAR_FUNDING,)), NEVER, NEVER)
    levels = signals(rule, Universe("funding", (market,)))[market.coin]
    assert np.flatnonzero(levels.to_bools()[0]).tolist() == [4, 5]
    traced = trace(prepare(market, FREE), levels, Risk())
    assert traced.trades.entry_bar.tolist() == [5]
    assert traced.trades.exit_bar.tolist() == [7]


def test_position_opened_after_a_settlement_does_not_pay_it(market):
    """Clauses E3 and E4: in at open[5], so hours 6 and 7 cost 1 basis point each of 10000, hour 4 nothing."""
    rule = Genome(DEAR_FUNDING, NEVER, NEVER, NEVER)
    levels = signals(rule, Universe("funding", (market,)))[market.coin]
    traced = trace(prepare(market, FREE), levels, Risk())
    assert traced.trades.funding.tolist() == pytest.approx([2.0], rel=1e-9)


def test_unknown_funding_says_nothing_to_a_rule_and_costs_what_it_is_feared_to(make_market):
    """Clauses Z17 and Z18: bar 3 is unknown, so the means of 3 and 4 are; yet who holds pays 1 of 10000 USDC there."""
    market = make_market([100] * 6, funding_rate=[3e-4, 3e-4, 3e-4, np.nan, 3e-4, 3e-4])
    levels = signals(Genome(DEAR_FUNDING, NEVER, NEVER, NEVER), Universe("unknown", (market,)))[market.coin]
    assert levels.to_bools()[0].tolist() == [False, True, True, False, False, True]
    costs = Costs(taker_fee_bps=0.0, slippage_bps=0.0, unknown_funding_bps_per_8h=8.0)
    traced = trace(prepare(market, costs), levels, Risk())
    assert traced.trades.entry_bar.tolist() == [2]
    assert traced.trades.funding.tolist() == pytest.approx([1 + 3 + 3], rel=1e-9)
