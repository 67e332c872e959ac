"""What the lines of a run add up to, however many there are."""

from __future__ import annotations

import math
import sys
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT = 64
"""Generations whose lines are kept; after a kill only the last few are written again."""
MOST_GENERATIONS = 2_000_000
LARGEST = sys.float_info.max
LARGEST_COUNT = 2**53
"""Beyond it nothing was counted, and a float is not exact."""
SERIES = ("best", "median", "hypervolume", "diversity")
"""Of the statistics of a generation, those that are drawn."""


def number(value: object) -> float | None:
    """Return a finite number as it is, and None for anything else."""
    # A whole number of hundreds of digits is none that a float can be; NaN is in no range.
    is_number = type(value) in {int, float} and -LARGEST <= value <= LARGEST  # type: ignore[operator]
    return float(value) if is_number else None  # type: ignore[arg-type]


def count(value: object) -> int:
    """Return a whole number from 0, and 0 for anything else."""
    return value if type(value) is int and 0 <= value < LARGEST_COUNT else 0


@dataclass
class Progress:
    """Sums and series over generations; a generation that comes again replaces what it was.

    Whatever a line holds that is none of ours counts as nothing: it is shown, and no result reads it.
    """

    lines: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """The newest generations."""
    series: dict[str, array[float]] = field(default_factory=lambda: {name: array("d") for name in SERIES})
    """A value a generation, NaN where there is none."""
    n_scored: int = 0
    n_repeated: int = 0
    n_quarantined: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    best_fresh: float | None = None
    """The highest Sharpe ratio that was drawn afresh."""
    _doubted: int | None = None
    """The last generation that was too far ahead to be believed."""

    @property
    def last(self) -> Mapping[str, Any]:
        """The newest line; empty before the first."""
        return self.lines[max(self.lines)] if self.lines else {}

    def add(self, line: Mapping[str, Any]) -> None:
        """Take in a line."""
        number_ = line["generation"]
        if (self.lines and number_ < min(self.lines)) or not self._is_believed(number_):
            return
        if number_ in self.lines:
            self._count(self.lines[number_], -1)
        self.lines[number_] = line
        self._count(line, 1)
        self._draw(number_, line)
        fresh = number(line.get("best_fresh"))
        if fresh is not None:
            self.best_fresh = fresh if self.best_fresh is None else max(fresh, self.best_fresh)
        if len(self.lines) > KEPT:
            del self.lines[min(self.lines)]

    def _is_believed(self, generation: int) -> bool:
        """Tell whether a generation may be the next; one that is far ahead only if that before it was there as well.

        A digit that was damaged would else make room for generations that never were, and hide those that come.
        """
        if 0 <= generation <= max(self.lines, default=-1) + KEPT:
            return True
        follows = self._doubted == generation - 1
        self._doubted = generation
        return follows and 0 <= generation <= MOST_GENERATIONS

    def _count(self, line: Mapping[str, Any], sign: int) -> None:
        self.n_scored += sign * count(line.get("n_scored"))
        self.n_repeated += sign * count(line.get("n_repeated"))
        self.n_quarantined += sign * count(line.get("n_quarantined"))
        for reason, found in items(line.get("rejections")):
            self.rejections[reason] += sign * count(found)
        for name, pair in items(line.get("operators")):
            if isinstance(pair, list) and len(pair) == 2:
                self.made[name] += sign * count(pair[0])
                self.kept[name] += sign * count(pair[1])

    def _draw(self, place: int, line: Mapping[str, Any]) -> None:
        statistics = line.get("statistics")
        for name, values in self.series.items():
            found = number(statistics.get(name)) if isinstance(statistics, dict) else None
            values.extend([math.nan] * (place + 1 - len(values)))
            values[place] = math.nan if found is None else found


def items(value: object) -> list[tuple[str, Any]]:
    """Return the keys and values of an object, and none of anything else."""
    return list(value.items()) if isinstance(value, dict) else []
