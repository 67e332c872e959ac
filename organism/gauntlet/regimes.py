"""What a strategy did in each kind of time: quiet or wild, falling or rising."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtest.result import ExitReason, Trace
from data.intervals import bars_per_year
from data.market import BoolArray, FloatArray, Market, Universe
from data.regimes import Trend, Volatility, returns_of, trend_state, volatility_state
from data.regimes.hidden import filter_regimes
from organism.gauntlet.case import CAPITAL_USDC, Case
from organism.gauntlet.hidden_models import hidden_model

UNKNOWN = "unknown"
KINDS = {
    "volatility": tuple(state.name.lower() for state in Volatility),
    "trend": tuple(state.name.lower() for state in Trend),
    "hidden": ("quiet", "agitated"),
}
"""States of each kind, by their number."""
MAX_FITTED_BARS = 50_000
REMEMBERED_STATES = 9
"""Of universes: three kinds on each of three slices."""
NOT_KNOWN = -1


def regime_rows(case: Case, n_fitted: int) -> tuple[dict[str, Any], ...]:
    """Return a row for each state of volatility, of trend and of a hidden Markov model, over the slice of a case.

    A bar belongs to the state that its coin was in when the bar before it closed, a trade to that of its entry: what
    could be known then. `net_return` is a fraction of the initial capital; those of a kind add up to that of the slice.
    `sharpe` is annual, of the pooled returns on the bars on which some coin was in the state; None if there is none.

    Parameters
    ----------
    n_fitted
        Bars from the first one on which the hidden states are fitted: those in sample.
    """
    rows = []
    for kind, names in KINDS.items():
        known = _states_before(case, kind, n_fitted)
        masks = {name: known == state for state, name in enumerate(names)} | {UNKNOWN: known == NOT_KNOWN}
        rows += [{"kind": kind, "state": name, **_figures(case, mask)} for name, mask in masks.items()]
    return tuple(rows)


def hidden_state(market: Market, n_fitted: int) -> FloatArray:
    """Return the likelier of two hidden states at each bar's close, shape (n_bars,); NaN where nothing is known."""
    model = hidden_model(returns_of(market)[max(0, n_fitted - MAX_FITTED_BARS) : n_fitted], len(KINDS["hidden"]))
    if model is None:
        return np.full(market.n_bars, np.nan)
    states = filter_regimes(model, returns_of(market)).argmax(axis=1).astype(np.float64)
    return np.where(market.is_available, states, np.nan)


@lru_cache(REMEMBERED_STATES)
def _states(universe: Universe, kind: str, n_fitted: int) -> NDArray[np.int8]:
    """Return the state of each coin at each bar's close, shape (n_coins, n_bars); `NOT_KNOWN` where nothing is known.

    Found once for all strategies that are judged on a universe.
    """
    state_of: dict[str, Callable[[Market], FloatArray]] = {
        "volatility": volatility_state,
        "trend": trend_state,
        "hidden": lambda market: hidden_state(market, n_fitted),
    }
    found = [np.nan_to_num(state_of[kind](market), nan=NOT_KNOWN) for market in universe]
    return np.array(found).astype(np.int8)


def _states_before(case: Case, kind: str, n_fitted: int) -> NDArray[np.int8]:
    """Return the states of each coin at the close before each bar of the slice, shape (n_coins, n_bars)."""
    states = _states(case.universe, kind, n_fitted)
    before = np.full_like(states, NOT_KNOWN)
    before[:, 1:] = states[:, :-1]
    return before[:, case.slice.start : case.slice.stop]


def _figures(case: Case, is_in: BoolArray) -> dict[str, Any]:
    traces = case.traces()
    changes = np.array([trace.result.equity_change for trace in traces])
    equity = CAPITAL_USDC + np.cumsum(changes.sum(axis=0))
    gains = np.where(is_in, changes, 0.0).sum(axis=0)
    before = np.concatenate(([CAPITAL_USDC], equity[:-1]))
    returns = (gains / before)[is_in.any(axis=0)]
    return {
        "share_bars": float(is_in.mean()),
        "n_trades": sum(_n_trades(trace, mask, case.slice.start) for trace, mask in zip(traces, is_in, strict=True)),
        "net_return": float(gains.sum() / CAPITAL_USDC),
        "sharpe": _sharpe(returns, bars_per_year(case.universe.interval_ms)),
    }


def _n_trades(trace: Trace, is_in: BoolArray, start: int) -> int:
    """Count the round trips entered in a state, those closed by a border apart."""
    entered = is_in[trace.trades.entry_bar - start]
    return sum(
        bool(here) and reason is not ExitReason.BORDER
        for here, reason in zip(entered, trace.trades.reason, strict=True)
    )


def _sharpe(returns: FloatArray, bars_a_year: float) -> float | None:
    deviation = float(np.std(returns, ddof=1)) if returns.size > 1 else 0.0
    # Without a varying return there is no ratio, and not 0.
    return float(np.mean(returns)) / deviation * math.sqrt(bars_a_year) if deviation > 0.0 else None
