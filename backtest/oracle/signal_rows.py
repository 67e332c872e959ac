"""A market and its signals laid out for an engine that does one thing a row.

Each bar has four rows. The first two are its open: what is held may close on the first, and on the second what
reverses opens again. The third is the bar itself, on which stops and targets are met, the entry bar included, since
the engine checks them from the row after the entry on. The fourth is the close before a border. Rows on which stops
must not be looked for have no prices but the one that fills.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.signals import Signals
from data.market import BoolArray, FloatArray, IntArray, Market

CLOSING, ENTERING, INSIDE, BORDER, ROWS_PER_BAR = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class SignalRows:
    """Every array has shape (4 * n_bars,)."""

    fill_price: FloatArray
    """NaN where no signal can be."""
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    long_entry: BoolArray
    long_exit: BoolArray
    short_entry: BoolArray
    short_exit: BoolArray
    last_row: IntArray
    """Shape (n_bars,): the row after which each bar is marked."""


def signal_rows(market: Market, signals: Signals, start: int, stop: int, *, reverse: bool) -> SignalRows:
    """Lay out the bars [start, stop); the levels of a bar stand on the rows of the next, unless a border is between.

    Two entries at once are none. All other conflicts are left to the engine.
    """
    bars = slice(start, stop)
    available = market.is_available[bars]
    before, after = np.zeros_like(available), np.zeros_like(available)
    before[1:], after[:-1] = available[:-1], available[1:]
    can_fill, is_border = available & before, available & ~after
    prices = {name: getattr(market, name)[bars] for name in ("open", "high", "low", "close")}
    inside = {name: _rows(values.size, {INSIDE: values}) for name, values in prices.items()}
    inside["close"] = _rows(
        available.size, {INSIDE: prices["close"], BORDER: np.where(is_border, prices["close"], np.nan)}
    )
    fill_price = {CLOSING: prices["open"], ENTERING: prices["open"], BORDER: prices["close"]}
    long_entry, long_exit, short_entry, short_exit = (_late(level[bars]) & can_fill for level in signals.to_bools())
    both = long_entry & short_entry
    return SignalRows(
        fill_price=_rows(available.size, fill_price),
        **inside,
        long_entry=_levels(long_entry & ~both, reverse),
        short_entry=_levels(short_entry & ~both, reverse),
        long_exit=_levels(long_exit, reverse, is_border),
        short_exit=_levels(short_exit, reverse, is_border),
        last_row=np.arange(available.size) * ROWS_PER_BAR + np.where(is_border, BORDER, INSIDE),
    )


def _late(level: BoolArray) -> BoolArray:
    """Return the level one bar later."""
    late = np.zeros_like(level)
    late[1:] = level[:-1]
    return late


def _rows(n_bars: int, columns: dict[int, FloatArray]) -> FloatArray:
    table: FloatArray = np.full((n_bars, ROWS_PER_BAR), np.nan)
    for column, values in columns.items():
        table[:, column] = values
    return table.ravel()


def _levels(level: BoolArray, reverse: bool, at_border: BoolArray | None = None) -> BoolArray:
    """Show a level at the open: twice if what closes may enter again the other way round, else once."""
    table: NDArray[np.bool_] = np.zeros((level.size, ROWS_PER_BAR), dtype=np.bool_)
    table[:, CLOSING] = level
    if reverse:
        table[:, ENTERING] = level
    if at_border is not None:
        table[:, BORDER] = at_border
    return table.ravel()
