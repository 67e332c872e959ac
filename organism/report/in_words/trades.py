"""Trades in words: round trips, coins, regimes, costs."""

from __future__ import annotations

from data.intervals import utc_text
from organism.report.document import Paragraph, Section, Table
from organism.report.in_words.meanings import meanings
from organism.report.table import number, percent
from organism.report.words import COSTS
from organism.views.chapters.costs import CostRow
from organism.views.chapters.trades import CloseUp, CoinTrades
from organism.views.chapters.whole import WholeReport

SIDES = {1: "long", -1: "short"}


def untold(report: WholeReport) -> Paragraph:
    """Return why there are no trades."""
    return Paragraph(f"Not known here: {report.untraced}." if report.untraced else "Nothing was traded.")


def trades_section(report: WholeReport) -> Section:
    """Return the trades of each coin that are worth a close look."""
    rows = tuple(_close_up(coin, one) for coin in report.coins for one in coin.close_ups)
    if not rows:
        return Section("Trades", (untold(report),))
    heads = (
        "coin",
        "which",
        "slice",
        "side",
        "entry, UTC",
        "exit, UTC",
        "entry price",
        "exit price",
        "profit, USDC",
        "why",
    )
    counted = "; ".join(f"{coin.coin} {coin.n_trades:,}" for coin in report.coins)
    return Section("Trades", (Paragraph(f"Round trips: {counted}."), Table(heads, rows, frozenset({6, 7, 8}))))


def coins_section(report: WholeReport) -> Section:
    """Return what each coin brought."""
    rows = tuple(
        (
            row.coin,
            row.slice,
            number(row.sharpe),
            percent(row.net_return, sign=True),
            percent(row.max_drawdown),
            f"{row.n_trades:,}",
            *("" if value is None else number(value) for value in (row.difference, row.p_value, row.sharpe_without)),
        )
        for row in report.said.coins
    )
    if not rows:
        return Section("Coin by coin", (Paragraph("No coin has been simulated."),))
    heads = ("coin", "slice", "Sharpe", "net return", "max drawdown", "trades", "vs others", "p", "without it")
    note = (
        "Vs others: the Sharpe ratio of a coin's days less the mean of the other coins'; p is the chance that luck "
        "alone makes a difference as large, corrected for asking about every coin. The last column is the Sharpe ratio "
        "of the strategy on all coins but this one."
    )
    return Section("Coin by coin", (Table(heads, rows, frozenset(range(2, 9))), Paragraph(note, is_note=True)))


def regimes_section(report: WholeReport) -> Section:
    """Return what each state of the market brought."""
    rows = tuple(
        (
            row.kind,
            row.state,
            row.slice,
            percent(row.share_bars),
            f"{row.n_trades:,}",
            percent(row.net_return, sign=True),
            number(row.sharpe),
        )
        for row in report.said.regimes
    )
    if not rows:
        return Section("Regime by regime", (Paragraph("It was judged before regimes were measured."),))
    heads = ("kind", "state", "slice", "share of bars", "entered", "net return", "Sharpe")
    return Section("Regime by regime", (Table(heads, rows, frozenset(range(3, 7))),))


def costs_section(report: WholeReport) -> Section:
    """Return what trading earned, and what became of it."""
    if not report.costs:
        return Section("Costs", (untold(report),))
    heads = ("slice", "coin", "round trips", "gross, USDC", "slippage", "fees", "funding", "net", "costs take")
    rows = tuple(cost_cells(row) for row in report.costs)
    return Section("Costs", (Table((heads), rows, frozenset(range(2, 9))), meanings(COSTS)))


def cost_cells(row: CostRow) -> tuple[str, ...]:
    """Return a row of the table of costs."""
    amounts = (row.gross, -row.slippage, -row.fees, -row.funding, row.net)
    taken = "no gross profit" if row.share_of_gross is None else percent(row.share_of_gross)
    return (row.slice, row.coin, f"{row.n_trades:,}", *(f"{usdc:,.2f}" for usdc in amounts), taken)


def _close_up(coin: CoinTrades, one: CloseUp) -> tuple[str, ...]:
    marks, place = coin.marks, one.place
    return (
        coin.coin,
        one.why,
        marks.slice[place],
        SIDES[int(marks.side[place])],
        utc_text(int(marks.entry_ms[place])),
        utc_text(int(marks.exit_ms[place])),
        f"{marks.entry_price[place]:,.6g}",
        f"{marks.exit_price[place]:,.6g}",
        f"{marks.profit[place]:+,.2f}",
        marks.reason[place],
    )
