"""What the best of so many worthless rules would show by luck alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference import expected_max_sharpe
from backtest.inference.normal import normal_quantile
from organism.views.chapters.rolling import DAYS_PER_YEAR
from organism.views.chapters.slices import JudgedSlice

N_POINTS = 40
RARE = 0.95


@dataclass(frozen=True, slots=True)
class Chance:
    """Luck in sample. All Sharpe ratios are annual, of daily returns, and of the in-sample days."""

    n_tried: int
    """Distinct genotypes tried before this one was judged, and what screens had asked about."""
    n_days: int
    own: float | None
    """Of the rule itself; None where it does not exist."""
    expected: float
    """Of the best of `n_tried` worthless rules, expected."""
    rare: float
    """Which the best of them exceeds once in twenty such searches."""
    curve: tuple[ChancePoint, ...]
    """For fewer and for more trials."""


@dataclass(frozen=True, slots=True)
class ChancePoint:
    """The best of so many worthless rules."""

    n_tried: int
    expected: float
    rare: float


def chance(slices: Sequence[JudgedSlice], n_tried: int) -> Chance | None:
    """Return what luck alone gives; None where there are no in-sample days or no trials are counted."""
    in_sample = next((part for part in slices if part.name == "IS" and not part.is_ruined), None)
    if in_sample is None or n_tried < 1:
        return None
    returns = in_sample.days().returns
    deviation = float(returns.std(ddof=1)) if returns.size > 1 else 0.0
    own = float(returns.mean()) / deviation * math.sqrt(DAYS_PER_YEAR) if deviation > 0.0 else None
    here = best_by_luck(n_tried, returns.size)
    most = max(10_000_000, 10 * n_tried)
    counts = sorted({round(n) for n in np.geomspace(1.0, most, N_POINTS)} | {n_tried})
    curve = tuple(best_by_luck(count, returns.size) for count in counts)
    return Chance(n_tried, returns.size, own, here.expected, here.rare, curve)


def best_by_luck(n_tried: int, n_days: int) -> ChancePoint:
    """Return what the best of independent trials without an edge shows over `n_days`.

    Each has a Sharpe ratio per day that is normal about 0 with the variance 1 / n_days; trials of an evolution resemble
    one another, so that luck gives less than this.

    Notes
    -----
    Bailey and Lopez de Prado (2014), Journal of Portfolio Management 40(5):94-107. The rare value is the 95 % quantile
    of the maximum, Z^-1[0.95^(1 / N)].
    """
    scale = math.sqrt(DAYS_PER_YEAR / n_days)
    # 1 - 0.95^(1 / N) without losing its digits for large N.
    exceeded = -math.expm1(math.log(RARE) / n_tried)
    return ChancePoint(n_tried, expected_max_sharpe(n_tried) * scale, -normal_quantile(exceeded) * scale)
