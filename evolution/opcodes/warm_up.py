"""How many leading bars an opcode needs before its values can be trusted."""

from __future__ import annotations

from math import ceil, log

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


def _recursive(alpha: float, seed_bars: int) -> int:
    return ceil(log(NEGLIGIBLE) / log(1.0 - alpha)) + seed_bars
