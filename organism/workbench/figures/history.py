"""A market as it was."""

from __future__ import annotations

from collections.abc import Mapping

from data.market import Market
from organism.workbench.figures.canvas import BLUE, GREY, RED, Picture, canvas, named
from organism.workbench.tables import times


def price_and_funding(market: Market) -> Picture:
    """Draw the close of each bar, on a scale of ratios, and the funding rate below it."""
    figure, (above, below) = canvas(2, height=3.8)
    opens = times(market.time_ms)
    above.semilogy(opens, market.close, color=BLUE, linewidth=0.7)
    above.set_ylabel("close, USDC", fontsize=8)
    named(above, market.coin)
    below.plot(opens, 1e4 * market.funding_rate, color=GREY, linewidth=0.4)
    below.set_ylabel("funding, bps an hour", fontsize=8)
    return Picture(figure, f"{market.coin}, close and funding rate of {market.n_bars:,} bars")


def closes(markets: Mapping[str, Market]) -> Picture:
    """Draw the closes of up to three markets in one picture, on a scale of ratios."""
    figure, (axes,) = canvas()
    for (name, market), colour in zip(markets.items(), (BLUE, RED, GREY), strict=False):
        axes.semilogy(times(market.time_ms), market.close, color=colour, linewidth=0.7, label=name)
    axes.set_ylabel("close, USDC", fontsize=8)
    axes.legend(frameon=False, fontsize=8)
    named(axes, ", ".join(markets))
    return Picture(figure, f"closes of {', '.join(markets)}")
