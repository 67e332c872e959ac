"""One world through all rules, after the usual costs and free of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.costs import Costs, costs_for
from backtest.kernel import run_kernel
from backtest.prepared import PreparedMarket, prepare
from backtest.signals import Signals
from backtest.workspace import N_TRADE_COLUMNS, Workspace
from data.canonical import hash_json
from data.market import Universe
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


def measure(world: World, rules: dict[str, Genome], first_bar: int) -> dict[str, RuleSums]:
    """Return what each rule earned on the bars from `first_bar` on, which are whole years.

    Rules see the bars before it, as far as they look back.
    """
    universe = Universe(hash_json(world.origin), world.markets)
    if (universe.n_bars - first_bar) % PIECE_BARS or universe.n_bars <= first_bar:
        raise ValueError(f"bars: received {universe.n_bars - first_bar}; allowed are whole years of {PIECE_BARS}")
    bench = _Bench(universe, first_bar)
    features = FeatureStore(universe)
    found = {}
    for name, genome in rules.items():
        by_coin = signals(genome, universe, features)
        levels = [by_coin[coin] for coin in universe.coins]
        found[name] = RuleSums(bench.sums(genome, levels, bench.paid), bench.sums(genome, levels, bench.free))
    return found


class _Bench:
    """What all rules share in one world."""

    def __init__(self, universe: Universe, first_bar: int) -> None:
        self.paid = [prepare(market, costs_for(market.coin)) for market in universe]
        self.free = [prepare(market, FREE) for market in universe]
        self._bars = (first_bar, universe.n_bars)
        self._workspace = Workspace(universe.n_bars)
        self._trades = np.empty((PIECE_BARS, N_TRADE_COLUMNS))
        self._held = np.stack([_held_returns(market)[first_bar:] for market in self.paid])
        self._market = _days(self._held.mean(axis=0))

    def sums(self, genome: Genome, levels: Sequence[Signals], prepared: Sequence[PreparedMarket]) -> Sums:
        pieces = []
        side_bars, n_trades = np.zeros(len(prepared)), 0
        for start in range(*self._bars, PIECE_BARS):
            returns, sides, count = self._piece(genome, levels, prepared, start)
            pieces.append(returns)
            side_bars += sides
            n_trades += count
        returns = np.concatenate(pieces)
        exposures = side_bars / returns.size
        simple, log = _days(returns), self._market
        matched = _days(exposures @ self._held / len(exposures))
        return Sums(
            n_bars=returns.size,
            returns=float(returns.sum()),
            squares=float(returns @ returns),
            n_trades=n_trades,
            simple=moments_of(simple[0], log[0], matched[0]),
            log=moments_of(simple[1], log[1], matched[1]),
        )

    def _piece(
        self, genome: Genome, levels: Sequence[Signals], prepared: Sequence[PreparedMarket], start: int
    ) -> tuple[FloatArray, FloatArray, int]:
        """Return the pool's returns on a year's bars, bars held long less bars held short by coin, and trades."""
        stop = start + PIECE_BARS
        change = self._workspace.no_change(stop)
        sides, n_trades = np.zeros(len(prepared)), 0
        risk, part = genome.risk.to_risk(RISK_SCALE), CAPITAL_USDC / len(prepared)
        for coin, (market, level) in enumerate(zip(prepared, levels, strict=True)):
            _, count = run_kernel(
                market, level, risk, (start, stop), part, N_BLOCKS, self._workspace, change, self._trades
            )
            rows = self._trades[:count]
            sides[coin] = float(rows[:, SIDE] @ (rows[:, EXIT_BAR] - rows[:, ENTRY_BAR]))
            n_trades += count
        equity = CAPITAL_USDC + np.cumsum(change[start:stop])
        before = np.concatenate(([CAPITAL_USDC], equity[:-1]))
        return change[start:stop] / before, sides, n_trades


def _days(returns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sums of returns and of log(1 + return) by day."""
    by_day = returns.reshape(-1, DAY_BARS)
    return by_day.sum(axis=1), np.log1p(by_day).sum(axis=1)


def _held_returns(prepared: PreparedMarket) -> FloatArray:
    """Return what a coin held long earns on each bar, funding paid at its open; as the gauntlet's benchmark."""
    market = prepared.market
    returns = np.zeros(market.n_bars)
    returns[1:] = (market.close[1:] - market.funding_cost[1:]) / market.close[:-1] - 1.0
    return returns
