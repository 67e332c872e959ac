"""The middle of the last values, which no single one of them can move far."""

from __future__ import annotations

import numpy as np

from data.jit import inlined, jit
from data.market import FloatArray, Market
from evolution.opcodes import warm_up
from evolution.opcodes.averages import SIGNATURES
from evolution.opcodes.definition import Opcode
from evolution.opcodes.series import sealed

SHORT_WINDOW = 48
"""Up to here, sorting many short windows side by side is quicker than moving what lies in one of them."""
N_PARTS = 32
"""Parts of the history that are sorted side by side: a whole number of the processor's vectors."""
CHUNK = 64
"""Values of a long window that are moved at once: as many as the compiler makes into vectors."""
ONE, LAST, PARTS, STEP = np.uint64(1), np.uint64(CHUNK - 1), np.uint64(N_PARTS), np.uint64(CHUNK)


@jit
def _short_median(values: FloatArray, window: int) -> FloatArray:
    """Return the medians of windows that are kept in order, one in each of `N_PARTS` parts of the history.

    In each, the value that leaves is passed over, and the one that enters takes its place among the others. What is
    missing counts as infinite, and every window that holds it is unknown.
    """
    n = values.size
    medians = np.empty(n)
    size, width = np.uint64((n + N_PARTS - 1) // N_PARTS), np.uint64(window)
    # Each part begins with the `window` values before it, of which there are none before the first.
    padded = np.full(N_PARTS * int(size) + window, np.nan)
    padded[window : window + n] = values
    ordered = np.full((window + 1) * N_PARTS, np.inf)
    enters, leaves, lower = np.empty(N_PARTS), np.empty(N_PARTS), np.empty(N_PARTS)
    known = np.zeros(N_PARTS, dtype=np.int64)
    low, high = PARTS * np.uint64((window - 1) // 2), PARTS * np.uint64(window // 2)
    for step in range(ONE, size + width):
        for part in range(PARTS):
            value = padded[part * size + step]
            gone = padded[part * size + step - (width if step > width else ONE)]
            known[part] = known[part] + 1 if np.isfinite(value) else 0
            enters[part] = value if np.isfinite(value) else np.inf
            leaves[part] = gone if step > width and np.isfinite(gone) else np.inf
            lower[part] = -np.inf
        for place in range(np.uint64(0), PARTS * width, PARTS):
            for part in range(PARTS):
                stays = ordered[place + part] if ordered[place + part] < leaves[part] else ordered[place + part + PARTS]
                least = stays if stays < enters[part] else enters[part]
                ordered[place + part] = least if least > lower[part] else lower[part]
                lower[part] = stays
        if step < width:
            continue
        for part in range(PARTS):
            bar = part * size + (step - width)
            if bar < n:
                middle = ordered[low + part] + 0.5 * (ordered[high + part] - ordered[low + part])
                medians[bar] = middle if known[part] >= window else np.nan
    return medians


@jit
def _long_median(values: FloatArray, window: int) -> FloatArray:
    """Return the medians of a window that is kept in order between infinities.

    What lies between the value that leaves and the one that enters moves by a place, `CHUNK` values at a time.
    """
    medians = np.full(values.size, np.nan)
    end = np.uint64(CHUNK + (window + CHUNK - 1) // CHUNK * CHUNK)
    ordered = np.full(end + STEP, np.inf)
    ordered[:CHUNK] = -np.inf
    low, high = np.uint64(CHUNK + (window - 1) // 2), np.uint64(CHUNK + window // 2)
    size = 0
    for t in range(values.size):
        value = values[t]
        if not np.isfinite(value):
            ordered[CHUNK:] = np.inf
            size = 0
            continue
        gone = values[t - window] if size == window else np.inf
        size = min(size + 1, window)
        if value >= gone:
            for chunk in range(STEP, end, STEP):
                if ordered[chunk + LAST] >= gone and ordered[chunk] <= value:
                    _move_down(ordered, chunk, gone, value)
        else:
            for distance in range(STEP, end, STEP):
                upper = end - distance
                if ordered[upper] <= gone and ordered[upper + LAST] >= value:
                    _move_up(ordered, upper, gone, value)
        if size == window:
            medians[t] = ordered[low] + 0.5 * (ordered[high] - ordered[low])
    return medians


@inlined
def _move_down(ordered: FloatArray, chunk: int | np.uint64, gone: float, value: float) -> None:
    """Give each place from that of `gone` on the next higher value, but none above `value`, which comes in."""
    for k in range(STEP):
        here = ordered[chunk + k]
        following = ordered[chunk + k + ONE]
        moved = following if following < value else value
        risen = moved if moved > here else here
        ordered[chunk + k] = here if here < gone else risen


@inlined
def _move_up(ordered: FloatArray, chunk: int | np.uint64, gone: float, value: float) -> None:
    """Give each place up to that of `gone` the next lower value, but none under `value`, which comes in."""
    for k in range(STEP):
        place = chunk + LAST - k
        here = ordered[place]
        former = ordered[place - ONE]
        moved = former if former > value else value
        fallen = moved if moved < here else here
        ordered[place] = here if here > gone else fallen


def median(market: Market, values: FloatArray, window: int) -> FloatArray:
    """Return the median of the last `window` values, shape (n_bars,); NaN if one of them is missing.

    Of an even number of values it is the mean of the middle two.
    """
    return sealed((_short_median if window <= SHORT_WINDOW else _long_median)(values, window))


OPCODES = (
    Opcode(
        name="median",
        family="medians",
        signatures=SIGNATURES,
        compute=median,
        warm_up=warm_up.window_values,
        render="median({0}, {1})",
        explain="the {1}-bar median of {0}",
        cost=20,
        bounds=(0.0, None),
        weight=0.5,
    ),
)
