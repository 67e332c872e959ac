"""Both simulators: what holds on any market."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.costs import Costs
from backtest.result import Failure
from backtest.risk import Risk, SizingRule
from backtest.signals import Signals

SETTINGS = settings(max_examples=60, deadline=None, derandomize=True)
distances = st.none() | st.sampled_from([0.01, 0.03, 0.1])
risks = st.builds(
    Risk,
    scale=st.sampled_from([0.5, 1.0, 2.5]),
    stop=distances,
    target=distances,
    trailing=distances,
    max_hold_bars=st.none() | st.integers(1, 9),
    reverse=st.booleans(),
)


def random_market(make_market, rng, n_bars, lot_size=1e-3, share_missing=0.03):
    """A random walk of 2 % a bar with gaps between bars, holes, and unknown funding."""
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, n_bars)))
    open_ = np.concatenate(([100.0], close[:-1])) * np.exp(rng.normal(0.0, 0.005, n_bars))
    high = np.maximum(open_, close) * np.exp(np.abs(rng.normal(0.0, 0.01, n_bars)))
    low = np.minimum(open_, close) * np.exp(-np.abs(rng.normal(0.0, 0.01, n_bars)))
    funding = np.where(rng.random(n_bars) < 0.1, np.nan, rng.normal(0.0, 1e-4, n_bars))
    available = rng.random(n_bars) >= share_missing
    return make_market(open_, high, low, close, rng.uniform(0, 1e5, n_bars), funding, available, lot_size=lot_size)


def random_signals(rng, n_bars):
    return Signals.from_bools(*(rng.random(n_bars) < share for share in (0.2, 0.1, 0.2, 0.1)))


def with_another_future(market, cut):
    """The same market up to bar `cut`; prices, volume and funding trebled from there on."""
    names = ("open", "high", "low", "close", "volume", "funding_cost")
    factor = np.where(np.arange(market.n_bars) < cut, 1.0, 3.0)
    return replace(market, **{name: getattr(market, name) * factor for name in names})


@SETTINGS
@given(seed=st.integers(0, 2**32 - 1), risk=risks)
def test_profits_of_all_trades_add_up_to_the_change_of_equity(simulator, make_market, seed, risk):
    """Clause 18."""
    rng = np.random.default_rng(seed)
    market, signals = random_market(make_market, rng, 120), random_signals(rng, 120)
    trace = simulator(market, signals, risk, Costs(), n_blocks=4)
    assert np.isclose(trace.trades.profit.sum(), trace.equity[-1] - 10_000.0, rtol=1e-9, atol=1e-6)
    assert np.isclose(trace.result.equity_change.sum(), trace.equity[-1] - 10_000.0, rtol=1e-9, atol=1e-6)
    if trace.result.failure is not Failure.RUINED:
        assert np.isclose(trace.result.block_log_returns.sum(), np.log(trace.equity[-1] / 10_000.0))


@SETTINGS
@given(seed=st.integers(0, 2**32 - 1), risk=risks, cut=st.integers(1, 119))
def test_equity_before_a_bar_does_not_know_what_comes_from_it_on(simulator, make_market, seed, risk, cut):
    """Clause A1: another future leaves the past bit-identical; availability of the next bar is a border."""
    rng = np.random.default_rng(seed)
    market, signals = random_market(make_market, rng, 120), random_signals(rng, 120)
    other_market = with_another_future(market, cut)
    past = simulator(market, signals, risk, Costs()).equity
    other = simulator(other_market, signals, risk, Costs()).equity
    assert past[:cut].tolist() == other[:cut].tolist()


@settings(SETTINGS, max_examples=12)
@given(seed=st.integers(0, 2**32 - 1), rule=st.sampled_from([SizingRule.INVERSE_VOLATILITY, SizingRule.RISK_PER_STOP]))
def test_size_of_a_position_does_not_know_what_comes_after_its_decision(simulator, make_market, seed, rule):
    """Clauses 13 and 14: everything from bar 850 on changes, the quantities of entries before it do not."""
    rng = np.random.default_rng(seed)
    market, signals = random_market(make_market, rng, 900, share_missing=0.0), random_signals(rng, 900)
    risk = Risk(sizing=rule, sizing_window_bars=24, max_hold_bars=2)
    past = simulator(market, signals, risk, Costs()).trades
    other = simulator(with_another_future(market, 850), signals, risk, Costs()).trades
    n_before = int(np.sum(past.entry_bar < 850))
    assert n_before > 10
    assert past.quantity[:n_before].tolist() == other.quantity[:n_before].tolist()


@SETTINGS
@given(seed=st.integers(0, 2**32 - 1), risk=risks)
def test_trades_follow_each_other_and_stay_inside_available_bars(simulator, make_market, seed, risk):
    """Clauses 3 and 7: a position never spans a hole, and two never overlap."""
    rng = np.random.default_rng(seed)
    market, signals = random_market(make_market, rng, 120), random_signals(rng, 120)
    trades = simulator(market, signals, risk, Costs()).trades
    for entry, exit_ in zip(trades.entry_bar, trades.exit_bar, strict=True):
        assert market.is_available[entry - 1 : exit_ + 1].all()
    assert (trades.entry_bar <= trades.exit_bar).all()
    assert (trades.entry_bar[1:] >= trades.exit_bar[:-1]).all()


@SETTINGS
@given(seed=st.integers(0, 2**32 - 1))
def test_higher_costs_never_earn_more(simulator, make_market, seed):
    """Clause 9, where no level depends on a fill price and no lot rounds: the same round trips, each dearer."""
    rng = np.random.default_rng(seed)
    market = replace(random_market(make_market, rng, 120, 1e-9), is_available=np.ones(120, dtype=np.bool_))
    filled = {name: np.nan_to_num(getattr(market, name), nan=100.0) for name in ("open", "high", "low", "close")}
    market = replace(market, **filled, volume=np.full(120, 1e12), funding_cost=np.zeros(120))
    signals = random_signals(rng, 120)
    cheap = simulator(market, signals, Risk(), Costs())
    dear = simulator(market, signals, Risk(), Costs().scaled(2.0))
    assert dear.trades.entry_bar.tolist() == cheap.trades.entry_bar.tolist()
    assert (dear.equity <= cheap.equity + 1e-6).all()
