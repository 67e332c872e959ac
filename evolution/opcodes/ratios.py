"""Ratios of two rolling means, which are those of the sums: a part of a whole, one side of two."""

from __future__ import annotations

from data.jit import jit
from data.market import FloatArray
from data.rolling import rolling_mean


@jit
def ratio_of_means(parts: FloatArray, wholes: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return sum(parts) / sum(wholes) over the last `window` values, shape (n_bars,); see `rolling_mean`.

    NaN where one of them is missing or infinite; infinite or NaN where the wholes sum to 0.
    """
    ratios = rolling_mean(parts, window, anchor)
    means = rolling_mean(wholes, window, anchor)
    for t in range(ratios.size):
        ratios[t] /= means[t]
    return ratios


@jit
def share_of_gains(gains: FloatArray, losses: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return 100 * sum(gains) / sum(gains + losses) over the last `window` values, shape (n_bars,).

    Neither is negative; NaN as for `ratio_of_means`.
    """
    shares = rolling_mean(gains, window, anchor)
    means = rolling_mean(losses, window, anchor)
    for t in range(shares.size):
        shares[t] = 100.0 * (shares[t] / (shares[t] + means[t]))
    return shares
