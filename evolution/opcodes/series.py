"""What every compiled numeric opcode shares: sealed results, and blocks that lie on the calendar."""

from __future__ import annotations

from data.market import FloatArray, Market


def sealed(values: FloatArray) -> FloatArray:
    """Return `values` made read-only, so that nobody changes what others have been given.

    It also keeps every series of one machine type: compiled functions have one version, not two.
    """
    values.setflags(write=False)
    return values


def first_anchor(market: Market, window: int) -> int:
    """Return the first bar, from 0 to window - 1, whose number since 1970 is a multiple of `window`.

    Rolling sums are taken backward and forward from such bars. They lie on the calendar and not at
    the start of the history, so a window's value has the same bits wherever the history begins.
    """
    return int(-(int(market.time_ms[0]) // market.interval_ms) % window)
