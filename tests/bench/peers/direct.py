"""vectorbt's compiled functions without its objects: `simulate_from_signals_rs`, and the chain to the same statistics.

Nothing is copied or broadcast that need not be: settings are scalars, prices one column, and the order of calls, which
one column does not ask for, is a single zero.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from backtest.oracle.engine import vectorbt
from tests.bench.peers.task import CAPITAL_USDC, SHARE, Four, Request

HOURS_A_YEAR = 365.0 * 24.0
PERCENT, REVERSE_NEVER, ONE_COLUMN = 2, 0, np.ones(1, dtype=np.int64)
BOTH_WAYS = 2
NO, YES, NAN, ZERO = np.asarray(False), np.asarray(True), np.asarray(math.nan), np.asarray(0.0)
WHOLE_ZERO, EXIT = np.asarray(0), np.asarray(2)


class DirectEngine:
    """One request's arrays as the functions take them.

    Parameters
    ----------
    request
        What is simulated.
    """

    def __init__(self, request: Request) -> None:
        vectorbt()
        from vectorbt_rust import portfolio, records, returns

        self._portfolio, self._records, self._returns = portfolio, records, returns
        self._shape = (request.market.n_bars, 1)
        self._close = np.ascontiguousarray(request.market.close).reshape(-1, 1)
        self._cash = np.array([CAPITAL_USDC])
        self._arguments = _arguments(request, self._close)

    def four(self) -> Four:
        """Simulate, and take the four statistics from the order records."""
        orders = self._orders()
        columns, lengths = self._records.col_map_rs(orders["col"].copy(), 1)
        profit = self._portfolio.total_profit_rs((1, 1), self._close[-1:], orders, columns, lengths)
        trades = self._portfolio.get_exit_trades_rs(orders, self._close, columns, lengths)
        value = self._value(orders, columns, lengths)
        returns = self._returns.returns_rs(value, self._cash)
        return (
            float(profit[0]) / CAPITAL_USDC,
            float(self._returns.sharpe_ratio_rs(returns, HOURS_A_YEAR)[0]),
            -float(self._returns.max_drawdown_rs(returns)[0]),
            trades.size,
        )

    def _orders(self) -> Any:
        n_bars = self._shape[0]
        return self._portfolio.simulate_from_signals_rs(
            self._shape, ONE_COLUMN, self._cash, np.zeros((1, 1), np.int64), *self._arguments, max_orders=n_bars
        )[0]

    def _value(self, orders: Any, columns: Any, lengths: Any) -> Any:
        """Return the equity on every bar."""
        library = self._portfolio
        assets = library.assets_rs(library.asset_flow_rs(orders, columns, lengths, self._shape, BOTH_WAYS))
        flow = library.cash_flow_rs(orders, columns, lengths, self._shape, False)
        return library.value_rs(library.cash_rs(flow, self._cash), library.asset_value_rs(self._close, assets))


def _arguments(request: Request, close: Any) -> tuple[Any, ...]:
    """Return the arguments from `entries` to `upon_stop_update`, in the function's order."""
    levels = [np.ascontiguousarray(level).reshape(-1, 1) for level in request.late]
    price = np.ascontiguousarray(request.market.open).reshape(-1, 1)
    signals = (NO, NO, WHOLE_ZERO, *levels)
    order = (np.asarray(SHARE), price, np.asarray(PERCENT), np.asarray(request.fee), ZERO, np.asarray(request.slippage))
    limits = (np.asarray(1e-8), np.asarray(math.inf), NAN, ZERO, NO, YES, NO, NO)
    conflicts = (WHOLE_ZERO, EXIT, EXIT, WHOLE_ZERO, np.asarray(REVERSE_NEVER))
    prices = (np.asarray(math.inf), NAN, NAN, NAN, close)
    stops = (NAN, NO, NAN, np.asarray(3), WHOLE_ZERO, WHOLE_ZERO, np.asarray(1), False)
    return (*signals, *order, *limits, *conflicts, *prices, *stops)
