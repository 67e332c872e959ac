"""vectorbt's decisions beside the kernel's: small cases by hand, many at random, and rules changed on purpose."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.costs import Costs
from backtest.oracle import CommonSubset, logic_parity, simulate_vectorbt
from backtest.parity import Books, first_event_difference
from backtest.prepared import prepare
from backtest.result import ExitReason
from backtest.risk import Risk, SizingRule
from backtest.trace import trace

MAX_BARS = 240
CAPITAL = 10_000.0
TEN_BPS = Costs(taker_fee_bps=10.0, slippage_bps=0.0)
SUBSET = CommonSubset()
FAR = Risk(stop=0.9)
seeds = st.integers(0, 2**63 - 1)


def by_vectorbt(market, signals, risk=FAR, costs=TEN_BPS) -> Books:
    return simulate_vectorbt(
        market, signals, risk, costs, start=0, stop=market.n_bars, initial_capital=CAPITAL, subset=SUBSET
    )


def by_kernel(market, signals, risk=FAR, costs=TEN_BPS) -> Books:
    (variant,) = SUBSET.risks(risk, costs)
    return Books.of(trace(prepare(market, costs), signals, variant, initial_capital=CAPITAL))


def what_happened(books: Books) -> list[tuple]:
    trades = books.trades
    return [
        (int(trades.entry_bar[i]), int(trades.exit_bar[i]), int(trades.side[i]), trades.reason[i].value)
        for i in range(len(trades))
    ]


def test_a_long_round_trip_by_hand(make_market, make_signals):
    """A quarter of 10,000 USDC with its fee of 10 bps: 2,497.50 USDC at 100, sold at 110."""
    market = make_market([100, 100, 105, 110, 110], lot_size=2.0**-80)
    books = by_vectorbt(market, make_signals(5, long_entry=[0], long_exit=[2]))
    coins = 2_500 / 1.001 / 100
    assert what_happened(books) == [(1, 3, 1, "signal")]
    assert books.trades.quantity[0] == pytest.approx(coins, rel=1e-12)
    assert (books.trades.entry_price[0], books.trades.exit_price[0]) == (100.0, 110.0)
    assert books.trades.fees[0] == pytest.approx(coins * 0.210, rel=1e-12)
    assert books.trades.profit[0] == pytest.approx(coins * 9.79, rel=1e-12)
    marks = [CAPITAL, CAPITAL - coins * 0.1, CAPITAL + coins * 4.9, CAPITAL + coins * 9.79, CAPITAL + coins * 9.79]
    assert books.equity == pytest.approx(marks, rel=1e-12)


# Twelve bars at 100 unless `prices` says otherwise; levels are bars at whose close they are true.
RULES = {
    "a position is closed at the last close": (
        {"long_entry": [8]},
        Risk(),
        [(9, 11, 1, "border")],
    ),
    "both entries at once are none": ({"long_entry": [2], "short_entry": [2]}, Risk(reverse=True), []),
    "an entry with its own exit is none": ({"short_entry": [2], "short_exit": [2]}, Risk(), []),
    "an entry with its own exit still blocks the other side": (
        {"long_entry": [2], "long_exit": [2], "short_entry": [2]},
        Risk(),
        [],
    ),
    "an exit wins over an entry of the same side": (
        {"long_entry": [1, 4], "long_exit": [4]},
        Risk(),
        [(2, 5, 1, "signal")],
    ),
    "an opposite entry is ignored": (
        {"long_entry": [1], "short_entry": [4], "long_exit": [7]},
        Risk(),
        [(2, 8, 1, "signal")],
    ),
    "an opposite entry reverses at one open": (
        {"long_entry": [1], "short_entry": [4], "short_exit": [7]},
        Risk(reverse=True),
        [(2, 5, 1, "reversal"), (5, 8, -1, "signal")],
    ),
    "an opposite entry reverses beside a true exit": (
        {"short_entry": [1], "long_entry": [4], "short_exit": [4], "long_exit": [7]},
        Risk(reverse=True),
        [(2, 5, -1, "reversal"), (5, 8, 1, "signal")],
    ),
    "a same-side entry blocks a reversal": (
        {"long_entry": [1, 4], "short_entry": [4]},
        Risk(reverse=True),
        [(2, 11, 1, "border")],
    ),
    "an opposite entry beside a plain exit is not taken at that open": (
        {"long_entry": [1], "long_exit": [4], "short_entry": [4, 5]},
        Risk(),
        [(2, 5, 1, "signal"), (6, 11, -1, "border")],
    ),
}


@pytest.mark.parametrize(("levels", "risk", "expected"), RULES.values(), ids=RULES)
def test_a_rule_of_signals_by_hand(make_market, make_signals, levels, risk, expected):
    market, signals = make_market([100.0] * 12, lot_size=2.0**-80), make_signals(12, **levels)
    theirs = by_vectorbt(market, signals, replace(FAR, reverse=risk.reverse))
    assert what_happened(theirs) == expected
    assert first_event_difference(by_kernel(market, signals, replace(FAR, reverse=risk.reverse)), theirs) is None


# Bought or sold short at 100 on bar 1 of five: (side, high, low, open on bar 2), risk, slippage, bar, price, reason.
LEVELS = {
    "a stop is met on the entry bar": ((1, {1: 101}, {1: 94}, {}), Risk(stop=0.05), 1, 95.0, "stop"),
    "a short's stop is met": ((-1, {2: 106}, {}, {}), Risk(stop=0.05), 2, 105.0, "stop"),
    "a gap beyond the stop fills at the open": ((1, {}, {}, {2: 80}), Risk(stop=0.05), 2, 80.0, "stop"),
    "a target is met on the entry bar": ((1, {1: 108}, {}, {}), Risk(target=0.05), 1, 105.0, "target"),
    "a gap beyond the target fills at the open": ((-1, {}, {}, {2: 90}), Risk(target=0.05), 2, 90.0, "target"),
    "a bar that meets both ends at the stop": (
        (1, {2: 120}, {2: 90}, {}),
        Risk(stop=0.05, target=0.05),
        2,
        95.0,
        "stop",
    ),
    "a trailing stop follows the highs of earlier bars": (
        (1, {1: 120, 2: 140}, {2: 109}, {2: 118}),
        Risk(trailing=0.1),
        3,
        100.0,
        "trailing",
    ),
}


@pytest.mark.parametrize(("shape", "risk", "bar", "price", "reason"), LEVELS.values(), ids=LEVELS)
def test_a_level_by_hand(make_market, make_signals, shape, risk, bar, price, reason):
    side, highs, lows, opens = shape
    open_ = [opens.get(t, 100) for t in range(5)]
    high = [highs.get(t, max(open_[t], 100)) for t in range(5)]
    low = [lows.get(t, min(open_[t], 100)) for t in range(5)]
    market = make_market(open_, high, low, [100] * 5, lot_size=2.0**-80)
    signals = make_signals(5, **{"long_entry" if side > 0 else "short_entry": [0]})
    theirs = by_vectorbt(market, signals, risk if risk.stop or risk.trailing else replace(risk, stop=0.9))
    assert what_happened(theirs) == [(1, bar, side, reason)]
    assert theirs.trades.exit_price[0] == pytest.approx(price, rel=1e-12)
    assert first_event_difference(by_kernel(market, signals, risk), theirs) is None


def test_slippage_worsens_entries_stops_and_closes(make_market, make_signals):
    """Bought 1 % above 100, stopped 5 % below that less 1 %; sold short 1 % below 100, covered 1 % above."""
    low = [100, 100, 90, 100, 100, 100]
    market = make_market([100.0] * 6, low=low, lot_size=2.0**-80)
    signals = make_signals(6, long_entry=[0], short_entry=[3])
    theirs = by_vectorbt(market, signals, Risk(stop=0.05), Costs(taker_fee_bps=0.0, slippage_bps=100.0))
    assert theirs.trades.entry_price == pytest.approx([101.0, 99.0])
    assert theirs.trades.exit_price == pytest.approx([101 * 0.95 * 0.99, 101.0])


def test_holes_and_delisting_close_at_the_last_close(make_market, make_signals):
    available = [True] * 4 + [False] * 2 + [True] * 3 + [False]
    market = make_market([100.0] * 10, available=available, lot_size=2.0**-80)
    signals = make_signals(10, long_entry=range(10))
    theirs = by_vectorbt(market, signals)
    assert what_happened(theirs) == [(1, 3, 1, "border"), (7, 8, 1, "border")]
    assert first_event_difference(by_kernel(market, signals), theirs) is None
    assert np.isfinite(theirs.equity).all()


def test_the_subset_turns_off_what_vectorbt_lacks(make_market):
    market = make_market([100, 101], funding_rate=[1e-3, np.nan], volume=[1, 1], lot_size=10.0, max_leverage=3)
    common = SUBSET.market(market)
    assert not common.funding_cost.any()
    assert common.volume.min() > 1e20
    assert common.instrument.lot_size < 1e-20
    assert (common.high > market.high).all()
    assert (common.low < market.low).all()
    assert common.open is market.open
    wild = Risk(SizingRule.RISK_PER_STOP, 48, 2.0, 0.95, 0.2, 0.1, 5, reverse=True)
    fixed, trailing = SUBSET.risks(wild, TEN_BPS)
    assert (fixed.stop, fixed.trailing, fixed.target, fixed.max_hold_bars) == (0.9, None, 0.2, None)
    assert (trailing.stop, trailing.trailing, trailing.reverse) == (None, 0.1, True)
    assert fixed.sizing is SizingRule.FIXED
    assert SUBSET.costs(Costs(), wild).slippage_bps == 0.0
    assert SUBSET.costs(Costs(), Risk()).slippage_bps == Costs().slippage_bps


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(seed=seeds, n_bars=st.integers(2, MAX_BARS))
def test_vectorbt_decides_as_the_kernel(random_case, seed, n_bars):
    case = random_case(np.random.default_rng(seed), n_bars)
    options = {name: value for name, value in case.options.items() if name != "n_blocks"}
    report = logic_parity(case.market, case.signals, case.risk, case.costs, **options)
    assert report.agrees, str(report.first_difference)


def test_random_cases_trade_and_meet_every_exit_of_the_subset(random_case):
    seen: Counter[ExitReason] = Counter()
    for seed in range(60):
        case = random_case(np.random.default_rng(seed), MAX_BARS)
        costs = SUBSET.costs(case.costs, case.risk)
        for risk in SUBSET.risks(case.risk, costs):
            traced = trace(prepare(SUBSET.market(case.market), costs), case.signals, risk)
            seen.update(traced.trades.reason)
    assert set(seen) == set(ExitReason) - {ExitReason.LIQUIDATION, ExitReason.MAX_HOLD}
    assert min(seen.values()) >= 20


@pytest.fixture(scope="module")
def busy(make_market):
    """A market that moves by 1 % a bar, with levels often enough for dozens of trades."""
    rng = np.random.default_rng(5)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, MAX_BARS)))
    opens = np.concatenate(([100.0], close[:-1]))
    high, low = np.maximum(opens, close) * 1.004, np.minimum(opens, close) * 0.996
    return SUBSET.market(make_market(opens, high, low, close))


@pytest.fixture(scope="module")
def busy_signals(make_signals):
    return make_signals(
        MAX_BARS,
        long_entry=range(3, MAX_BARS, 30),
        long_exit=range(13, MAX_BARS, 30),
        short_entry=range(18, MAX_BARS, 30),
        short_exit=range(28, MAX_BARS, 30),
    )


def parted(busy, ours, theirs):
    """Compare the kernel on the first of two strategies with vectorbt on the second: (signals, risk, costs)."""
    return first_event_difference(by_kernel(busy, *ours), by_vectorbt(busy, *theirs), names=("kernel", "vectorbt"))


def test_unchanged_rules_agree(busy, busy_signals):
    same = (busy_signals, FAR, TEN_BPS)
    assert len(by_kernel(busy, *same).trades) == 16
    assert parted(busy, same, same) is None


def test_an_exit_one_bar_later_is_named(busy, busy_signals, make_signals):
    late = make_signals(
        MAX_BARS,
        long_entry=range(3, MAX_BARS, 30),
        long_exit=[13, *range(44, MAX_BARS, 30)],
        short_entry=range(18, MAX_BARS, 30),
        short_exit=range(28, MAX_BARS, 30),
    )
    difference = parted(busy, (busy_signals, FAR, TEN_BPS), (late, FAR, TEN_BPS))
    assert str(difference) == "bar 44, exit by signal, exit_bar: kernel 44, vectorbt 45"


def test_another_fee_is_named_at_the_first_close_after_it_was_paid(busy, busy_signals):
    dear = replace(TEN_BPS, taker_fee_bps=10.1)
    difference = parted(busy, (busy_signals, FAR, TEN_BPS), (busy_signals, FAR, dear))
    assert (difference.bar, difference.event, difference.field) == (4, "entry", "quantity")


def test_another_slippage_is_named_at_the_first_entry(busy, busy_signals):
    costs = replace(TEN_BPS, slippage_bps=1.0)
    difference = parted(busy, (busy_signals, FAR, TEN_BPS), (busy_signals, FAR, costs))
    assert (difference.bar, difference.event) == (4, "entry")


def test_another_stop_is_named_at_the_exit(busy, busy_signals):
    stops = [replace(FAR, stop=distance) for distance in (0.02, 0.021)]
    difference = parted(busy, (busy_signals, stops[0], TEN_BPS), (busy_signals, stops[1], TEN_BPS))
    assert difference.event == "exit by stop"
    first = by_kernel(busy, busy_signals, stops[0]).trades
    assert difference.bar in first.exit_bar.tolist()


def test_a_reversal_that_one_of_them_does_not_know_is_named(busy, make_signals):
    signals = make_signals(MAX_BARS, long_entry=[3], short_entry=[20])
    difference = parted(busy, (signals, replace(FAR, reverse=True), TEN_BPS), (signals, FAR, TEN_BPS))
    assert (difference.bar, difference.event, difference.field) == (21, "exit by reversal", "exit_bar")


def test_a_ruined_sleeve_is_compared_up_to_its_ruin(make_market, make_signals):
    """Short 25 % of the capital, and the price opens ten times as high: vectorbt cannot pay, we are dead."""
    prices = [100, 100, 90, 90, 90, 1000, 1000]
    market = make_market(prices)
    signals = make_signals(7, short_entry=[0, 3], short_exit=[1])
    report = logic_parity(market, signals, Risk(stop=0.05), TEN_BPS)
    assert report.agrees, str(report.first_difference)
    assert report.n_trades == 1


def test_a_target_touched_exactly_is_why_highs_and_lows_are_moved_apart(make_market, make_signals):
    """For vectorbt 105 is met, for us it must be traded through: without the hair they part, with it none is exact."""
    market = make_market([100.0] * 4, high=[100.0, 100.0, 105.0, 100.0])
    signals, risk = make_signals(4, long_entry=[0]), Risk(target=0.05)
    exact = logic_parity(market, signals, risk, TEN_BPS, subset=replace(SUBSET, hair=0.0))
    assert str(exact.first_difference) == "bar 2, exit by target, exit_bar: kernel 3, vectorbt 2"
    assert logic_parity(market, signals, risk, TEN_BPS).agrees
