"""Equal results, or no time: a quick wrong answer is no figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

TOLERANCE = 1e-9


def largest_difference(ours: ArrayLike, theirs: ArrayLike) -> float:
    """Return the largest |a - b| / max(1, |a|); infinite where only one is NaN, or the shapes differ."""
    a, b = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        return float("inf")
    known = ~np.isnan(a)
    distance = np.abs(a[known] - b[known]) / np.maximum(1.0, np.abs(a[known]))
    return float(distance.max(initial=0.0))


def refusal(row: str, ours: ArrayLike, theirs: ArrayLike, tolerance: float = TOLERANCE) -> str | None:
    """Return why a row is refused, or None if the results are equal to the tolerance."""
    difference = largest_difference(ours, theirs)
    if difference <= tolerance:
        return None
    return f"{row}: results differ by {difference:.1e}{_shown(ours, theirs)}"


def _shown(ours: ArrayLike, theirs: ArrayLike) -> str:
    if not isinstance(ours, Sequence) or len(ours) > 4:
        return ""
    return f", ours {list(ours)}, theirs {theirs if not isinstance(theirs, Sequence) else list(theirs)}"
