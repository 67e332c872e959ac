"""Whole reports made of drawn returns and trades, without a home."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.intervals import DAY_MS, HOUR_MS
from organism.report.data import CoinRow, RegimeRow, StageRow, StrategyReport
from organism.views.chapters.ancestry import Ancestor, Ancestry
from organism.views.chapters.chance import chance
from organism.views.chapters.costs import EVERY_COIN, CostRow
from organism.views.chapters.distribution import spreads
from organism.views.chapters.equity import equity_lines
from organism.views.chapters.fan import fans
from organism.views.chapters.months import year_rows
from organism.views.chapters.rolling import rolling_lines
from organism.views.chapters.slices import JudgedSlice
from organism.views.chapters.trades import CandleRow, CloseUp, CoinTrades, TradeMarks
from organism.views.chapters.whole import WholeReport

START_MS = 1_577_836_800_000
"""2020-01-01 00:00 UTC."""
COINS = ("BTC", "DOGE", "ETH", "SOL")


def said(name: str = "nsga2_3_0a1b2c3d") -> StrategyReport:
    """Return what the verdict says of a rule that failed in sample."""
    return StrategyReport(
        strategy_id=name,
        state="rejected",
        verdict="KILL",
        rendered="long entry: close > sma(close, 24)\nrisk: fixed size",
        explanation="It goes long when the close is above its average.",
        stages=(StageRow("Sharpe", "IS", "1.12", "> 2", "Kill", "It earned too little for its risk."),),
        coins=tuple(CoinRow(coin, "IS", float("nan"), -0.05, 1234, 0.07) for coin in COINS),
        regimes=(
            RegimeRow("volatility", "calm", "IS", 0.25, 1_200, -0.031, -0.4),
            RegimeRow("volatility", "wild", "IS", 0.75, 3, 0.2, float("nan")),
        ),
        unknowns=("Funding was unknown for 1.3 % of the in-sample bars.",),
        n_tried=48_211,
        snapshot_id="ab" * 32,
        policy_hash="cd" * 32,
        sealed=("OOS", "WF"),
        reason="IS Sharpe: 1.12, asked for > 2",
    )


def whole(n_bars: int = 2_400, n_trades: int = 6, name: str = "nsga2_3_0a1b2c3d") -> WholeReport:
    """Return a report of hourly bars; `n_trades` are drawn of each of four coins."""
    rng = np.random.default_rng(1)
    time_ms = START_MS + HOUR_MS * np.arange(n_bars, dtype=np.int64)
    returns = rng.normal(0.0001, 0.003, n_bars)
    slices = (JudgedSlice("IS", START_MS, int(time_ms[-1]) + HOUR_MS, time_ms, returns, 1.12),)
    return WholeReport(
        said=said(name),
        equity=equity_lines(slices),
        years=year_rows(slices),
        rolling=rolling_lines(slices),
        spreads=spreads(slices),
        fans=fans(slices, n_paths=50),
        coins=tuple(coin_trades(coin, n_bars, n_trades, rng) for coin in COINS),
        costs=(
            CostRow("IS", "BTC", 20.0, 4.2, 0.5, -0.25, 15.55, 10_000.0, 3, 419.8),
            CostRow("IS", EVERY_COIN, 20.0, 4.2, 0.5, -0.25, 15.55, 10_000.0, 3, 419.8),
        ),
        neighbourhood=None,
        chance=chance(slices, 48_211),
        ancestry=Ancestry((relative("0a" * 32, 3, 1.12), relative("1b" * 32, 1, 0.4)), ((1, 0),), 1, "constant", {}),
        untraced="the snapshot is not here",
    )


def nothing() -> WholeReport:
    """Return the report of a rule about which nothing was measured."""
    empty = StrategyReport("id", "testing", "Watch", "r", "e", (), (), (), 0, "s", "p", sealed=("IS", "OOS", "WF"))
    alone = Ancestry((relative("0a" * 32, None, None),), (), 0, "initial", {}, "Its run is not here.")
    return replace(
        whole(), said=empty, equity=(), years=(), rolling=(), spreads=None, fans=(), coins=(), costs=(), chance=None,
        ancestry=alone,
    )  # fmt: skip


def relative(genotype: str, generation: int | None, sharpe: float | None) -> Ancestor:
    return Ancestor(genotype, 0, generation, "constant", sharpe, 4, 120)


def coin_trades(coin: str, n_bars: int, n_trades: int, rng: np.random.Generator) -> CoinTrades:
    """Return a coin with daily candles and evenly spread trades."""
    n_days = n_bars // 24
    close = 100.0 * np.cumprod(1.0 + rng.normal(0.0, 0.02, n_days))
    opened = np.concatenate(([100.0], close[:-1]))
    days = START_MS + DAY_MS * np.arange(n_days, dtype=np.int64)
    candles = CandleRow(days, opened, np.maximum(opened, close) * 1.01, np.minimum(opened, close) * 0.99, close)
    entry = START_MS + HOUR_MS * np.linspace(1, n_bars - 40, n_trades).astype(np.int64)
    price = np.linspace(90.0, 110.0, n_trades)
    marks = TradeMarks(
        slice=("IS",) * n_trades,
        side=np.where(np.arange(n_trades) % 2, 1, -1),
        entry_ms=entry,
        exit_ms=entry + 30 * HOUR_MS,
        entry_price=price,
        exit_price=price + 1.0,
        profit=rng.normal(0.0, 10.0, n_trades),
        fees=np.full(n_trades, 0.5),
        funding=np.full(n_trades, -0.1),
        reason=("signal",) * n_trades,
    )
    bars = CandleRow(*(array[:5] for array in (days, opened, opened + 3.0, opened - 3.0, opened)))
    return CoinTrades(coin, candles, marks, n_trades, (CloseUp("best", 0, bars, False),))
