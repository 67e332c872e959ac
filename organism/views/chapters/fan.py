"""Histories that might have been: the days of a slice drawn again in blocks, beside the path that was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference.bootstrap import LEAST_OBSERVATIONS, automatic_block_length
from data.intervals import DAY_MS
from data.market import FloatArray, IntArray
from organism.report.data import drawdown
from organism.views.chapters.slices import JudgedSlice

N_PATHS = 1_000
SEED = 1
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Resampled equity of one slice. Returns are fractions of the capital at its start."""

    slice: str
    time_ms: IntArray
    """Shape (n_days + 1,): midnight before each day, and after the last."""
    quantiles: FloatArray
    """Shape (5, n_days + 1): net return below which 5, 25, 50, 75 and 95 % of the paths lie at that time."""
    real: FloatArray
    """Shape (n_days + 1,): the path that was."""
    block_days: int
    """Mean length of a block."""
    n_paths: int
    seed: int
    share_losing: float
    """Of the paths, those that end below their start."""
    real_drawdown: float
    """Deepest fall of the real path by day, a positive fraction."""
    median_drawdown: float
    """Of the paths' deepest falls: half of them fell further."""
    bad_drawdown: float
    """One path in twenty fell further."""


def fans(slices: Sequence[JudgedSlice], n_paths: int = N_PATHS) -> tuple[Fan, ...]:
    """Return a fan for each slice with enough days that vary."""
    found = (_fan(part, n_paths) for part in slices if not part.is_ruined)
    return tuple(fan for fan in found if fan is not None)


def stationary_places(n: int, block_length: float, n_paths: int, rng: np.random.Generator) -> IntArray:
    """Return the places of the stationary bootstrap, shape (n_paths, n), each in [0, n).

    A path begins anywhere; each next place is the one after, the first following the last, or with the chance
    1 / `block_length` begins a new block anywhere.

    Notes
    -----
    Politis and Romano (1994), JASA 89:1303-1313.
    """
    begins = rng.random((n_paths, n)) < 1.0 / block_length
    begins[:, 0] = True
    starts = rng.integers(0, n, (n_paths, n))
    columns = np.arange(n)
    # Where the block began that each place belongs to, and how far into it the place is.
    first = np.maximum.accumulate(np.where(begins, columns, 0), axis=1)
    return (np.take_along_axis(starts, first, axis=1) + columns - first) % n


def _fan(part: JudgedSlice, n_paths: int) -> Fan | None:
    days = part.days()
    block = _block_days(days.returns)
    if block is None:
        return None
    rng = np.random.default_rng(SEED)
    growth = np.cumprod(1.0 + days.returns[stationary_places(days.returns.size, block, n_paths, rng)], axis=1)
    paths = np.concatenate((np.ones((n_paths, 1)), growth), axis=1)
    real = np.concatenate(([1.0], np.cumprod(1.0 + days.returns)))
    falls = 1.0 - (paths / np.maximum.accumulate(paths, axis=1)).min(axis=1)
    return Fan(
        slice=part.name,
        time_ms=np.append(days.day_ms, days.day_ms[-1] + DAY_MS),
        quantiles=np.quantile(paths, QUANTILES, axis=0) - 1.0,
        real=real - 1.0,
        block_days=block,
        n_paths=n_paths,
        seed=SEED,
        share_losing=float((paths[:, -1] < 1.0).mean()),
        real_drawdown=-float(drawdown(real).min()),
        median_drawdown=float(np.quantile(falls, 0.5)),
        bad_drawdown=float(np.quantile(falls, 0.95)),
    )


def _block_days(returns: FloatArray) -> int | None:
    """Return the mean length of blocks that suits the memory of the days; None where nothing can be resampled."""
    if returns.size < LEAST_OBSERVATIONS:
        return None
    try:
        return math.ceil(automatic_block_length(returns))
    except ValueError:
        # Constant, or different from zero once: every path would be the same.
        return None
