"""What the lines of a run add up to, however many there are: in the memory of a few hundred of them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evolution.rows.odds import INITIAL
from evolution.run.layout import MAX_GENERATION
from organism.views.tail import Tail

KEPT = 64
"""Generations whose lines are kept; after a kill only the last few are written again."""
POINTS = 400
"""Of a curve, at most, besides the last one."""
LARGEST = sys.float_info.max
LARGEST_COUNT = 2**53
"""Beyond it nothing was counted, and a float is not exact."""

Line = Mapping[str, Any]


def number(value: object) -> float | None:
    """Return a finite number as it is, and None for anything else."""
    # A whole number of hundreds of digits is none that a float can be; NaN is in no range.
    is_number = type(value) in {int, float} and -LARGEST <= value <= LARGEST  # type: ignore[operator]
    return float(value) if is_number else None  # type: ignore[arg-type]


def count(value: object) -> int:
    """Return a whole number from 0, and 0 for anything else."""
    return value if type(value) is int and 0 <= value < LARGEST_COUNT else 0


def items(value: object) -> list[tuple[str, Any]]:
    """Return the keys and values of an object, and none of anything else."""
    return list(value.items()) if isinstance(value, dict) else []


def statistic(line: Line, name: str) -> float | None:
    """Return a figure of the population after a generation; None where there is none."""
    found = line.get("statistics")
    return number(found.get(name)) if isinstance(found, dict) else None


@dataclass
class Progress:
    """Sums over generations, and some of their lines; a generation that comes again replaces what it was.

    Whatever a line holds that is none of ours counts as nothing: it is shown, and no result reads it.
    """

    lines: dict[int, Line] = field(default_factory=dict)
    """The newest generations."""
    n_scored: int = 0
    n_repeated: int = 0
    n_quarantined: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    best: float | None = None
    """The highest Sharpe ratio of any population."""
    best_fresh: float | None = None
    """The highest Sharpe ratio that was drawn afresh."""
    fresh_steps: list[tuple[int, float]] = field(default_factory=list)
    """Where that got better: how many were drawn by then, and the best of them."""
    _points: dict[int, Line] = field(default_factory=dict)
    """One generation in `_step`."""
    _step: int = 1
    _doubted: int | None = None
    """The last generation that was too far ahead to be believed."""

    @property
    def last(self) -> Line:
        """The newest line; empty before the first."""
        return self.lines[max(self.lines)] if self.lines else {}

    @property
    def points(self) -> list[Line]:
        """Lines evenly spread from the first to the last generation, both among them; all, of few."""
        found = {number_: self._points[number_] for number_ in sorted(self._points)}
        return list((found | ({max(self.lines): self.last} if self.lines else {})).values())

    def series(self, name: str) -> list[float | None]:
        """Return a figure of every so manieth generation and of the last one; None where it has none, or no line."""
        if not self.lines:
            return []
        last = max(self.lines)
        places = [*range(0, last, self._step), last]
        return [statistic(self.lines.get(place) or self._points.get(place, {}), name) for place in places]

    @property
    def operators(self) -> list[tuple[str, int, int]]:
        """What each operator has brought, by name: how many were made, and how many the population had afterwards."""
        return [(name, n, self.kept[name]) for name, n in sorted(self.made.items()) if n]

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """How many had no fitness by reason, the most frequent first."""
        return [(reason, n) for reason, n in self.rejections.most_common() if n]

    def add(self, line: Line) -> None:
        """Take in a line."""
        number_ = line["generation"]
        if (self.lines and number_ < min(self.lines)) or not self._is_believed(number_):
            return
        if number_ in self.lines:
            self._count(self.lines[number_], -1)
        self.lines[number_] = line
        self._count(line, 1)
        self.best = _better(self.best, statistic(line, "best"))
        fresh = _better(self.best_fresh, number(line.get("best_fresh")))
        if fresh is not None and fresh != self.best_fresh:
            self.best_fresh = fresh
            self.fresh_steps.append((self.made[INITIAL], fresh))
        self._keep(number_, line)

    def _is_believed(self, generation: int) -> bool:
        """Tell whether a generation may be the next; one that is far ahead only if that before it was there as well.

        A digit that was damaged would else hide the generations that come.
        """
        if 0 <= generation <= max(self.lines, default=-1) + KEPT:
            return True
        follows = self._doubted == generation - 1
        self._doubted = generation
        return follows and 0 <= generation <= MAX_GENERATION

    def _count(self, line: Line, sign: int) -> None:
        self.n_scored += sign * count(line.get("n_scored"))
        self.n_repeated += sign * count(line.get("n_repeated"))
        self.n_quarantined += sign * count(line.get("n_quarantined"))
        for reason, found in items(line.get("rejections")):
            self.rejections[reason] += sign * count(found)
        for name, pair in items(line.get("operators")):
            if isinstance(pair, list) and len(pair) == 2:
                self.made[name] += sign * count(pair[0])
                self.kept[name] += sign * count(pair[1])

    def _keep(self, generation: int, line: Line) -> None:
        if len(self.lines) > KEPT:
            del self.lines[min(self.lines)]
        if generation % self._step == 0:
            self._points[generation] = line
        while generation >= POINTS * self._step:
            self._step *= 2
            self._points = {place: kept for place, kept in self._points.items() if place % self._step == 0}


def _better(former: float | None, found: float | None) -> float | None:
    return max((value for value in (former, found) if value is not None), default=None)


def follow(lines: Tail, progress: Progress) -> Progress:
    """Return a progress with what is new in its file; from nothing if that is another file than before."""
    for bite in lines.bites():
        progress = Progress() if bite.is_anew else progress
        for line in bite.lines:
            progress.add(line)
    return progress


def progress_of(path: Path) -> Progress:
    """Return what the lines of a file add up to."""
    return follow(Tail(path), Progress())
