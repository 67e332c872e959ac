"""Comparisons of series, 64 bars to a word: a word of what is known True, one of what is known False."""

from __future__ import annotations

import numpy as np

from backtest.signals import WordArray
from data.jit import jit
from data.market import FloatArray

Words = tuple[WordArray, WordArray]

NO_BITS = np.uint64(0)


@jit
def above_series(values: FloatArray, others: FloatArray) -> Words:
    """Return where value > other is True and where it is False, each of shape (n_words,); neither at NaN."""
    n = values.size
    true = np.zeros((n + 63) // 64, dtype=np.uint64)
    false = np.zeros_like(true)
    for word in range(n // 64):
        start = 64 * word
        hits = NO_BITS
        misses = NO_BITS
        # A constant length lets the compiler compare eight bars at a time.
        for bit in range(64):
            hits |= np.uint64(values[start + bit] > others[start + bit]) << np.uint64(bit)
            misses |= np.uint64(values[start + bit] <= others[start + bit]) << np.uint64(bit)
        true[word] = hits
        false[word] = misses
    for t in range(n - n % 64, n):
        true[-1] |= np.uint64(values[t] > others[t]) << np.uint64(t % 64)
        false[-1] |= np.uint64(values[t] <= others[t]) << np.uint64(t % 64)
    return true, false


@jit
def above_level(values: FloatArray, level: float) -> Words:
    """Return where value > level is True and where it is False, as `above_series`."""
    n = values.size
    true = np.zeros((n + 63) // 64, dtype=np.uint64)
    false = np.zeros_like(true)
    for word in range(n // 64):
        start = 64 * word
        hits = NO_BITS
        misses = NO_BITS
        for bit in range(64):
            hits |= np.uint64(values[start + bit] > level) << np.uint64(bit)
            misses |= np.uint64(values[start + bit] <= level) << np.uint64(bit)
        true[word] = hits
        false[word] = misses
    for t in range(n - n % 64, n):
        true[-1] |= np.uint64(values[t] > level) << np.uint64(t % 64)
        false[-1] |= np.uint64(values[t] <= level) << np.uint64(t % 64)
    return true, false


@jit
def below_level(values: FloatArray, level: float) -> Words:
    """Return where value < level is True and where it is False, as `above_series`."""
    n = values.size
    true = np.zeros((n + 63) // 64, dtype=np.uint64)
    false = np.zeros_like(true)
    for word in range(n // 64):
        start = 64 * word
        hits = NO_BITS
        misses = NO_BITS
        for bit in range(64):
            hits |= np.uint64(values[start + bit] < level) << np.uint64(bit)
            misses |= np.uint64(values[start + bit] >= level) << np.uint64(bit)
        true[word] = hits
        false[word] = misses
    for t in range(n - n % 64, n):
        true[-1] |= np.uint64(values[t] < level) << np.uint64(t % 64)
        false[-1] |= np.uint64(values[t] >= level) << np.uint64(t % 64)
    return true, false


@jit
def crossings(true: WordArray, false: WordArray) -> Words:
    """Return where a comparison turned from False to True, known where it is known now and one bar ago."""
    crossed = np.empty_like(true)
    uncrossed = np.empty_like(true)
    one = np.uint64(1)
    last = np.uint64(63)
    earlier_true = NO_BITS
    earlier_false = NO_BITS
    for word in range(true.size):
        was_true = (true[word] << one) | (earlier_true >> last)
        was_false = (false[word] << one) | (earlier_false >> last)
        earlier_true = true[word]
        earlier_false = false[word]
        crossed[word] = true[word] & was_false
        uncrossed[word] = (true[word] & was_true) | (false[word] & (was_true | was_false))
    return crossed, uncrossed


@jit
def often(true: WordArray, false: WordArray, window: int, least: int, n_bars: int) -> Words:
    """Return where at least `least` of the last `window` bits are True, known where all of them are."""
    known = lasting(true | false, window, n_bars)
    if least == window:
        hits = lasting(true, window, n_bars)
    elif least == 1:
        hits = known & ~lasting(false, window, n_bars)
    else:
        hits = known & _counted(true, shifted(true, window, n_bars), least)
    return hits, known & ~hits


@jit
def lasting(words: WordArray, window: int, n_bars: int) -> WordArray:
    """Return where all of the last `window` bits are set: those of 2, 4, ... bars put together, 64 at a time."""
    held = words.copy()
    span = 1
    while span < window:
        shift = min(span, window - span)
        held &= shifted(held, shift, n_bars)
        span += shift
    return held


@jit
def _counted(come: WordArray, gone: WordArray, least: int) -> WordArray:
    """Return where at least `least` more bits have come than gone."""
    enough = np.empty_like(come)
    one = np.uint64(1)
    # Whole numbers: what is added can be taken away again.
    count = np.int64(0)
    for word in range(come.size):
        hits = NO_BITS
        for bit in range(64):
            place = np.uint64(bit)
            count += np.int64((come[word] >> place) & one) - np.int64((gone[word] >> place) & one)
            hits |= np.uint64(count >= least) << place
        enough[word] = hits
    return enough


@jit
def bars_since(true: WordArray, false: WordArray, window: int, n_bars: int) -> FloatArray:
    """Return 100 * (bars since the last True bit) / `window`, at most 100; NaN unless all last `window` are known."""
    shares = np.full(n_bars, np.nan)
    one = np.uint64(1)
    known = 0
    since = window
    for t in range(n_bars):
        place = np.uint64(t % 64)
        is_true = (true[t // 64] >> place) & one
        is_known = is_true | ((false[t // 64] >> place) & one)
        known = known + 1 if is_known else 0
        since = 0 if is_true else min(since + 1, window)
        if known >= window:
            shares[t] = 100.0 * since / window
    return shares


@jit
def shifted(words: WordArray, bars: int, n_bars: int) -> WordArray:
    """Return each bit `bars` later, zeros first; bits from `n_bars` on stay 0."""
    late = np.zeros_like(words)
    whole = bars // 64
    rest = np.uint64(bars % 64)
    for word in range(whole, words.size):
        bits = words[word - whole] << rest
        # A shift by 64 is undefined, so a whole number of words is a case of its own.
        if rest and word > whole:
            bits |= words[word - whole - 1] >> (np.uint64(64) - rest)
        late[word] = bits
    if n_bars % 64:
        late[-1] &= (np.uint64(1) << np.uint64(n_bars % 64)) - np.uint64(1)
    return late
