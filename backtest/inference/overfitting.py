"""Whether choosing by the past helped in the rest: combinatorially symmetric cross-validation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from backtest.inference.checks import NO_SPREAD, checked_candidates, checked_count
from data.market import FloatArray

METRICS = ("sharpe", "mean")
TIE = 1e-12
"""Of the largest metric; what differs by less differs by rounding, as copies in other units do."""
SPLITS_AT_ONCE = 256
"""Their sums stay in the processor's cache."""
MOST_BLOCKS = 18
"""C(18, 9) = 48,620 splits; each two blocks more are four times the work and tell nothing new."""


@dataclass(frozen=True, slots=True, eq=False)
class CscvResult:
    """What became, in the other half, of the candidate that was best in one half; over all splits."""

    pbo: float
    """Probability of backtest overfitting: share of splits in which it fell to the median or below, 0 to 1."""
    logits: FloatArray
    """ln(w / (1 - w)) for each split, w = rank in the other half / (n_candidates + 1); shape (n_splits,)."""
    prob_oos_loss: float
    """Share of splits in which it lost in the other half, 0 to 1."""
    slope: float
    """Of its metric in the other half on its metric in the half of choice; NaN if the latter never varies."""


def cscv(returns: ArrayLike, n_blocks: int, metric: str = "sharpe") -> CscvResult:
    """Cut time into blocks, choose the best candidate on every half of them, and rank it on the other half.

    A diagnostic of a *search*, never of one strategy. A single value is very noisy (pure noise: 0.51, standard
    deviation 0.17), and candidates that are all equally good give one half as well, since then choosing does not help.

    Parameters
    ----------
    returns
        Of the candidates on the same days or bars, fractions, shape (n_observations, n_candidates), at least two
        candidates. The oldest n_observations mod n_blocks rows are left out, so that blocks are equally long.
    n_blocks
        S, even, 2 to 18; there are C(S, S / 2) splits.
    metric
        "sharpe" (per observation) or "mean". A candidate without a trade in a half has 0 there.

    Raises
    ------
    ValueError
        If there is one candidate, all are copies of one, a candidate is constant or NaN, or there are fewer
        rows than blocks, or than four.

    Notes
    -----
    Bailey, Borwein, Lopez de Prado and Zhu (2017), Journal of Computational Finance 20(4), SSRN 2326253. Equal ranks
    are averaged. The measure of half h on the other side of its split is that of the complement of h, which is itself
    a half: one table of metrics, read forwards and backwards, is enough.
    """
    blocks = _checked_blocks(n_blocks)
    matrix = checked_candidates(returns, max(blocks, 4), least_candidates=2)
    if metric not in METRICS:
        raise ValueError(f"metric: received {metric!r}; allowed are {' and '.join(map(repr, METRICS))}")
    _refuse_copies(matrix)
    return _judged(_metric_of_halves(matrix, blocks, metric))


def _judged(table: FloatArray) -> CscvResult:
    """Choose by every row and judge by the row of its complement; shape (n_splits, n_candidates)."""
    splits, best = np.arange(table.shape[0]), table.argmax(axis=1)
    # Row i judges what row -1 - i chose. Everything is in the order of the judges until it is turned round.
    outside, tie = table[splits, best[::-1]], TIE * float(np.max(np.abs(table)))
    n_below = np.count_nonzero(table < (outside - tie)[:, None], axis=1)
    n_not_above = np.count_nonzero(table <= (outside + tie)[:, None], axis=1)
    rank = 0.5 * (n_below + n_not_above + 1)[::-1]
    inside, outside = table[splits, best], outside[::-1]
    logits = np.log(rank / (table.shape[1] + 1.0 - rank))
    spread = inside - inside.mean()
    # Not by `@`: from 10,000 terms on BLAS adds in another order with another number of threads.
    varies = float(np.sum(spread * spread))
    return CscvResult(
        pbo=float(np.mean(logits <= 0.0)),
        logits=logits,
        prob_oos_loss=float(np.mean(outside < -tie)),
        slope=float(np.sum(spread * outside)) / varies if varies > 0.0 else float("nan"),
    )


def _metric_of_halves(matrix: FloatArray, n_blocks: int, metric: str) -> FloatArray:
    """Return the metric of every candidate on every half, shape (n_splits, n_candidates)."""
    rows = matrix.shape[0] // n_blocks
    kept = matrix[matrix.shape[0] - rows * n_blocks :].reshape(n_blocks, rows, -1)
    halves, n = _halves(n_blocks), rows * (n_blocks // 2)
    means, mean_squares = kept.sum(axis=1) / n, np.square(kept).sum(axis=1) / n
    if metric == "mean":
        found: FloatArray = halves @ means
        return found
    table = np.empty((halves.shape[0], kept.shape[2]))
    for start in range(0, halves.shape[0], SPLITS_AT_ONCE):
        part = slice(start, start + SPLITS_AT_ONCE)
        table[part] = _sharpe(halves[part] @ means, halves[part] @ mean_squares, n)
    return table


def _sharpe(mean: FloatArray, mean_square: FloatArray, n: int) -> FloatArray:
    variance = (mean_square - np.square(mean)) * (n / (n - 1.0))
    is_flat = variance <= NO_SPREAD * mean_square
    variance[is_flat] = np.inf
    return mean / np.sqrt(variance)


@lru_cache(4)
def _halves(n_blocks: int) -> FloatArray:
    """Return which blocks are in each half as 0 and 1, shape (n_splits, n_blocks); row i is the complement of -1-i."""
    chosen = np.array(list(combinations(range(n_blocks), n_blocks // 2)))
    table = np.zeros((chosen.shape[0], n_blocks))
    np.put_along_axis(table, chosen, 1.0, axis=1)
    table.setflags(write=False)
    return table


def _checked_blocks(n_blocks: int) -> int:
    blocks = checked_count(n_blocks, 2, "n_blocks")
    if blocks % 2 or blocks > MOST_BLOCKS:
        raise ValueError(f"n_blocks: received {blocks}; allowed are even numbers from 2 to {MOST_BLOCKS}")
    return blocks


def _refuse_copies(matrix: FloatArray) -> None:
    scaled = matrix / np.sqrt(np.mean(np.square(matrix), axis=0))
    if float(np.max(np.abs(scaled - scaled[:, :1]))) <= np.sqrt(NO_SPREAD):
        raise ValueError(
            f"returns: all {matrix.shape[1]} candidates are multiples of one, so there is nothing to choose; "
            "allowed are at least two different candidates"
        )
