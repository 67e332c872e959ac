"""How evenly a rule earns: over time, over coins and time together, and when, as a sketch of its behaviour."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from data.jit import jit

FloatArray = NDArray[np.float64]

N_BLOCKS = 48
"""Equal stretches of the slice; a sketch has a bit for each."""
N_PARTS = 6
"""Parts of the slice, of as many blocks each."""
LIMIT = 10.0


@jit
def repetition_of(pooled: FloatArray, cases: FloatArray) -> tuple[float, float, int]:
    """Return stability, floor and sketch of a rule.

    Parameters
    ----------
    pooled
        Shape (n_blocks,), a multiple of six: log return of all coins together in each block.
    cases
        Shape (n_coins, n_blocks): log return of each coin's sleeve.

    Returns
    -------
    Stability: mean over standard deviation (ddof=1) of the log returns of six parts, within +-10.
    Floor: mean of the lowest quarter of all (coin, part) log returns over the standard deviation of all of them, within
    +-10; a rule that lives on one coin or one good month has a low one.
    Sketch: a whole number of one bit a block, set where the block earned more than the mean of all. Rules that trade
    alike share nearly all bits, independent ones half of them; the angle between two series of returns is about pi
    times the share of bits that differ (Goemans and Williamson 1995).
    Stability and floor are NaN if any return is.
    """
    per_part = pooled.size // N_PARTS
    parts = _sums(pooled, per_part)
    spread = np.empty(cases.shape[0] * N_PARTS)
    for coin in range(cases.shape[0]):
        spread[coin * N_PARTS : (coin + 1) * N_PARTS] = _sums(cases[coin], per_part)
    mean, sketch = pooled.mean(), 0
    for block in range(pooled.size):
        sketch |= int(pooled[block] > mean) << block
    return _against_deviation(parts.mean(), parts), _against_deviation(_lowest_quarter(spread), spread), sketch


@jit
def _sums(blocks: FloatArray, per_part: int) -> FloatArray:
    sums = np.zeros(N_PARTS)
    for part in range(N_PARTS):
        for block in range(part * per_part, (part + 1) * per_part):
            sums[part] += blocks[block]
    return sums


@jit
def _lowest_quarter(values: FloatArray) -> float:
    """Return the mean of the lowest quarter, rounded up."""
    count = (values.size + 3) // 4
    return float(np.sort(values)[:count].mean())


@jit
def _against_deviation(value: float, values: FloatArray) -> float:
    """Return a value over the standard deviation (ddof=1) of values, within the limit; NaN if one of them is."""
    mean, squares = values.mean(), 0.0
    for one in values:
        squares += (one - mean) ** 2
    deviation = math.sqrt(squares / (values.size - 1))
    if math.isnan(deviation):
        return math.nan
    if deviation == 0.0:
        return math.copysign(LIMIT, value) if value != 0.0 else 0.0
    return max(-LIMIT, min(LIMIT, value / deviation))


@jit
def keep_apart(sketches: NDArray[np.int64], bits: int) -> NDArray[np.bool_]:
    """Return which of the sketches differ in more bits from each that stays and comes before them."""
    kept = np.ones(sketches.size, dtype=np.bool_)
    for place in range(sketches.size):
        for other in range(place):
            if kept[other] and _n_bits(sketches[place] ^ sketches[other]) <= bits:
                kept[place] = False
                break
    return kept


@jit
def n_different_bits(sketches: NDArray[np.int64], sketch: int) -> NDArray[np.int64]:
    """Return in how many bits each of the sketches differs from one."""
    counts = np.zeros(sketches.size, dtype=np.int64)
    for place in range(sketches.size):
        counts[place] = _n_bits(sketches[place] ^ sketch)
    return counts


@jit
def _n_bits(word: int) -> int:
    count = 0
    while word != 0:
        word &= word - 1
        count += 1
    return count
