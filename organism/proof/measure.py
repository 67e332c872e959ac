"""One world through all rules, after the usual costs and free of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.costs import Costs, costs_for
from backtest.kernel import run_kernel
from backtest.prepared import prepare
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.workspace import N_TRADE_COLUMNS, Workspace
from data.canonical import hash_json
from data.market import Market, Universe
from data.worlds import World
from evolution.evaluator import FeatureStore, signals
from evolution.genome.genome import Genome
from organism.proof.sums import FloatArray, Sums, moments_of

RISK_SCALE = 0.35
"""Brings the planted oracle to about 10 % volatility a year."""
PIECE_BARS = 8760
"""A year: each begins with fresh capital, so that a rule that loses its money goes on losing."""
DAY_BARS = 24
CAPITAL_USDC = 10_000.0
N_BLOCKS = 1
FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)
ENTRY_BAR, EXIT_BAR, SIDE = range(3)
"""Columns of a trade."""


@dataclass(frozen=True, slots=True)
class RuleSums:
    """One rule in one world."""

    paid: Sums
    """After the usual costs."""
    free: Sums
    """Without fees and slippage; funding is paid."""


def measure(world: World, rules: Mapping[str, Genome], first_bar: int) -> dict[str, RuleSums]:
    """Return what each rule earned on the bars from `first_bar` on, which are whole years.

    Rules see the bars before it, as far as they look back.
    """
    universe = Universe(hash_json(world.origin), world.markets)
    if (universe.n_bars - first_bar) % PIECE_BARS or universe.n_bars <= first_bar:
        raise ValueError(f"bars: received {universe.n_bars - first_bar}; allowed are whole years of {PIECE_BARS}")
    traders = _traders(rules, universe)
    held = np.empty((len(universe.markets), universe.n_bars - first_bar))
    for coin, market in enumerate(universe):
        held[coin] = _held_returns(market)[first_bar:]
        _trade(traders, coin, market, first_bar)
    benchmark = _days(held.mean(axis=0))
    sums = [_sums(trader, held, benchmark, first_bar) for trader in traders]
    return {name: RuleSums(*sums[2 * place : 2 * place + 2]) for place, name in enumerate(rules)}


@dataclass(frozen=True, slots=True)
class _Trader:
    """A rule at one price of trading."""

    risk: Risk
    levels: Sequence[Signals]
    """Of each coin."""
    is_free: bool
    change: FloatArray
    """Shape (n_bars,): change of equity, USDC, of the coins that have been traded."""
    sides: FloatArray
    """Shape (n_coins,): bars held long less bars held short."""
    trades: FloatArray
    """Shape (n_coins,): round trips."""


def _traders(rules: Mapping[str, Genome], universe: Universe) -> list[_Trader]:
    """Return two traders for each rule: one that pays costs, one that does not."""
    features, n_coins = FeatureStore(universe), len(universe.markets)
    found = []
    for genome in rules.values():
        by_coin = signals(genome, universe, features)
        levels = [by_coin[coin] for coin in universe.coins]
        for is_free in (False, True):
            nothing = np.zeros(universe.n_bars), np.zeros(n_coins), np.zeros(n_coins)
            found.append(_Trader(genome.risk.to_risk(RISK_SCALE), levels, is_free, *nothing))
    return found


def _trade(traders: Sequence[_Trader], coin: int, market: Market, first_bar: int) -> None:
    """Let everyone trade a coin, all of them a year before the next, so that its bars stay near the processor."""
    paid, free = prepare(market, costs_for(market.coin)), prepare(market, FREE)
    workspace, rows = Workspace(market.n_bars), np.empty((PIECE_BARS, N_TRADE_COLUMNS))
    part = CAPITAL_USDC / traders[0].sides.size if traders else CAPITAL_USDC
    for start in range(first_bar, market.n_bars, PIECE_BARS):
        for trader in traders:
            _, count = run_kernel(
                free if trader.is_free else paid,
                trader.levels[coin],
                trader.risk,
                (start, start + PIECE_BARS),
                part,
                N_BLOCKS,
                workspace,
                trader.change,
                rows,
            )
            done = rows[:count]
            trader.sides[coin] += float(done[:, SIDE] @ (done[:, EXIT_BAR] - done[:, ENTRY_BAR]))
            trader.trades[coin] += count


def _sums(trader: _Trader, held: FloatArray, benchmark: tuple[FloatArray, FloatArray], first_bar: int) -> Sums:
    returns = _returns(trader.change[first_bar:])
    exposures = trader.sides / returns.size
    rule, matched = _days(returns), _days(exposures @ held / exposures.size)
    return Sums(
        n_bars=returns.size,
        returns=float(returns.sum()),
        squares=float(returns @ returns),
        n_trades=int(trader.trades.sum()),
        simple=moments_of(rule[0], benchmark[0], matched[0]),
        log=moments_of(rule[1], benchmark[1], matched[1]),
    )


def _returns(change: FloatArray) -> FloatArray:
    """Return the pool's return on each bar; every year begins with fresh capital."""
    by_year = change.reshape(-1, PIECE_BARS)
    equity = CAPITAL_USDC + np.cumsum(by_year, axis=1)
    before = np.concatenate((np.full((len(equity), 1), CAPITAL_USDC), equity[:, :-1]), axis=1)
    returns: FloatArray = (by_year / before).ravel()
    return returns


def _days(returns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sums of returns and of log(1 + return) by day."""
    by_day = returns.reshape(-1, DAY_BARS)
    return by_day.sum(axis=1), np.log1p(by_day).sum(axis=1)


def _held_returns(market: Market) -> FloatArray:
    """Return what a coin held long earns on each bar, funding paid at its open; as the gauntlet's benchmark."""
    returns = np.zeros(market.n_bars)
    returns[1:] = (market.close[1:] - market.funding_cost[1:]) / market.close[:-1] - 1.0
    return returns
