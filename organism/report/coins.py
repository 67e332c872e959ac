"""The table of coins on a strategy's page."""

from __future__ import annotations

from organism.report.data import CoinRow
from organism.report.markup import Markup, element, join
from organism.report.table import number, percent, table

SURE = 0.05
"""P-value up to which a coin is said to differ."""


def coins_table(coins: tuple[CoinRow, ...]) -> Markup:
    if not coins:
        return element("p", "No coin has been simulated.")
    rows = [
        (
            row.coin,
            row.slice,
            number(row.sharpe),
            percent(row.net_return, sign=True),
            percent(row.max_drawdown),
            f"{row.n_trades:,}",
            *(_known(value) for value in (row.difference, row.p_value, row.sharpe_without)),
        )
        for row in coins
    ]
    headings = ("coin", "slice", "Sharpe", "net return", "max drawdown", "trades")
    beside = ("vs others", "p", "without it")
    return join(
        table((*headings, *beside), rows, numbers=set(range(2, 9))),
        element("p", _coin_words(coins), class_="note"),
    )


def _known(value: float | None) -> str:
    return "" if value is None else number(value)


def _coin_words(coins: tuple[CoinRow, ...]) -> str:
    """Say which coins differ by more than luck would have them differ."""
    explained = (
        "Vs others: the Sharpe ratio of a coin's days less the mean of the other coins'; p is the chance that "
        "luck alone makes a difference as large, corrected for asking about every coin. The last column is the Sharpe "
        "ratio of the strategy on all coins but this one."
    )
    named = [
        f"{row.coin} does {'better' if row.difference > 0.0 else 'worse'} in {row.slice}"
        for row in coins
        if row.difference is not None and row.p_value is not None and row.p_value <= SURE
    ]
    found = ", ".join(named) if named else "No coin differs from the others by more than luck"
    return f"{found}. {explained}"
