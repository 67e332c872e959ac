"""One simulation that several programs are asked for: the common subset of their rules.

One coin, fills at the next open, fees and slippage, no funding, no protective levels, a share of the cash with its
fee. Opposite entries are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.kernel import simulate
from backtest.prepared import PreparedMarket
from backtest.result import Metrics, Result
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.workspace import Workspace
from data.market import BoolArray, Market

CAPITAL_USDC = 1e7
BPS = 1e-4
SHARE = 0.1
"""Share of the cash that an order with its fee costs: small, and the capital large, so that a million bars of fees ruin
nobody and no order falls below the minimum."""

Four = tuple[float, float, float, int]
"""Total return, Sharpe ratio, maximum drawdown, number of trades."""


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What every simulator is given: a market without funding, its costs, and levels where they fill."""

    prepared: PreparedMarket
    """Several requests share one, as the genomes of a search do."""
    late: BoolArray
    """Shape (4, n_bars): the levels one bar later, on the bars whose opens fill them."""

    @property
    def market(self) -> Market:
        return self.prepared.market

    @property
    def fee(self) -> float:
        return self.prepared.costs.taker_fee_bps * BPS

    @property
    def slippage(self) -> float:
        return self.prepared.costs.slippage_bps * BPS


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A request, and the same for our kernel."""

    request: Request
    signals: Signals
    workspace: Workspace

    @classmethod
    def of(cls, prepared: PreparedMarket, signals: Signals, workspace: Workspace) -> Task:
        """Lay the levels out for everybody."""
        return cls(Request(prepared, late(np.array(signals.to_bools()))), signals, workspace)

    def ours(self) -> Metrics:
        """Simulate by our kernel and return the statistics."""
        return self.simulated().metrics

    def simulated(self) -> Result:
        """Simulate by our kernel."""
        # The others take the fee out of the share of cash, we take it on top of the notional.
        risk = Risk(scale=SHARE / (1.0 + self.request.fee))
        return simulate(
            self.request.prepared,
            self.signals,
            risk,
            initial_capital=CAPITAL_USDC,
            workspace=self.workspace,
            keep_changes=False,
        )


def late(levels: BoolArray) -> BoolArray:
    """Return levels, shape (4, n_bars), one bar later; two entries at once are none."""
    moved = np.zeros_like(levels)
    moved[:, 1:] = levels[:, :-1]
    moved[::2] &= ~(moved[0] & moved[2])
    return moved


def four_of(metrics: Metrics) -> Four:
    """Return the four numbers that are compared."""
    return (metrics.net_return, metrics.sharpe, metrics.max_drawdown, metrics.n_trades)
