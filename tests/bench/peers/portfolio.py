"""vectorbt as most people call it: `Portfolio.from_signals`, and four statistics of it."""

from __future__ import annotations

from backtest.oracle.engine import vectorbt
from tests.bench.peers.task import CAPITAL_USDC, SHARE, Four, Request


def portfolio_four(request: Request, engine: str) -> Four:
    """Simulate and measure with `engine`, "rust" or "numba"."""
    portfolio = vectorbt().Portfolio.from_signals(
        request.market.close,
        entries=request.late[0],
        exits=request.late[1],
        short_entries=request.late[2],
        short_exits=request.late[3],
        upon_long_conflict="exit",
        upon_short_conflict="exit",
        upon_opposite_entry="ignore",
        price=request.market.open,
        size=SHARE,
        size_type="percent",
        fees=request.fee,
        slippage=request.slippage,
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
