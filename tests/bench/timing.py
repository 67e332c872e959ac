"""Times of several calls side by side, so that a busy machine hurts them alike.

What runs in this process is measured in its processor time: on an idle machine that is the time on the wall, on a
shared one it leaves out the waiting for a core.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one call."""

    median: float
    """Of the rounds."""
    least: float
    """Of the rounds."""


def interleaved(
    calls: list[Callable[[], Any]], *, rounds: int, seconds_each: float, clock: Callable[[], float] = time.process_time
) -> list[Timed]:
    """Time each call `rounds` times in turn, each time for about `seconds_each`, after a call that does not count."""
    repeats, times = [], [[] for _ in calls]
    for call in calls:
        call()
        started = clock()
        call()
        repeats.append(max(1, round(seconds_each / max(clock() - started, 1e-6))))
    for _ in range(rounds):
        for call, repeat, spent in zip(calls, repeats, times, strict=True):
            started = clock()
            for _ in range(repeat):
                call()
            spent.append((clock() - started) / repeat)
    return [Timed(statistics.median(spent), min(spent)) for spent in times]
