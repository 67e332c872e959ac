"""What is said of trades: round trips, coins, regimes, costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from data.intervals import utc_text
from organism.report.data import CoinRow, RegimeRow
from organism.report.document import Block, Figure, Heading, Paragraph, Table
from organism.report.in_words.days import UNSIMULATED
from organism.report.in_words.meanings import COSTS
from organism.report.table import number, percent
from organism.views.chapters.costs import EVERY_COIN, CostRow
from organism.views.chapters.trades import SIDES, CloseUp, CoinTrades
from organism.views.chapters.whole import WholeReport

SURE = 0.05
"""P-value up to which a coin is said to differ."""
TRADE_HEADS = (
    "coin", "which", "slice", "side", "entry, UTC", "exit, UTC", "entry price", "exit price", "profit, USDC", "why",
)  # fmt: skip
COIN_HEADS = ("coin", "slice", "Sharpe", "net return", "max drawdown", "trades", "vs others", "p", "without it")
COIN_NOTE = (
    "Vs others: the Sharpe ratio of a coin's days less the mean of the other coins'; p is the chance that luck alone "
    "makes a difference as large, corrected for asking about every coin. The last column is the Sharpe ratio of the "
    "strategy on all coins but this one."
)
REGIME_HEADS = ("regime", "slice", "share of bars", "trades entered", "net return", "Sharpe")
REGIME_NOTE = (
    "A bar counts for the state that its coin was in when the bar before it closed: the last day's volatility by "
    "thirds of the last month, the last week's return against half a standard deviation of chance, and the likelier "
    "of two hidden states of volatility, of a Markov model fitted in sample. The net returns of the states of each "
    "kind add up to that of the slice."
)
COST_HEADS = ("round trips", "gross, USDC", "slippage", "fees", "funding", "net", "costs take")


def untold(report: WholeReport) -> Paragraph:
    """Say why there are no trades to show."""
    return Paragraph(f"It cannot be told here: {report.untraced or UNSIMULATED}.")


def trades(report: WholeReport) -> Iterator[Block]:
    """Say how many round trips there were, and which are worth a close look."""
    if not report.coins:
        yield untold(report)
        return
    rows = tuple(_close_up(coin, one) for coin in report.coins for one in coin.close_ups)
    counted = "; ".join(f"{coin.coin} {coin.n_trades:,}" for coin in report.coins)
    yield Paragraph(f"Round trips: {counted}." if rows else "It never traded.")
    yield Figure("candles")
    if rows:
        yield Heading("Close up")
        yield Figure("closeup")
        yield Table(TRADE_HEADS, rows, frozenset({6, 7, 8}))


def coins(report: WholeReport) -> Iterator[Block]:
    """Say what each coin brought, and whether one differs by more than luck."""
    found = report.said.coins
    if not found:
        yield Paragraph("No coin has been simulated.")
        return
    yield Figure("coins")
    yield Table(COIN_HEADS, tuple(map(_coin, found)), frozenset(range(2, 9)))
    yield Paragraph(f"{_differing(found)}. {COIN_NOTE}", is_note=True)


def regimes(report: WholeReport) -> Iterator[Block]:
    """Say what each state of the market brought."""
    if not report.said.regimes:
        yield Paragraph("It was judged before regimes were measured.")
        return
    yield Figure("regimes")
    # What never was is no row; the unknown is shown where there is any.
    rows = tuple(_regime(row) for row in report.said.regimes if row.share_bars > 0.0)
    yield Table(REGIME_HEADS, rows, frozenset(range(2, 6)))
    yield Paragraph(REGIME_NOTE, is_note=True)


def costs(report: WholeReport) -> Iterator[Block]:
    """Say what trading earned, and what became of it."""
    if not report.costs:
        yield untold(report)
        return
    yield Figure("costs")
    yield Table(
        ("slice", "coin", *COST_HEADS),
        tuple((row.slice, row.coin, *cost_cells(row)) for row in report.costs),
        frozenset(range(2, 9)),
        sums=frozenset(place for place, row in enumerate(report.costs) if row.coin == EVERY_COIN),
    )
    yield COSTS


def cost_cells(row: CostRow) -> tuple[str, ...]:
    """Return what stands below `COST_HEADS`; what was paid is positive."""
    amounts = (row.gross, row.slippage, row.fees, row.funding, row.net)
    taken = "no gross profit" if row.share_of_gross is None else percent(row.share_of_gross)
    return (f"{row.n_trades:,}", *(f"{usdc:,.2f}" for usdc in amounts), taken)


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


def _coin(row: CoinRow) -> tuple[str, ...]:
    return (
        row.coin,
        row.slice,
        number(row.sharpe),
        percent(row.net_return, sign=True),
        percent(row.max_drawdown),
        f"{row.n_trades:,}",
        *("" if value is None else number(value) for value in (row.difference, row.p_value, row.sharpe_without)),
    )


def _differing(rows: Sequence[CoinRow]) -> str:
    """Say which coins differ by more than luck would have them differ."""
    named = [
        f"{row.coin} does {'better' if row.difference > 0.0 else 'worse'} in {row.slice}"
        for row in rows
        if row.difference is not None and row.p_value is not None and row.p_value <= SURE
    ]
    if len({row.coin for row in rows}) < 2:
        return "There is no other coin to compare with"
    return ", ".join(named) if named else "No coin differs from the others by more than luck"


def _regime(row: RegimeRow) -> tuple[str, ...]:
    return (
        f"{row.kind}: {row.state}",
        row.slice,
        percent(row.share_bars),
        f"{row.n_trades:,}",
        percent(row.net_return, sign=True),
        number(row.sharpe),
    )
