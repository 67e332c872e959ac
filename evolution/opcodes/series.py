"""What every compiled numeric opcode shares: sealed results."""

from __future__ import annotations

from data.market import FloatArray


def sealed(values: FloatArray) -> FloatArray:
    """Return `values` made read-only, so that nobody changes what others have been given.

    It also keeps every series of one machine type: compiled functions have one version, not two.
    """
    values.setflags(write=False)
    return values
