"""How many leading bars an opcode needs before its values can be trusted."""

from __future__ import annotations

from functools import cache
from math import ceil, comb, log

NEGLIGIBLE = 1e-12
"""Weight below which the initial state of a recursive opcode no longer counts."""


def none(windows: tuple[int, ...]) -> int:
    """Return 0: the bar itself is enough."""
    return 0


def one_bar(windows: tuple[int, ...]) -> int:
    """Return 1: the bar before is needed as well."""
    return 1


def window_values(windows: tuple[int, ...]) -> int:
    """Return the warm-up of what needs `window` values, the present one included."""
    return windows[0] - 1


def window_changes(windows: tuple[int, ...]) -> int:
    """Return the warm-up of what needs `window` changes, or the value `window` bars ago."""
    return windows[0]


def exponential(windows: tuple[int, ...]) -> int:
    """Return the warm-up of smoothing by alpha = 2 / (window + 1) that starts from a simple mean."""
    return _recursive(2.0 / (windows[0] + 1), windows[0])


def wilder(windows: tuple[int, ...]) -> int:
    """Return the warm-up of Wilder's smoothing, alpha = 1 / window, over changes."""
    return _recursive(1.0 / windows[0], windows[0])


def exponential_of_changes(windows: tuple[int, ...]) -> int:
    """Return the warm-up of exponential smoothing whose first value is a change, or needs the bar before."""
    return exponential(windows) + 1


def triple_exponential(windows: tuple[int, ...]) -> int:
    """Return the warm-up of a change of exponential smoothing thrice over, each begun with a simple mean."""
    return _cascade(2.0 / (windows[0] + 1), windows[0], depth=3) + 1


def wilder_of_wilder(windows: tuple[int, ...]) -> int:
    """Return the warm-up of Wilder's smoothing, over changes, of something smoothed the same way."""
    return _cascade(1.0 / windows[0], windows[0], depth=2) + 1


@cache
def _cascade(alpha: float, window: int, depth: int) -> int:
    """Return the bars after which the first states of smoothings in a row weigh less than `NEGLIGIBLE` together.

    Each begins with the mean of `window` values, `window` - 1 bars after the one before it. The state that is k
    smoothings away from the last weighs C(n, k) * alpha**k * (1 - alpha)**(n - k) after n bars, and has had
    k * (`window` - 1) bars more to fade.
    """
    bars = depth
    fade = 1.0 - alpha
    while sum(comb(bars, k) * alpha**k * fade ** (bars - k + k * (window - 1)) for k in range(depth)) >= NEGLIGIBLE:
        bars += 1
    return bars + depth * (window - 1)


def _recursive(alpha: float, seed_bars: int) -> int:
    return ceil(log(NEGLIGIBLE) / log(1.0 - alpha)) + seed_bars
