"""The figures of the report of one strategy, by the names of their places; none where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from organism.report.heat_maps import plane_map
from organism.report.in_words.neighbours import PLANE
from organism.report.markup import Markup
from organism.report.months import months_table
from organism.report.plots.bars import coins_figure, costs_figure, regimes_figure, spread_figure
from organism.report.plots.by_time import equity_figure, fan_figure, growth_figure, rolling_figure, underwater_figure
from organism.report.plots.candles import candles_figure, close_up_figure, close_up_label
from organism.report.plots.look import slice_text
from organism.report.plots.origins import ancestry_figure, chance_figure, neighbours_figure
from organism.report.plots.slot import Choice, Slot
from organism.views.chapters.rolling import WINDOW_DAYS
from organism.views.chapters.trades import BARS_AROUND, CoinTrades
from organism.views.chapters.whole import WholeReport


def strategy_slots(report: WholeReport) -> tuple[Slot, ...]:
    """Return the figures that answer to the reader, in the order of the chapters."""
    return (*_trades(report.coins), *_equity(report), *_shares(report), *_chances(report), *_origins(report))


def strategy_pictures(report: WholeReport) -> dict[str, Markup]:
    """Return what is drawn without a script: months and neighbours, coloured."""
    drawn = {"months": months_table(report.years)} if report.years else {}
    swept = report.neighbourhood
    return drawn if swept is None or swept.plane is None else drawn | {PLANE: plane_map(swept.plane)}


def _trades(coins: Sequence[CoinTrades]) -> Iterator[Slot]:
    if coins:
        about = (
            "Days of one coin with the trades of the rule at the prices of their fills, the newest half year first: "
            f"choose a longer time above, drag to look closer, point at a mark for the trade. {_drawn(coins)} A candle "
            "is a UTC day; gaps are the embargo after each border, and time that was not judged or not traded. An "
            "upward triangle goes long, a downward one short; a circle comes out with a profit, a cross with a loss."
        )
        yield Slot("candles", about, tuple(Choice(candles_figure(coin), coin.coin) for coin in coins), fits=True)
    near = tuple(
        Choice(close_up_figure(coin, one), close_up_label(coin, one)) for coin in coins for one in coin.close_ups
    )
    if near:
        about = (
            f"One trade on the bars it was made on, with {BARS_AROUND} of them before and after: of each coin its "
            "best, its worst, its longest and its newest."
        )
        yield Slot("closeup", about, near)


def _drawn(coins: Sequence[CoinTrades]) -> str:
    cut = [f"{coin.coin} {len(coin.marks):,} of {coin.n_trades:,}" for coin in coins if len(coin.marks) < coin.n_trades]
    newest = f"Of the trades the newest are drawn: {', '.join(cut)}."
    return newest if cut else "Every trade of the slices that were judged is drawn."


def _equity(report: WholeReport) -> Iterator[Slot]:
    if report.equity:
        about = "Net return since the start of each slice, after all costs; thinned, every peak and trough is kept."
        choices = (
            Choice(equity_figure(report.equity), "net return"),
            Choice(growth_figure(report.equity), "growth, logarithmic"),
        )
        yield Slot("equity", about, choices)
        about = "How far below its highest so far the equity of each slice stood, close to close."
        yield Slot("underwater", about, (Choice(underwater_figure(report.equity)),))
    if report.rolling:
        about = f"Sharpe ratio of the {WINDOW_DAYS} days up to each day; a window never reaches over a border."
        yield Slot("rolling", about, (Choice(rolling_figure(report.rolling)),))


def _shares(report: WholeReport) -> Iterator[Slot]:
    said = report.said
    if said.coins:
        yield Slot("coins", "Net return of each coin's sleeve, by slice.", (Choice(coins_figure(said.coins)),))
    if said.regimes:
        about = "Net return on the bars of each state that was known; the table has the unknown too."
        yield Slot("regimes", about, (Choice(regimes_figure(said.regimes)),))
    if report.costs:
        about = "From the gross to the net profit of each slice, as shares of its capital."
        yield Slot("costs", about, (Choice(costs_figure(report.costs)),))


def _chances(report: WholeReport) -> Iterator[Slot]:
    if report.neighbourhood is not None and report.neighbourhood.rows:
        about = "In-sample Sharpe ratio as each number of the rule is turned by itself, all others staying as they are."
        yield Slot("neighbours", about, (Choice(neighbours_figure(report.neighbourhood)),))
    if report.fans:
        about = (
            "Equity of the days drawn again in blocks: half of the paths in the inner band, nine of ten in the outer."
        )
        choices = tuple(Choice(fan_figure(fan), slice_text(fan.slice)) for fan in report.fans)
        # What the search never saw says most.
        yield Slot("fan", about, choices, chosen=len(choices) - 1)
    if report.spreads is not None:
        about = "Share of days by their return, and what a normal distribution as wide as the last slice would have."
        yield Slot("days", about, (Choice(spread_figure(report.spreads)),))


def _origins(report: WholeReport) -> Iterator[Slot]:
    descent = ancestry_figure(report.ancestry)
    if descent is not None:
        yield Slot("lineage", "Its ancestors by generation, a line from parent to child.", (Choice(descent),))
    if report.chance is not None:
        about = f"What the best of so many rules without an edge would show on {report.chance.n_days:,} in-sample days."
        yield Slot("trials", about, (Choice(chance_figure(report.chance)),))
