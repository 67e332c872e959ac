"""What a watcher saw of a long search, and what tenths of it say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

N_TENTHS = 10
MOST_MEMORY = 1.05
"""Times the most that was held in the first tenth."""
LEAST_GENOMES = 10_000_000
"""Nominal, in an hour."""
HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One look at the run."""

    seconds: float
    """Since it was started."""
    nominal: int
    """Genomes drawn until then, those known from before included."""
    unique: int
    """Genotypes scored until then."""
    held_bytes: int
    """Proportional set size of all its processes."""


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the time."""

    first: Moment
    last: Moment
    most_held_bytes: int

    @property
    def nominal_rate(self) -> float:
        """Genomes drawn a second."""
        return (self.last.nominal - self.first.nominal) / (self.last.seconds - self.first.seconds)

    @property
    def unique_rate(self) -> float:
        """Genotypes scored a second."""
        return (self.last.unique - self.first.unique) / (self.last.seconds - self.first.seconds)


def tenths_of(moments: Sequence[Moment]) -> list[Tenth]:
    """Return the tenths of the time between the first look and the last; there are at least eleven looks."""
    begin, end = moments[0].seconds, moments[-1].seconds
    borders = [begin + place * (end - begin) / N_TENTHS for place in range(N_TENTHS + 1)]
    found = []
    for low, high in pairwise(borders):
        inside = [moment for moment in moments if low <= moment.seconds <= high]
        if len(inside) < 2:
            raise ValueError(f"{len(inside)} looks between {low:.0f} s and {high:.0f} s: look more often")
        found.append(Tenth(inside[0], inside[-1], max(moment.held_bytes for moment in inside)))
    return found


def memory_growth(tenths: Sequence[Tenth]) -> float:
    """Return the most that was held after the first tenth, as times the most in it."""
    return max(tenth.most_held_bytes for tenth in tenths[1:]) / tenths[0].most_held_bytes


def rate_kept(tenths: Sequence[Tenth]) -> float:
    """Return the nominal rate of the last half as a share of that of the first."""
    half = len(tenths) // 2
    return _rate(tenths[half:]) / _rate(tenths[:half])


def _rate(tenths: Sequence[Tenth]) -> float:
    first, last = tenths[0].first, tenths[-1].last
    return (last.nominal - first.nominal) / (last.seconds - first.seconds)
