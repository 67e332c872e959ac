"""The same signals through vectorbt: equal results or no comparison.

The common subset: one coin, next-open fills, fees and slippage, no funding, no protective levels, all of the cash less
the fee. Opposite entries are ignored, so are signals on bars where nothing can be decided alike. vectorbt is given the
levels one bar later and the opens as prices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from kernel_speed import spread_levels, synthetic_market

from backtest.costs import Costs
from backtest.kernel import Workspace, simulate
from backtest.prepared import prepare
from backtest.result import Metrics
from backtest.risk import Risk
from data import jit  # noqa: F401  (vectorbt imports numba, and the cache folder must be named before)
from data.market import FloatArray

CAPITAL_USDC = 10_000.0
TOLERANCE = 1e-9
BPS = 1e-4
SHARE = 0.9
"""Share of the cash that an order with its fee may cost."""
LONG_ONLY, BOTH = (0,), (0, 1)

Four = tuple[float, float, float, int]
"""Total return, Sharpe ratio, maximum drawdown, number of trades."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two calls that do the same work."""

    name: str
    ours: Callable[[], Metrics]
    theirs: Callable[[], Four]
    n_trades: int
    exposure: float
    difference: float
    """Largest difference of the four numbers."""


def prepare_pairs(n_bars: int) -> list[Pair]:
    """Return long-only and two-sided pairs at two numbers of trades."""
    return [
        _pair(n_bars, f"{name}, {n_trades} trades", sides, n_trades)
        for name, sides in (("long only", LONG_ONLY), ("long and short", BOTH))
        for n_trades in (200, 700)
    ]


def _pair(n_bars: int, name: str, sides: tuple[int, ...], n_trades: int) -> Pair:
    market = synthetic_market(n_bars, 5, has_funding=False)
    signals, costs = spread_levels(n_bars, n_trades, 10, sides, 7), Costs()
    fee, slippage = costs.taker_fee_bps * BPS, costs.slippage_bps * BPS
    # vectorbt takes the fee out of the share of cash, we take it on top of the notional.
    prepared, risk, workspace = prepare(market, costs), Risk(scale=SHARE / (1.0 + fee)), Workspace(n_bars)
    late = np.zeros((4, n_bars), dtype=np.bool_)
    late[:, 1:] = np.array(signals.to_bools())[:, :-1]

    def ours() -> Metrics:
        return simulate(prepared, signals, risk, initial_capital=CAPITAL_USDC, workspace=workspace).metrics

    def theirs() -> Four:
        return _vectorbt_four(market.close, market.open, late, len(sides) > 1, fee, slippage)

    metrics, other = ours(), theirs()
    mine = (metrics.net_return, metrics.sharpe, metrics.max_drawdown, metrics.n_trades)
    difference = max(abs(a - b) / max(1.0, abs(a)) for a, b in zip(mine, other, strict=True))
    if not difference <= TOLERANCE:
        raise RuntimeError(f"pair {name} is refused, results differ: ours {mine}, vectorbt {other}")
    return Pair(name, ours, theirs, metrics.n_trades, metrics.exposure, difference)


def _vectorbt_four(
    close: FloatArray, price: FloatArray, levels: np.ndarray, has_shorts: bool, fee: float, slippage: float
) -> Four:
    import vectorbt

    shorts = {"short_entries": levels[2], "short_exits": levels[3], "upon_opposite_entry": "ignore"}
    portfolio = vectorbt.Portfolio.from_signals(
        close,
        entries=levels[0],
        exits=levels[1],
        **(shorts if has_shorts else {}),
        price=price,
        size=SHARE,
        size_type="percent",
        fees=fee,
        slippage=slippage,
        init_cash=CAPITAL_USDC,
        freq="1h",
        engine="rust",
    )
    return (
        float(portfolio.total_return()),
        float(portfolio.sharpe_ratio(year_freq="365 days")),
        -float(portfolio.max_drawdown()),
        int(portfolio.trades.count()),
    )
