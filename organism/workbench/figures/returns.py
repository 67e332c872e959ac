"""What a rule earned, bar by bar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from organism.workbench.backtest import Backtest
from organism.workbench.figures.canvas import BLUE, GREEN, GREY, RED, Picture, canvas, named
from organism.workbench.slices import SliceReturns
from organism.workbench.tables import times

COLOUR_OF = {"IS": GREY, "OOS": BLUE, "WF": GREEN}
NAME_OF = {"IS": "in sample", "OOS": "out of sample", "WF": "walk forward"}


def equity(result: Backtest, *others: Backtest, labels: Sequence[str] = ()) -> Picture:
    """Draw the equity of a backtest, and of others in the same picture, with the drawdown of the first below."""
    figure, (above, below) = canvas(2, height=3.8)
    opens = times(result.time_ms)
    for one, colour, label in zip((result, *others), (BLUE, RED, GREEN), (*labels, "", "", ""), strict=False):
        above.plot(times(one.time_ms), one.equity, color=colour, linewidth=0.9, label=label or None)
    above.set_ylabel("equity, USDC", fontsize=8)
    named(above, "in sample, after costs")
    if labels:
        above.legend(frameon=False, fontsize=8)
    peak = np.maximum.accumulate(result.equity)
    below.fill_between(opens, 100 * (result.equity / peak - 1), 0, color=BLUE, alpha=0.4, linewidth=0)
    below.set_ylabel("below peak, %", fontsize=8)
    return Picture(figure, "equity and drawdown in sample")


def slices(records: Sequence[SliceReturns], title: str) -> Picture:
    """Draw what was earned on each slice that was looked at, each begun at zero, and say its Sharpe ratio."""
    figure, (axes,) = canvas()
    for record in records:
        earned = 100 * (np.cumprod(1 + record.returns) - 1)
        said = f"{NAME_OF[record.name]}: Sharpe {record.sharpe:.2f}"
        axes.plot(times(record.time_ms), earned, color=COLOUR_OF[record.name], linewidth=0.9, label=said)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_ylabel("earned on the slice, %", fontsize=8)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    named(axes, title)
    return Picture(figure, title)
