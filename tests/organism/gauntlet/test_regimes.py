"""What was earned in each kind of time adds up to what was earned, and no bar knows its own state beforehand."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from backtest.result import ExitReason
from backtest.splits import Slice
from data.alignment import cut
from data.market import Market, Universe
from data.regimes import Trend, Volatility, returns_of, trend_state, volatility_state
from organism.gauntlet.canaries import Wishful
from organism.gauntlet.case import CAPITAL_USDC, Case
from organism.gauntlet.hidden_models import hidden_model
from organism.gauntlet.regimes import hidden_state, regime_rows

N_BARS = 2_000
START, STOP, N_FITTED = 100, 1_900, 1_200


@pytest.fixture(scope="module")
def case(
    make_market: Callable[..., Market],
    with_trend: Wishful,
    case_of: Callable[..., Case],
    part_of: Callable[[Universe, str, int, int], Slice],
) -> Case:
    """Two coins of changing volatility, followed over a part of their history."""
    markets = []
    for place, coin in enumerate(("BTC", "ETH")):
        rng = np.random.default_rng(place)
        steps = rng.normal(size=N_BARS) * 0.004 * (1.0 + (np.arange(N_BARS) // 200) % 3)
        close = 100.0 * np.exp(np.cumsum(steps))
        opens = np.concatenate(([100.0], close[:-1]))
        markets.append(make_market(opens, close=close, coin=coin, venue="test"))
    universe = Universe("regimes", tuple(markets))
    return case_of(with_trend, universe, part=part_of(universe, "IS", START, STOP))


def test_the_states_of_a_kind_share_bars_trades_and_return(case: Case) -> None:
    rows, metrics = regime_rows(case, N_FITTED), case.pooled().metrics
    names = [(row["kind"], row["state"]) for row in rows]
    assert names == [
        *(("volatility", name) for name in ("calm", "normal", "wild", "unknown")),
        *(("trend", name) for name in ("falling", "sideways", "rising", "unknown")),
        *(("hidden", name) for name in ("quiet", "agitated", "unknown")),
    ]
    for kind in ("volatility", "trend", "hidden"):
        parts = [row for row in rows if row["kind"] == kind]
        assert sum(row["share_bars"] for row in parts) == pytest.approx(1.0)
        assert sum(row["n_trades"] for row in parts) == metrics.n_trades
        assert sum(row["net_return"] for row in parts) == pytest.approx(metrics.net_return, rel=1e-9)
        assert all(row["n_trades"] > 0 for row in parts if row["state"] != "unknown")
    # 744 bars before the first known volatility of a close, 169 before that of a trend.
    unknown = {row["kind"]: row["share_bars"] for row in rows if row["state"] == "unknown"}
    n_bars = STOP - START
    assert unknown == {"volatility": (744 - START) / n_bars, "trend": (169 - START) / n_bars, "hidden": 0.0}


def test_hidden_states_are_fitted_on_the_bars_in_sample_alone(case: Case) -> None:
    for market in case.universe:
        early = cut([market], end_ms=int(market.time_ms[N_FITTED]))[0]
        assert early.n_bars == N_FITTED
        states, of_early = hidden_state(market, N_FITTED), hidden_state(early, N_FITTED)
        assert states[:N_FITTED].tobytes() == of_early.tobytes()
        # Volatility is threefold in every third stretch of 200 bars.
        stretches = np.arange(N_BARS) // 200 % 3
        assert np.mean(states[stretches == 2]) > 0.8
        assert np.mean(states[stretches == 0]) < 0.2
    assert np.isnan(hidden_state(case.universe.markets[0], 400)).all()


@pytest.mark.parametrize(("kind", "state"), [("volatility", Volatility.WILD), ("trend", Trend.RISING)])
def test_a_bar_and_a_trade_belong_to_the_state_at_the_close_before(case: Case, kind: str, state: int) -> None:
    label = volatility_state if kind == "volatility" else trend_state
    labels = [label(market) for market in case.universe]
    pooled = case.pooled()
    equity = CAPITAL_USDC * np.concatenate(([1.0], np.cumprod(1.0 + pooled.returns)))
    gains, returns, n_trades = 0.0, [], 0
    for t in range(START, STOP):
        coins = [i for i in range(2) if labels[i][t - 1] == state]
        change = sum(pooled.sleeves[i].equity_change[t - START] for i in coins)
        gains += change
        returns += [change / equity[t - START]] if coins else []
    for trace, own in zip(case.traces(), labels, strict=True):
        for bar, reason in zip(trace.trades.entry_bar, trace.trades.reason, strict=True):
            n_trades += own[bar - 1] == state and reason is not ExitReason.BORDER
    row = next(
        r for r in regime_rows(case, N_FITTED) if (r["kind"], r["state"]) == (kind, type(state)(state).name.lower())
    )
    assert row["n_trades"] == n_trades
    assert row["net_return"] == pytest.approx(gains / CAPITAL_USDC, rel=1e-9)
    assert row["sharpe"] == pytest.approx(np.mean(returns) / np.std(returns, ddof=1) * sqrt(8760), rel=1e-6)


def test_a_state_that_never_was_has_no_ratio(waves: Universe, idle: Wishful, case_of: Callable[..., Case]) -> None:
    rows = regime_rows(case_of(idle, waves), 600)
    # 600 bars are too few for a month of daily volatilities.
    assert [row["share_bars"] for row in rows if row["kind"] == "volatility"] == [0.0, 0.0, 0.0, 1.0]
    assert all(row["sharpe"] is None and row["net_return"] == 0.0 and row["n_trades"] == 0 for row in rows)


@pytest.fixture(scope="module")
def many(make_market: Callable[..., Market]) -> Universe:
    """Forty coins of 520 bars that wander each in its own way."""
    paths = 100.0 * np.exp(np.cumsum(np.random.default_rng(4).normal(size=(40, 520)) * 0.01, axis=1))
    return Universe("many", tuple(make_market(list(path), coin=f"C{n:02}", venue="t") for n, path in enumerate(paths)))


def test_the_models_of_many_coins_are_fitted_once(many: Universe) -> None:
    """Strategies ask for them in a circle, coin after coin."""
    returns = [returns_of(market) for market in many]
    first = [hidden_model(values, 2) for values in returns]
    assert None not in first
    again = [hidden_model(values.copy(), 2) for values in returns]
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_the_markets_of_many_coins_are_prepared_once(
    many: Universe, idle: Wishful, case_of: Callable[..., Case]
) -> None:
    """Also beside those at doubled costs, by the next strategy."""
    case = case_of(idle, many)
    first = case.prepared()
    case.pooled(cost_factor=2.0)
    again = case_of(idle, many).prepared()
    assert len(first) == 40
    assert all(one is other for one, other in zip(first, again, strict=True))
