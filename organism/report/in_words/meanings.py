"""What the statistics of a report mean, and what they do not mean."""

from __future__ import annotations

from organism.report.document import Terms
from organism.views.chapters.fan import Fan

GLANCE = Terms(
    {
        "Sharpe": "Mean over deviation of the returns of all bars, flat ones included, times the root of the bars in a "
        "year; from the summed equity of all coins. On one year of bars it is uncertain by about one, either way.",
        "net return": "Of the capital at the slice's start, after fees, slippage and funding, at the frozen scale.",
        "deepest fall": "From the highest equity so far, close to close. It does not say how deep the next one is.",
        "longest below a peak": "Until equity stood as high again, or until the slice ended.",
    }
)
ROLLING = Terms(
    {
        "rolling Sharpe": "Of the 90 days up to each day, from returns by UTC day. A window of 90 days is uncertain by "
        "about two, either way: waves of that size are what a steady rule shows as well.",
        "below 0": "Share of the windows whose days lost. Neighbouring windows share most of their days, so that they "
        "are far fewer answers than there are windows.",
    }
)
COSTS = Terms(
    {
        "gross": "What the trades earned at quoted prices: opens, levels and closes, before anything was paid.",
        "slippage": "How much worse every market order fills: 2 bps for BTC and ETH, 5 bps for the others. Targets are "
        "resting orders and do not slip. A fixed share, not a model of the order book.",
        "fees": "Taker fee of 4.5 bps on the notional of both fills.",
        "funding": "Paid to the other side while held; negative where it was received. Unknown funding is charged at a "
        "pessimistic rate.",
        "net": "Gross less slippage, fees and funding, to the cent: the change of equity over the slice.",
        "costs take": "Slippage, fees and funding together, as a share of the gross profit.",
        "round trips": "Those that the border of a slice closed are among them; the gates leave these out.",
    }
)
SPREAD = Terms(
    {
        "5 % worst day": "One day in twenty was worse (value at risk); the shortfall is the mean of those days.",
        "skew": "Below 0 the extreme days are the bad ones.",
        "excess kurtosis": "Above 0 extreme days are more frequent than a normal distribution has them. Both rest on a "
        "few days and move with each of them.",
    }
)
NEIGHBOURS = Terms(
    {
        "it says": "A rule that has found something stands on a hill: its neighbours are nearly as good. One that was "
        "fitted stands on a needle.",
        "it does not say": "That a better neighbour is better: to take the best of them would be to fit again, on bars "
        "that have been looked at thousands of times. All of it is in sample, at the rule's own scale.",
    }
)
CHANCE = Terms(
    {
        "best by luck": "Of so many rules without an edge the best is expected to show this Sharpe ratio on as many "
        "days (Bailey and Lopez de Prado 2014). It takes the rules as independent; those of an evolution resemble one "
        "another, so that luck gives less.",
        "it does not say": "That a rule above the line has an edge: it may be the drift of the market, or one that has "
        "ended. What speaks for a rule are slices that the search never saw.",
    }
)


def fan_terms(fan: Fan) -> Terms:
    """Return how a fan was made, and what it says."""
    return Terms(
        {
            "how": f"The days of a slice are drawn again {fan.n_paths:,} times (seed {fan.seed}) in blocks whose "
            "length varies around a mean that suits their memory: stationary bootstrap, Politis and Romano 1994; mean "
            "length after Politis and White 2004.",
            "losing": "Share of the paths that end below their start.",
            "deepest fall": "Of the path that was, by day; beside it those of the median path, and of the path that "
            "one in twenty falls further than.",
            "it says": "How far chance alone could have carried the same days in another mixture: how lucky the path, "
            "and how shallow the fall, that was.",
            "it does not say": "Whether the mean is real: every path is made of the days that were, so that the fan is "
            "centred on what happened. In sample these days were chosen for their mean.",
        }
    )
