"""One rule on one history: what it would have done on the bars that a search may see, and on no others."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from backtest.costs import costs_for
from backtest.pooling import CAPITAL_USDC, pool
from backtest.prepared import prepare
from backtest.result import FloatArray, PooledResult, Trace
from backtest.trace import trace
from data.intervals import bars_per_year
from data.market import IntArray
from data.snapshot import Snapshot
from evolution.evaluator import signals
from evolution.genome.genome import Genome
from organism.foundry import in_sample_end_ms
from organism.workbench.tables import times

N_BLOCKS = 6
METRICS = {
    "net_return": "net return",
    "sharpe": "Sharpe",
    "sortino": "Sortino",
    "max_drawdown": "deepest drawdown",
    "turnover": "turnover a year",
    "exposure": "exposure",
    "n_trades": "round trips",
    "win_rate": "share that won",
}

DIGITS = {"entry price": 6, "exit price": 6, "fees": 2, "funding": 2, "profit": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """What a rule did on in-sample bars, each coin in a sleeve of its own with equal capital."""

    pooled: PooledResult
    traces: tuple[Trace, ...]
    """One a coin."""
    time_ms: IntArray
    """Shape (n_bars,): opens of the bars."""

    @property
    def equity(self) -> FloatArray:
        """Shape (n_bars,): the sum of the sleeves at each close, USDC."""
        equity: FloatArray = sum((one.equity for one in self.traces[1:]), start=self.traces[0].equity)
        return equity

    @property
    def metrics(self) -> pd.Series[float]:
        """Statistics of the summed equity after fees, slippage and funding; ratios are annual."""
        values = asdict(self.pooled.metrics)
        return pd.Series({words: values[name] for name, words in METRICS.items()}).round(3)

    @property
    def coins(self) -> pd.DataFrame:
        """The same statistics coin by coin."""
        rows = {one.result.coin: asdict(one.result.metrics) for one in self.traces}
        return pd.DataFrame(rows).loc[list(METRICS)].rename(index=METRICS).round(3)

    @property
    def trades(self) -> pd.DataFrame:
        """Every round trip, by entry; prices are those of the fills, the rest is in USDC."""
        tables = [self._trades(one) for one in self.traces]
        return pd.concat(tables).sort_values(["entered", "coin"], ignore_index=True).round(DIGITS)

    def _trades(self, one: Trace) -> pd.DataFrame:
        trades, opens = one.trades, times(self.time_ms)
        return pd.DataFrame(
            {
                "coin": one.result.coin,
                "side": ["long" if side > 0 else "short" for side in trades.side],
                "entered": opens[trades.entry_bar],
                "left": opens[trades.exit_bar],
                "entry price": trades.entry_price,
                "exit price": trades.exit_price,
                "fees": trades.fees,
                "funding": trades.funding,
                "profit": trades.profit,
                "left by": [reason.value for reason in trades.reason],
            }
        )


def backtest(rule: Genome, snapshot: Snapshot, *, cost_factor: float = 1.0) -> Backtest:
    """Simulate a rule on the in-sample part of a history: the first 60 %.

    The rest is the vault's. A rule that was looked at on held-out bars, and changed, has been fitted to them.

    Parameters
    ----------
    cost_factor
        What fee and slippage are multiplied by.

    Raises
    ------
    GenomeError
        If the in-sample bars are fewer than the rule's warm-up.
    """
    universe = snapshot.prefix(in_sample_end_ms(snapshot.load())).load()
    levels, risk = signals(rule, universe), rule.risk.to_risk()
    traces = tuple(
        trace(
            prepare(market, costs_for(market.coin).scaled(cost_factor)),
            levels[market.coin],
            risk,
            start=0,
            stop=universe.n_bars,
            initial_capital=CAPITAL_USDC / len(universe.markets),
            n_blocks=N_BLOCKS,
        )
        for market in universe
    )
    pooled = pool([one.result for one in traces], bars_per_year=bars_per_year(universe.interval_ms), n_blocks=N_BLOCKS)
    return Backtest(pooled, traces, universe.time_ms)
