"""The fused simulation of one sleeve: everything docs/semantics.md asks for, and the statistics, in one compiled call.

The kernel never looks at a bar that cannot matter. While flat it jumps to the next entry by the packed levels; while
holding it knows the bar of the next exit and looks for a price that meets a level before, many bars at a time. Only
then is the position marked: the equity on the bars held, one after the other, is all that the statistics need.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from backtest.kernel_ahead import BARS_AHEAD, SMALL_BARS, ask_ahead, ask_next
from backtest.kernel_curve import curve_statistics
from backtest.kernel_equity import add_changes, close_blocks, mark
from backtest.kernel_levels import ENTERS, LONG_ENDS, LONG_ENTRY, combine, is_reversal, is_set, next_bar
from backtest.kernel_rules import (
    BORDER,
    CAPITAL,
    LIQUIDATION,
    MAX_HOLD,
    MAX_HOLD_BARS,
    REVERSAL,
    REVERSE,
    SCALE,
    SIGNAL,
    order_size,
    protection,
    quote,
)
from backtest.kernel_touch import find_touch
from backtest.layout import OPEN, PAID, MarketArrays, Sizing
from backtest.metrics import write_metrics
from backtest.prepared import FEE, SLIPPAGE
from backtest.result import RUIN_SHARE, FloatArray, IntArray
from backtest.signals import WordArray
from backtest.workspace import (
    CAPPED,
    DRAWDOWN,
    EQUITY,
    FORCED,
    HELD,
    LIQUIDATED,
    NEVER,
    RUINED,
    SKIPPED,
    SUM_NEGATIVE,
    SUM_R,
    SUM_RR,
    TRADED,
    WINS,
    Room,
)
from data.jit import inlined


class Spans(NamedTuple):
    """Which bars are simulated."""

    segments: IntArray
    """Runs of available bars inside the slice, shape (n, 2); see `PreparedMarket.segments`."""
    block_ends: IntArray
    """The first bar after each block; see `Workspace.block_ends`."""


@inlined
def simulate_sleeve(
    market: MarketArrays, sizing: Sizing, levels: WordArray, settings: FloatArray, spans: Spans, room: Room
) -> int:
    """Simulate one sleeve; fill the room and return the number of trades.

    Arrays in, arrays out, nothing of Python: for `run_kernel`, and for loops over many strategies in compiled code.

    Parameters
    ----------
    levels
        Shape (N_LEVELS, n_words): the four levels of the strategy in the first rows; the others are overwritten.
    settings
        Shape (N_SETTINGS,), see `write_settings`.
    """
    fee, slip, scale = market.terms[FEE], market.terms[SLIPPAGE], settings[SCALE]
    max_hold, reverse = int(settings[MAX_HOLD_BARS]), settings[REVERSE] > 0.0
    segments, block_ends = spans.segments, spans.block_ends
    equity, change, totals, blocks = room.equity, room.change, room.totals, room.blocks
    combine(levels, reverse)
    cash = settings[CAPITAL]
    ruin = RUIN_SHARE * cash
    is_ruined = False
    equity[0] = cash
    last = 0  # place of the last equity
    books = (0, cash)
    row, keeps = 0, change.size > 0
    asked = 0 if market.marks.shape[1] > SMALL_BARS else NEVER
    totals[:] = 0.0
    blocks[:] = 0.0
    for segment in range(segments.shape[0]):
        decision, end = segments[segment, 0], segments[segment, 1]
        side, foreseen, upcoming = 0, -1, -1
        while not is_ruined:
            if side == 0:
                decision = upcoming if decision == foreseen else next_bar(levels, ENTERS, decision, end - 1)
                if decision >= end - 1:
                    break
                side = 1 if is_set(levels, LONG_ENTRY, decision) else -1
            while decision >= asked - BARS_AHEAD:
                asked = ask_ahead(market, sizing, levels, asked)
            # Entry at the open after the decision.
            entry_bar, sign, way = decision + 1, float(side), (1 - side) >> 1
            fill = quote(market, entry_bar, OPEN) * (1.0 + sign * slip)
            quantity, leverage, is_capped = order_size(
                market, entry_bar, _at(sizing.exposure, decision) * scale, cash, fill
            )
            totals[CAPPED] += is_capped
            if quantity <= 0.0:
                totals[SKIPPED] += 1.0
                # If a reversal has closed at this open, the bar is accounted flat.
                if cash != equity[last]:
                    books = close_blocks(blocks, block_ends, books, (entry_bar, last), equity, entry_bar, last)
                    last += 1
                    equity[last] = cash
                    if keeps:
                        add_changes(change, equity, entry_bar, (last - 1, last))
                decision, side = entry_bar, 0
                continue
            before = cash
            entry_fee = fee * quantity * fill
            cash -= entry_fee
            totals[TRADED] += quantity * fill
            if cash <= ruin:
                is_ruined = True
                break
            # What closes it.
            event = next_bar(levels, LONG_ENDS + way, entry_bar, end)
            planned = (event + 1, SIGNAL)
            if entry_bar + max_hold <= event + 1:
                planned = (entry_bar + max_hold, MAX_HOLD)
            foreseen, upcoming = planned[0], ask_next(market, sizing, levels, planned[0], end)
            protected = protection(settings, sign, fill, _at(sizing.distance, decision))
            bar, reason, price = find_exit(market, way, (sign, fill, leverage), protected, entry_bar, planned, end)
            # Marks at the closes before that.
            at_entry, paid_before = last, quote(market, entry_bar, PAID + way)
            held = (cash, quantity, sign * fill - paid_before)
            lives = mark(market.marks, way, held, (entry_bar, bar), equity, last, ruin)
            if lives:
                last += bar - entry_bar
            else:
                while equity[last] > ruin:
                    last += 1
            if keeps:
                add_changes(change, equity, entry_bar, (at_entry, last))
            if not lives:
                totals[HELD] += last - at_entry
                is_ruined = True
                break
            books = close_blocks(blocks, block_ends, books, (entry_bar, at_entry), equity, bar, last)
            # The fill that closes it.
            funding, exit_fee = quantity * (quote(market, bar, PAID + way) - paid_before), 0.0
            if reason == LIQUIDATION:
                cash -= quantity * fill / leverage
            else:
                exit_fee = fee * quantity * price
                cash += sign * quantity * (price - fill) - funding - exit_fee
            turns = reason == SIGNAL and reverse and is_reversal(levels, side, event)
            totals[TRADED] += quantity * price
            totals[HELD] += bar - entry_bar + (reason not in (SIGNAL, MAX_HOLD))
            totals[WINS] += cash > before
            totals[FORCED] += reason == BORDER
            totals[LIQUIDATED] += reason == LIQUIDATION
            if room.trades.shape[0] > 0:
                prices, sums = (quantity, fill, price), (entry_fee + exit_fee, funding, cash - before)
                write_trade(room.trades[row], (entry_bar, bar, side), prices, sums, REVERSAL if turns else reason)
            row += 1
            is_ruined = cash <= ruin
            if turns and not is_ruined:
                decision, side = event, -side
                continue
            last += 1
            equity[last] = cash
            if keeps:
                add_changes(change, equity, bar, (last - 1, last))
            decision, side = bar, 0
    if is_ruined:
        blocks[:] = np.nan
    else:
        close_blocks(blocks, block_ends, books, (0, last), equity, NEVER, last)
        totals[SUM_R : DRAWDOWN + 1] = curve_statistics(equity, last, room.lanes)
    totals[EQUITY], totals[RUINED] = equity[last], is_ruined
    return row


@inlined
def find_exit(
    market: MarketArrays,
    way: int,
    position: tuple[float, float, float],
    levels: tuple[float, float, float],
    entry_bar: int,
    planned: tuple[int, int],
    end: int,
) -> tuple[int, int, float]:
    """Return bar, reason and price of the fill that closes a position in a segment that ends before bar `end`.

    `planned` is the bar whose open closes it if no level is met before, and the reason.
    """
    last = min(planned[0], end)
    bar, reason, price = find_touch(market, way, position, levels, entry_bar, last)
    if bar < last:
        return bar, reason, price
    sign, slip = position[0], market.terms[SLIPPAGE]
    if planned[0] < end:
        return planned[0], planned[1], market.quotes[planned[0], OPEN] * (1.0 - sign * slip)
    close = sign * (market.marks[way, end - 1] + quote(market, end - 1, PAID + way))
    return end - 1, BORDER, close * (1.0 - sign * slip)


@inlined
def _at(values: FloatArray, bar: int) -> float:
    return float(values[bar] if values.size > 1 else values[0])


@inlined
def write_trade(
    row: FloatArray,
    bars: tuple[int, int, int],
    prices: tuple[float, float, float],
    sums: tuple[float, float, float],
    reason: int,
) -> None:
    """Write a round trip into shape (N_TRADE_COLUMNS,).

    Bars are entry, exit and the side; prices quantity, entry and exit; sums fees, funding and profit.
    """
    row[0], row[1], row[2] = bars
    row[3], row[4], row[5] = prices
    row[6], row[7], row[8] = sums
    row[9] = reason


@inlined
def sleeve_metrics(
    row: FloatArray, totals: FloatArray, n_trades: int, n_bars: int, capital: float, bars_per_year: float
) -> None:
    """Write the metrics of a sleeve over `n_bars` bars from what `simulate_sleeve` made of it; see `write_metrics`."""
    write_metrics(
        row,
        n_bars,
        (totals[SUM_R], totals[SUM_RR], totals[SUM_NEGATIVE]),
        totals[EQUITY] / capital,
        totals[DRAWDOWN],
        totals[TRADED] / capital,
        totals[HELD] / n_bars,
        n_trades - int(totals[FORCED]),
        int(totals[FORCED]),
        int(totals[WINS]),
        bars_per_year,
        totals[RUINED] > 0.0,
    )
