"""Asking for memory before it is needed, for the compiled kernel.

The quotes of a small history lie in a slow part of the cache, those of a large one in main memory, where a line takes
longer than a whole trade. But where entries are decided is known before anything is simulated: so what their trades
begin with is asked for ahead. Nothing but time depends on it.
"""

from __future__ import annotations

import numpy as np

from backtest.kernel_levels import ENTERS, LONG_ENTRY, ONE, is_set, lowest_bit, next_bar
from backtest.layout import FAR_SHIFT, LINE_ITEMS, N_FAR, N_PATH, N_QUOTE, NEAR_BARS, NEAR_SHIFT, MarketArrays, Sizing
from backtest.signals import WordArray
from data.jit import fetch_line, inlined

SMALL_BARS = 1 << 16
"""Histories that the cache holds."""
BARS_AHEAD = 1 << 11
"""Bars of a stretch: some dozens of trades, whose lines the cache holds until they are used."""
SIGN_BIT = np.uint64(63)


@inlined
def ask_next(market: MarketArrays, sizing: Sizing, levels: WordArray, bar: int, end: int) -> int:
    """Ask for the fill at the open of a bar, and for the next entry decided on it or after; return that decision."""
    decision = next_bar(levels, ENTERS, bar, end - 1)
    fetch_line(market.quotes, bar * N_QUOTE)
    fetch_line(market.quotes, (decision + 1) * N_QUOTE)
    fetch_line(market.path, (decision + 1) * N_PATH)
    fetch_line(sizing.exposure, decision)
    fetch_line(sizing.distance, decision)
    return decision


@inlined
def ask_quotes(market: MarketArrays, first: np.uint64) -> None:
    """Ask for the quotes of a near block, in which a level may be met."""
    item = int(np.int64(first)) * N_QUOTE
    for line in range(NEAR_BARS * N_QUOTE // LINE_ITEMS):
        fetch_line(market.quotes, item + line * LINE_ITEMS)


@inlined
def ask_ahead(market: MarketArrays, sizing: Sizing, levels: WordArray, first: int) -> int:
    """Ask for what trades read that enter in the stretch from bar `first` on; return the bar after it."""
    start = min(first >> 6, levels.shape[1])
    for index in range(start, min(start + (BARS_AHEAD >> 6), levels.shape[1])):
        word = levels[ENTERS, index]
        # Of entries on consecutive bars the first: what the others need is near it.
        before = levels[ENTERS, index - 1] >> SIGN_BIT if index > 0 else np.uint64(0)
        word &= ~(word << ONE | before)
        while word != 0:
            decision = (index << 6) + lowest_bit(word)
            fetch_line(sizing.exposure, decision)
            fetch_line(sizing.distance, decision)
            _ask_trade(market, levels, decision)
            word &= word - ONE
    return first + BARS_AHEAD


@inlined
def _ask_trade(market: MarketArrays, levels: WordArray, decision: int) -> None:
    entry, n_bars = decision + 1, market.marks.shape[1]
    way = 0 if is_set(levels, LONG_ENTRY, decision) else 1
    fetch_line(market.quotes, entry * N_QUOTE)
    # Bars from the entry on: two lines hold those of one block.
    fetch_line(market.path, entry * N_PATH)
    fetch_line(market.path, entry * N_PATH + LINE_ITEMS)
    fetch_line(market.marks, way * n_bars + entry)
    fetch_line(market.marks, way * n_bars + entry + LINE_ITEMS)
    fetch_line(market.near, (entry >> NEAR_SHIFT) * N_PATH)
    fetch_line(market.far, (entry >> FAR_SHIFT) * N_FAR)
