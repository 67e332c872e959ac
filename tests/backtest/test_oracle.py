"""vectorbt's books against ours: agreement where the accounts are right, and a report where they are not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.oracle import accounting_parity, engine_report, without_funding
from backtest.prepared import prepare
from backtest.reference import simulate_reference
from backtest.result import Counts, ExitReason, Failure, Metrics, Result, Trace, Trades
from backtest.risk import Risk, SizingRule
from backtest.signals import Signals
from backtest.trace import trace as trace_kernel
from data.market import Market

MakeMarket = Callable[..., Market]
TEN_BPS = Costs(taker_fee_bps=10.0, slippage_bps=0.0)
# The last four meet liquidations and ruin.
SEEDS = (*range(25), 57, 67, 125, 147)


def trade(
    bars: tuple[int, int],
    signed_quantity: float,
    prices: tuple[float, float],
    fees: float,
    reason: ExitReason = ExitReason.SIGNAL,
) -> dict[str, Any]:
    gain = signed_quantity * (prices[1] - prices[0])
    return {
        "entry_bar": bars[0],
        "exit_bar": bars[1],
        "side": 1 if signed_quantity > 0 else -1,
        "quantity": abs(signed_quantity),
        "entry_price": prices[0],
        "exit_price": prices[1],
        "fees": fees,
        "funding": 0.0,
        "profit": gain - fees,
        "reason": reason,
    }


def trace_by_hand(trades: Sequence[dict[str, Any]], equity: Sequence[float], start: int = 0) -> Trace:
    """Return a trace of a sleeve that began with 1,000 USDC; ratios, which no book holds, are NaN."""
    curve = np.array(equity)
    integers = ("entry_bar", "exit_bar", "side")
    columns = {
        name: np.array([item[name] for item in trades], dtype=np.int64 if name in integers else np.float64)
        for name in (
            "entry_bar",
            "exit_bar",
            "side",
            "quantity",
            "entry_price",
            "exit_price",
            "fees",
            "funding",
            "profit",
        )
    }
    nan = math.nan
    metrics = Metrics(curve[-1] / 1000.0 - 1.0, nan, nan, nan, nan, nan, nan, len(trades), nan)
    result = Result(
        coin="TEST",
        start=start,
        stop=start + curve.size,
        initial_capital=1000.0,
        metrics=metrics,
        counts=Counts(0, 0, 0, 0),
        failure=None,
        block_log_returns=np.zeros(1),
        equity_change=np.diff(curve, prepend=1000.0),
        traded_usdc=float(np.sum(columns["quantity"] * (columns["entry_price"] + columns["exit_price"]))),
        n_bars_held=0,
    )
    return Trace(result, curve, Trades(**columns, reason=tuple(item["reason"] for item in trades)))


@pytest.fixture
def long_market(make_market: MakeMarket) -> Market:
    return make_market(open=[100, 100, 102, 110, 108], close=[100, 102, 105, 108, 108])


@pytest.fixture
def long_trace() -> Trace:
    # Two coins at 100 and out at 110: fees 0.20 and 0.22; marks at 102 and 105 in between.
    return trace_by_hand([trade((1, 3), 2.0, (100.0, 110.0), 0.42)], [1000, 1003.8, 1009.8, 1019.58, 1019.58])


def test_a_long_round_trip_agrees(long_market: Market, long_trace: Trace) -> None:
    report = accounting_parity(long_market, long_trace, TEN_BPS)
    assert report.agrees
    assert report.first_difference is None
    assert report.largest_difference < 1e-12


def test_a_sleeve_that_never_traded_agrees(long_market: Market) -> None:
    report = accounting_parity(long_market, trace_by_hand([], [1000.0] * 5), TEN_BPS)
    assert (report.agrees, report.largest_difference) == (True, 0.0)


def test_three_fills_on_one_bar_agree(make_market: MakeMarket) -> None:
    # Short 1 at 100 (fee 0.1). Bar 2 opens at 90: cover (0.09), go long 2 at 90 (0.18), stopped at 85 (0.17).
    market = make_market(open=[100, 100, 90, 84], close=[100, 95, 86, 84])
    trades = [
        trade((1, 2), -1.0, (100.0, 90.0), 0.19, ExitReason.REVERSAL),
        trade((2, 2), 2.0, (90.0, 85.0), 0.35, ExitReason.STOP),
    ]
    equity = [1000.0, 1000 - 0.1 + 5, 1000 + 10 - 0.19 - 10 - 0.35, 999.46]
    assert accounting_parity(market, trace_by_hand(trades, equity), TEN_BPS).agrees


def test_a_long_of_three_times_the_capital_agrees(make_market: MakeMarket) -> None:
    market = make_market(open=[100, 100, 90, 80], close=[100, 90, 80, 80])
    trades = [trade((1, 2), 30.0, (100.0, 90.0), 3.0 + 2.7, ExitReason.STOP)]
    assert accounting_parity(market, trace_by_hand(trades, [1000, 697, 694.3, 694.3]), TEN_BPS).agrees


def test_a_short_against_a_rise_beyond_the_capital_agrees(make_market: MakeMarket) -> None:
    # Covering takes 30 x 130 = 3,900 USDC, more than the capital and the proceeds of the sale hold.
    market = make_market(open=[100, 100, 130], close=[100, 120, 130])
    trades = [trade((1, 2), -30.0, (100.0, 130.0), 3.0 + 3.9)]
    assert accounting_parity(market, trace_by_hand(trades, [1000, 397, 93.1]), TEN_BPS).agrees


def test_a_liquidation_pays_no_fee(make_market: MakeMarket) -> None:
    # Twenty coins at 100 on leverage 2: margin 1,000, bankrupt at 50. Only the entry's fee of 2.0 is paid.
    market = make_market(open=[100, 100, 40], close=[100, 101, 45])
    equity = [1000, 1018, -2]
    liquidated = trace_by_hand([trade((1, 2), 20.0, (100.0, 50.0), 2.0, ExitReason.LIQUIDATION)], equity)
    assert accounting_parity(market, liquidated, TEN_BPS).agrees
    stopped = trace_by_hand([trade((1, 2), 20.0, (100.0, 50.0), 2.0, ExitReason.STOP)], equity)
    difference = accounting_parity(market, stopped, TEN_BPS).first_difference
    assert str(difference) == "bar 2, exit by stop, fees: ours 2.0, vectorbt 3.0"


def test_holes_hold_cash(make_market: MakeMarket) -> None:
    available = [False, True, True, False, False, True]
    market = make_market(open=[1, 100, 100, 1, 1, 50], close=[1, 100, 110, 1, 1, 50], available=available)
    trades = [trade((2, 2), 1.0, (100.0, 110.0), 0.21, ExitReason.BORDER)]
    assert accounting_parity(market, trace_by_hand(trades, [1000.0] * 2 + [1009.79] * 4), TEN_BPS).agrees


def test_bars_count_from_the_start_of_the_market(make_market: MakeMarket) -> None:
    market = make_market(open=[1, 1, 100, 100, 102], close=[1, 1, 100, 102, 105])
    trades = [trade((3, 4), 1.0, (100.0, 105.0), 0.205, ExitReason.BORDER)]
    assert accounting_parity(market, trace_by_hand(trades, [1000, 1001.9, 1004.795], start=2), TEN_BPS).agrees


def test_what_a_ruined_sleeve_still_held_is_not_compared(make_market: MakeMarket) -> None:
    # After one trade it goes long again at bar 3 and is dead at that close; the position never became a trade.
    market = make_market(open=[100, 100, 110, 110, 20], close=[100, 105, 110, 20, 20])
    trace = trace_by_hand([trade((1, 2), 1.0, (100.0, 110.0), 0.21)], [1000, 1004.9, 1009.79, -50, -50])
    assert not accounting_parity(market, trace, TEN_BPS).agrees
    ruined = replace(trace, result=replace(trace.result, failure=Failure.RUINED))
    assert accounting_parity(market, ruined, TEN_BPS).agrees


@pytest.mark.parametrize("name", ["quantity", "entry_price", "exit_price", "fees", "profit"])
def test_a_trade_that_is_wrong_by_a_millionth_disagrees(long_market: Market, long_trace: Trace, name: str) -> None:
    wrong = replace(long_trace.trades, **{name: getattr(long_trace.trades, name) * (1.0 + 1e-6)})
    report = accounting_parity(long_market, replace(long_trace, trades=wrong), TEN_BPS)
    assert not report.agrees
    assert report.largest_difference > 1e-9


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            {"equity": np.array([1000, 1003.8, 1009.80001, 1019.58, 1019.58])},
            "bar 2, mark, equity: ours 1009.80001",
        ),
        ({"equity": np.array([1000, math.nan, 1009.8, 1019.58, 1019.58])}, "bar 1, mark, equity: ours nan"),
        ({"equity": np.array([1000.0])}, r"equity has shape \(1,\), the slice has 5 bars"),
        ({"equity_change": np.array([0, 3.8, 6.0, 9.78, 1e-5])}, "bar 4, mark, change of equity: ours 1e-05"),
        ({"traded_usdc": 420.0 + 1e-5}, "slice, notional traded: ours 420.00001, vectorbt 420.0"),
        ({"net_return": 0.0195801}, "slice, net return: ours 0.0195801"),
    ],
)
def test_a_wrong_account_is_named(
    long_market: Market, long_trace: Trace, change: dict[str, Any], difference: str
) -> None:
    wrong = long_trace
    for name, value in change.items():
        if name == "equity":
            wrong = replace(wrong, equity=value)
        elif name == "net_return":
            metrics = replace(wrong.result.metrics, net_return=value)
            wrong = replace(wrong, result=replace(wrong.result, metrics=metrics))
        else:
            wrong = replace(wrong, result=replace(wrong.result, **{name: value}))
    report = accounting_parity(long_market, wrong, TEN_BPS)
    assert not report.agrees
    with pytest.raises(AssertionError, match=difference):
        raise AssertionError(str(report.first_difference))


@pytest.mark.parametrize(
    ("broken", "difference"),
    [
        (trade((3, 1), 2.0, (100.0, 110.0), 0.42), "trade 0 is on bars 3 to 1, possible is 0 to 4"),
        (trade((1, 5), 2.0, (100.0, 110.0), 0.42), "trade 0 is on bars 1 to 5, possible is 0 to 4"),
        (
            trade((1, 3), 2.0, (math.nan, 110.0), 0.42),
            "trade 0 has quantity, entry price and exit price [2.0, nan, 110.0]",
        ),
    ],
)
def test_fills_that_cannot_have_happened_disagree(
    long_market: Market, long_trace: Trace, broken: dict[str, Any], difference: str
) -> None:
    wrong = replace(long_trace, trades=trace_by_hand([broken], [1000.0]).trades)
    report = accounting_parity(long_market, wrong, TEN_BPS)
    assert (report.agrees, report.largest_difference) == (False, math.inf)
    assert str(report.first_difference.first).startswith(difference)
    with pytest.raises(ValueError, match="trace of TEST cannot be replayed: trade 0"):
        engine_report(long_market, wrong)


def test_a_trade_that_overlaps_another_disagrees(long_market: Market, long_trace: Trace) -> None:
    pair = [trade((1, 3), 2.0, (100.0, 110.0), 0.42), trade((2, 4), 2.0, (102.0, 108.0), 0.42)]
    wrong = replace(long_trace, trades=trace_by_hand(pair, [1000.0]).trades)
    report = accounting_parity(long_market, wrong, TEN_BPS)
    assert report.first_difference.first == "trade 1 is on bars 2 to 4, possible is 3 to 4"


def test_the_earliest_of_two_wrong_accounts_is_named(long_market: Market, long_trace: Trace) -> None:
    """The fees are booked at the exit on bar 3, the equity is wrong on bar 2."""
    wrong = replace(long_trace, trades=replace(long_trace.trades, fees=np.array([0.5])))
    assert accounting_parity(long_market, wrong, TEN_BPS).first_difference.bar == 3
    wrong = replace(wrong, equity=np.array([1000, 1003.8, 1009.9, 1019.58, 1019.58]))
    assert str(accounting_parity(long_market, wrong, TEN_BPS).first_difference).startswith("bar 2, mark, equity")


def test_a_missing_trade_disagrees(long_market: Market, long_trace: Trace) -> None:
    wrong = replace(long_trace, trades=trace_by_hand([], [1000.0]).trades)
    report = accounting_parity(long_market, wrong, TEN_BPS)
    assert str(report.first_difference).startswith("bar 1, mark, equity: ours 1003.8, vectorbt 1000.0")


def test_funding_must_be_set_aside_first(long_market: Market, long_trace: Trace) -> None:
    paid = replace(long_trace, trades=replace(long_trace.trades, funding=np.array([1.0])))
    with pytest.raises(ValueError, match=r"trace of TEST paid funding: simulate it on without_funding\(market\) first"):
        accounting_parity(long_market, paid, TEN_BPS)


def test_another_coins_trace_is_refused(long_market: Market, long_trace: Trace) -> None:
    other = replace(long_trace, result=replace(long_trace.result, coin="BTC"))
    with pytest.raises(ValueError, match="trace is of BTC, market is TEST"):
        accounting_parity(long_market, other, TEN_BPS)


def test_without_funding_keeps_everything_else(make_market: MakeMarket) -> None:
    market = make_market(open=[100, 101], funding_rate=[0.0, math.nan])
    bare = without_funding(market)
    assert bare.funding_rate.tolist() == bare.funding_cost.tolist() == [0.0, 0.0]
    assert bare.close is market.close
    assert not bare.funding_cost.flags.writeable


def random_case(make_market: MakeMarket, seed: int, n: int = 1_000) -> tuple[Market, Signals, Risk]:
    """Return a wild market with holes and funding, busy signals, and every kind of exit."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.standard_t(4, n) * (0.05 if seed % 2 else 0.005)))
    opens = np.concatenate(([100.0], close[:-1])) * np.exp(rng.normal(0.0, 0.002, n))
    high = np.maximum(opens, close) * np.exp(np.abs(rng.normal(0.0, 0.005, n)))
    low = np.minimum(opens, close) * np.exp(-np.abs(rng.normal(0.0, 0.005, n)))
    # The two variable sizing rules need 720 bars without a hole.
    available = rng.random(n) > (0.0 if seed % 3 else 0.01)
    rates = np.where(rng.random(n) < 0.1, math.nan, rng.normal(1e-5, 1e-4, n))
    market = make_market(
        opens, high, low, close, rng.uniform(1e2, 1e6, n), rates, available, lot_size=1e-3, max_leverage=3
    )
    # Exits are rarer than entries, so that some positions live long enough to be liquidated.
    density = rng.choice([0.02, 0.1, 0.4]) * np.array([1.0, 0.2, 1.0, 0.2])
    signals = Signals.from_bools(*(rng.random((4, n)) < density[:, None]))
    distance = {name: float(rng.choice([0.005, 0.02, 0.05])) for name in ("stop", "target", "trailing")}
    risk = Risk(
        sizing=list(SizingRule)[seed % 3],
        scale=float(rng.choice([0.3, 1.0, 3.0])),
        max_hold_bars=int(rng.integers(1, 20)) if rng.random() < 0.5 else None,
        reverse=bool(rng.random() < 0.5),
        **{name: value for name, value in distance.items() if rng.random() < 0.4},
    )
    return market, signals, risk


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_simulator_keeps_the_same_books(make_market: MakeMarket, seed: int) -> None:
    market, signals, risk = random_case(make_market, seed)
    costs = Costs()
    trace = simulate_reference(without_funding(market), signals, risk, costs, start=10 + seed, initial_capital=2_500.0)
    report = accounting_parity(market, trace, costs)
    assert report.first_difference is None
    assert report.agrees
    assert report.largest_difference < 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_the_kernel_keeps_the_same_books(make_market: MakeMarket, seed: int) -> None:
    market, signals, risk = random_case(make_market, seed)
    bare = without_funding(market)
    report = accounting_parity(bare, trace_kernel(prepare(bare, Costs()), signals, risk, start=10 + seed), Costs())
    assert report.first_difference is None
    assert report.largest_difference < 1e-9


def test_the_random_cases_trade_and_meet_every_exit(make_market: MakeMarket) -> None:
    reasons: set[ExitReason] = set()
    for seed in SEEDS:
        market, signals, risk = random_case(make_market, seed)
        reasons |= set(simulate_reference(without_funding(market), signals, risk, Costs()).trades.reason)
    assert reasons == set(ExitReason)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_single_exit_price_wrong_by_a_millionth_is_found_among_many(make_market: MakeMarket, seed: int) -> None:
    market, signals, risk = random_case(make_market, seed)
    trace = simulate_reference(without_funding(market), signals, risk, Costs())
    i = len(trace.trades) // 2
    exit_price = trace.trades.exit_price.copy()
    exit_price[i] *= 1.0 + 1e-6
    report = accounting_parity(market, replace(trace, trades=replace(trace.trades, exit_price=exit_price)), Costs())
    bar = int(trace.trades.exit_bar[i])
    assert str(report.first_difference).startswith(f"bar {bar}, exit by {trace.trades.reason[i].value}, fees: ours ")


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_vectorbt_finds_the_same_statistics_funding_included(make_market: MakeMarket, seed: int) -> None:
    market, signals, risk = random_case(make_market, seed)
    trace = simulate_reference(market, signals, risk, Costs())
    report, ours = engine_report(market, trace), trace.result.metrics
    for name in ("net_return", "sharpe", "sortino", "max_drawdown", "calmar", "win_rate"):
        assert report[name] == pytest.approx(getattr(ours, name), rel=1e-9), name
    assert report["n_trades"] == ours.n_trades + trace.result.counts.n_forced


def test_a_report_without_a_trade_has_no_ratios(long_market: Market) -> None:
    report = engine_report(long_market, trace_by_hand([], [1000.0] * 5))
    assert (report["net_return"], report["max_drawdown"], report["n_trades"]) == (0.0, 0.0, 0.0)
    assert math.isnan(report["sharpe"])
    assert math.isnan(report["win_rate"])
