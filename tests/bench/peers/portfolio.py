"""vectorbt as most people call it: `Portfolio.from_signals`, and four statistics of it."""

from __future__ import annotations

from backtest.oracle.engine import vectorbt
from tests.bench.peers.task import CAPITAL_USDC, SHARE, Four, Task


def portfolio_four(task: Task, engine: str) -> Four:
    """Simulate and measure with `engine`, "rust" or "numba"."""
    portfolio = vectorbt().Portfolio.from_signals(
        task.market.close,
        entries=task.late[0],
        exits=task.late[1],
        short_entries=task.late[2],
        short_exits=task.late[3],
        upon_opposite_entry="ignore",
        price=task.market.open,
        size=SHARE,
        size_type="percent",
        fees=task.fee,
        slippage=task.slippage,
        init_cash=CAPITAL_USDC,
        freq="1h",
        engine=engine,
    )
    return (
        float(portfolio.total_return(engine=engine)),
        float(portfolio.sharpe_ratio(year_freq="365 days", engine=engine)),
        -float(portfolio.max_drawdown(engine=engine)),
        int(portfolio.trades.count()),
    )
