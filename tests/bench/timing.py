"""Times of several calls side by side, so that a busy machine hurts them alike.

What runs in this process is measured in its processor time: on an idle machine that is the time on the wall, on a
shared one it leaves out the waiting for a core.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

ROUNDS = 7
"""The least number of rounds that a median is taken of, unless a page says fewer."""
SECONDS_EACH = 0.02


@dataclass(frozen=True, slots=True)
class Contestant:
    """A call to be timed."""

    call: Callable[..., Any]
    rounds: int = ROUNDS
    """Rounds in which it takes part; what takes seconds may take part in fewer."""
    prepare: Callable[[], Any] | None = None
    """Makes the argument of each call, outside its time; a prepared call is made once a round."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one call."""

    median: float
    """Of the rounds."""
    least: float
    """Of the rounds."""
    rounds: int


def interleaved(
    contestants: Sequence[Contestant],
    *,
    seconds_each: float = SECONDS_EACH,
    clock: Callable[[], float] = time.process_time,
) -> list[Timed]:
    """Time the contestants in turn, each time for about `seconds_each`, after a call that does not count."""
    repeats = [_repeats(item, seconds_each, clock) for item in contestants]
    times: list[list[float]] = [[] for _ in contestants]
    for number in range(max(item.rounds for item in contestants)):
        for item, repeat, spent in zip(contestants, repeats, times, strict=True):
            if number < item.rounds:
                spent.append(_once(item, repeat, clock))
    return [Timed(statistics.median(spent), min(spent), len(spent)) for spent in times]


def _repeats(item: Contestant, seconds_each: float, clock: Callable[[], float]) -> int:
    """Return how often a round repeats the call."""
    if item.rounds == 1:
        return 1
    seconds = _once(item, 1, clock)
    if item.prepare is not None or seconds > seconds_each:
        return 1
    return max(1, round(seconds_each / max(_once(item, 1, clock), 1e-6)))


def _once(item: Contestant, repeat: int, clock: Callable[[], float]) -> float:
    if item.prepare is not None:
        argument = item.prepare()
        started = clock()
        item.call(argument)
        return clock() - started
    started = clock()
    for _ in range(repeat):
        item.call()
    return (clock() - started) / repeat
