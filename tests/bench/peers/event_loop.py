"""backtesting.py: a loop over bars in Python, and a fixed set of statistics.

Its rules differ: whole units only, the fee taken from the cash after the order is sized, slippage as a spread. Only
the number of trades is compared.
"""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

from tests.bench.peers.task import CAPITAL_USDC, SHARE, Task


class EventLoop:
    """One task as this library takes it.

    Parameters
    ----------
    task
        What is simulated.
    """

    def __init__(self, task: Task) -> None:
        from backtesting import Backtest

        market = task.request.market
        bars = pd.DataFrame(
            {name.title(): getattr(market, name) for name in ("open", "high", "low", "close", "volume")},
            index=pd.to_datetime(market.time_ms, unit="ms"),
        )
        self._backtest = Backtest(
            bars,
            _strategy(task),
            cash=CAPITAL_USDC,
            commission=task.request.fee,
            spread=task.request.slippage,
            finalize_trades=True,
        )

    def n_trades(self) -> int:
        """Run, statistics included, and return the number of trades."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return int(self._backtest.run()["# Trades"])


def _strategy(task: Task) -> Any:
    from backtesting import Strategy

    long_entry, long_exit, short_entry, short_exit = (level.tolist() for level in task.signals.to_bools())

    class Levels(Strategy):
        """Enters and leaves by the levels of the bar that has just closed."""

        def init(self) -> None:
            """Nothing to compute: the levels are given."""

        def next(self) -> None:
            t = len(self.data) - 1
            if self.position:
                if (long_exit if self.position.is_long else short_exit)[t]:
                    self.position.close()
            elif long_entry[t]:
                self.buy(size=SHARE)
            elif short_entry[t]:
                self.sell(size=SHARE)

    return Levels
