"""What few numbers allow to say: intervals of shares, medians of what was cut off, differences in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, wilcoxon

CONFIDENCE = 0.95
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Successes:
    """A count with the interval of its share."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.count / self.of


def wilson(count: int, of: int) -> Successes:
    """Return the two-sided 95 % interval of a share, by Wilson's score (1927)."""
    interval = binomtest(count, of).proportion_ci(CONFIDENCE, method="wilson")
    return Successes(count, of, float(interval.low), float(interval.high))


@dataclass(frozen=True, slots=True)
class Median:
    """Of times of which some were cut off."""

    value: float
    is_least: bool
    """Whether it is only known that the median is at least this."""


def censored_median(times: Sequence[float | None], ends: Sequence[float]) -> Median:
    """Return the median of times; None is a time that is beyond the end of its own, and after all that are known."""
    ordered = sorted((at is None, end if at is None else at) for at, end in zip(times, ends, strict=True))
    middle = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return Median((middle[0][1] + middle[1][1]) / 2, middle[0][0] or middle[1][0])


@dataclass(frozen=True, slots=True)
class Duel:
    """One arm beside another on the same pairs."""

    wins: int
    losses: int
    of: int
    p_value: float
    """Of the signed ranks (Wilcoxon 1945), one-sided: of a difference at least as good by luck; 1 without any."""
    difference: float
    """Mean."""
    low: float
    high: float
    """Two-sided 95 % interval of the mean, by resampling pairs."""


def duel(ours: Sequence[float], theirs: Sequence[float]) -> Duel:
    """Return how one arm's shares differ from another's, pair by pair."""
    differences = np.asarray(ours) - np.asarray(theirs)
    p_value = float(wilcoxon(differences, alternative="greater").pvalue) if differences.any() else 1.0
    rng = np.random.default_rng(0)
    means = rng.choice(differences, size=(RESAMPLES, differences.size)).mean(axis=1)
    low, high = np.quantile(means, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return Duel(
        wins=int((differences > 0.0).sum()),
        losses=int((differences < 0.0).sum()),
        of=differences.size,
        p_value=p_value,
        difference=float(differences.mean()),
        low=float(low),
        high=float(high),
    )
