"""Chapters about trades: candles, coins, regimes, costs."""

from __future__ import annotations

from collections.abc import Sequence

from organism.report.chapter import Chapter, note
from organism.report.coins import coins_table
from organism.report.markup import Markup, element
from organism.report.plots.bars import coins_figure, costs_figure, regimes_figure
from organism.report.plots.candles import candles_figure, close_up_figure, close_up_label
from organism.report.plots.slot import Choice, Slot, slot_markup
from organism.report.regimes import regimes_table
from organism.report.table import cells, framed, percent
from organism.report.words import COSTS, words
from organism.views.chapters.costs import EVERY_COIN, CostRow
from organism.views.chapters.trades import BARS_AROUND, CoinTrades
from organism.views.chapters.whole import WholeReport

NOT_TRADED = "nothing was simulated, or a sleeve was ruined"


def candles_chapter(report: WholeReport) -> Chapter:
    """Return candles with trades: the whole, and single ones close up."""
    title = "Candles and trades"
    if not report.coins:
        return Chapter("trades", title, (untold(report),))
    whole = Slot(
        "candles",
        "Days of one coin with the trades of the rule at the prices of their fills, the newest half year first: choose "
        "a longer time above, drag to look closer, point at a mark for the trade.",
        tuple(Choice(candles_figure(coin), coin.coin) for coin in report.coins),
        fits=True,
    )
    close = tuple(
        Choice(close_up_figure(coin, one), close_up_label(coin, one)) for coin in report.coins for one in coin.close_ups
    )
    drawn = note(_drawn(report.coins))
    if not close:
        return Chapter("trades", title, (element("p", "It never traded."), slot_markup(whole), drawn), (whole,))
    near = Slot(
        "closeup",
        f"One trade on the bars it was made on, with {BARS_AROUND} of them before and after: of each coin its best, "
        "its worst, its longest and its newest.",
        close,
    )
    content = (slot_markup(whole), drawn, element("h3", "Close up"), slot_markup(near))
    return Chapter("trades", title, content, (whole, near))


def coins_chapter(report: WholeReport) -> Chapter:
    """Return what each coin brought."""
    rows = report.said.coins
    if not rows:
        return Chapter("coins", "Coin by coin", (coins_table(rows),))
    slot = Slot("coins", "Net return of each coin's sleeve, by slice.", (Choice(coins_figure(rows)),))
    return Chapter("coins", "Coin by coin", (slot_markup(slot), coins_table(rows)), (slot,))


def regimes_chapter(report: WholeReport) -> Chapter:
    """Return what each state of the market brought."""
    rows = report.said.regimes
    if not rows:
        return Chapter("regimes", "Regime by regime", (regimes_table(rows),))
    about = "Net return on the bars of each state that was known; the table has the unknown too."
    slot = Slot("regimes", about, (Choice(regimes_figure(rows)),))
    return Chapter("regimes", "Regime by regime", (slot_markup(slot), regimes_table(rows)), (slot,))


def costs_chapter(report: WholeReport) -> Chapter:
    """Return what became of the gross profit."""
    title = "What costs took"
    if not report.costs:
        return Chapter("costs", title, (untold(report),))
    about = "From the gross to the net profit of each slice, as shares of its capital."
    slot = Slot("costs", about, (Choice(costs_figure(report.costs)),))
    return Chapter("costs", title, (slot_markup(slot), _costs_table(report.costs), words(COSTS)), (slot,))


def untold(report: WholeReport) -> Markup:
    """Say why there are no trades to show."""
    return element("p", f"It cannot be told here: {report.untraced or NOT_TRADED}.")


def _drawn(coins: Sequence[CoinTrades]) -> str:
    cut = [f"{coin.coin} {len(coin.marks):,} of {coin.n_trades:,}" for coin in coins if len(coin.marks) < coin.n_trades]
    every = "Every trade of the slices that were judged is drawn."
    newest = f"Of the trades the newest are drawn: {', '.join(cut)}."
    return (
        f"{newest if cut else every} A candle is a UTC day; gaps are the embargo after each border, and time that was "
        "not judged or not traded. An upward triangle goes long, a downward one short; a circle comes out with a "
        "profit, a cross with a loss."
    )


def _costs_table(rows: Sequence[CostRow]) -> Markup:
    heads = ("slice", "coin", "round trips", "gross", "slippage", "fees", "funding", "net", "costs of gross")
    lines = []
    for row in rows:
        texts = (
            row.slice,
            row.coin,
            f"{row.n_trades:,}",
            *(f"{value:,.2f}" for value in (row.gross, row.slippage, row.fees, row.funding, row.net)),
            "no profit" if row.share_of_gross is None else percent(row.share_of_gross),
        )
        lines.append(cells("td", texts, set(range(2, 9)), **({"class_": "sum"} if row.coin == EVERY_COIN else {})))
    return framed(heads, lines, numbers=set(range(2, 9)))
