"""How fast a run goes, by its last generations, and how long it will take."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from data.shown import inert_line
from evolution.run.layout import ENDLESS
from organism.views.progress import count, number

RECENT = 20
"""Generations by which pace is measured."""
NAME_LENGTH = 60


class Pace:
    """The seconds that the parts of the last generations took."""

    def __init__(self) -> None:
        self._seconds: deque[tuple[int, Mapping[str, Any]]] = deque(maxlen=RECENT)
        self.megabytes: float | None = None
        """Resident memory of the job, as it last wrote it down."""

    def clear(self) -> None:
        """Forget all: it was another run's."""
        self._seconds.clear()
        self.megabytes = None

    def add(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Take in lines of `pace.jsonl`."""
        for line in lines:
            seconds = line.get("seconds")
            self._seconds.append((line["generation"], seconds if isinstance(seconds, dict) else {}))
            self.megabytes = number(line.get("memory_megabytes"))

    @property
    def _whole(self) -> float:
        return sum(number(value) or 0.0 for _, seconds in self._seconds for value in seconds.values())

    def rates(self, lines: Mapping[int, Mapping[str, Any]]) -> tuple[float | None, float | None]:
        """Return distinct genotypes and draws a second, from the lines of the generations."""
        seconds = self._whole
        recent = [lines.get(generation, {}) for generation, _ in self._seconds]
        if seconds <= 0.0 or not recent:
            return None, None
        unique = sum(count(line.get("n_scored")) for line in recent)
        return unique / seconds, (unique + sum(count(line.get("n_repeated")) for line in recent)) / seconds

    def seconds_left(self, settings: Mapping[str, Any], last: Mapping[str, Any]) -> float | None:
        """Return an estimate for what is left of a search; None if no end is planned or nothing is known.

        Parameters
        ----------
        settings
            Of the search.
        last
            Line of the last generation.
        """
        if not self._seconds:
            return None
        planned = count(settings.get("generations"))
        left = math.inf if planned >= ENDLESS else max(0, planned - count(last.get("generation")))
        most, offspring = settings.get("evaluations"), count(settings.get("offspring"))
        if type(most) is int and offspring:
            left = min(left, max(0, most - count(last.get("n_trials"))) / offspring)
        return None if math.isinf(left) else left * self._whole / len(self._seconds)

    def parts(self) -> tuple[tuple[str, float], ...]:
        """Return the share of the time that each part took, the longest first."""
        whole = self._whole
        sums: dict[str, float] = {}
        for _, seconds in self._seconds:
            for part, value in seconds.items():
                sums[part] = sums.get(part, 0.0) + (number(value) or 0.0)
        if whole <= 0.0:
            return ()
        ordered = sorted(sums.items(), key=lambda item: -item[1])
        return tuple((inert_line(part, NAME_LENGTH), value / whole) for part, value in ordered)
