"""The table of regimes on a strategy's page."""

from __future__ import annotations

from organism.report.data import RegimeRow
from organism.report.markup import Markup, element, join
from organism.report.table import number, percent, table


def regimes_table(rows: tuple[RegimeRow, ...]) -> Markup:
    """Return what was earned in each state of volatility and of trend, slice by slice."""
    if not rows:
        return element("p", "It was judged before regimes were measured.")
    texts = [
        (
            f"{row.kind}: {row.state}",
            row.slice,
            percent(row.share_bars),
            f"{row.n_trades:,}",
            percent(row.net_return, sign=True),
            number(row.sharpe),
        )
        for row in rows
        # What never was is no row; the unknown is shown where there is any.
        if row.share_bars > 0.0
    ]
    heads = ("regime", "slice", "share of bars", "trades", "net return", "Sharpe")
    return join(
        table(heads, texts, numbers={2, 3, 4, 5}),
        element(
            "p",
            "A bar counts for the state that its coin was in when the bar before it closed: the last day's volatility "
            "by thirds of the last month, the last week's return against half a standard deviation of chance, and the "
            "likelier of two hidden states of volatility, of a Markov model fitted in sample. The net returns of the "
            "states of each kind add up to that of the slice.",
            class_="note",
        ),
    )
