"""When the candidates of a running search are looked at, and when it has been seen enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.bench.search.candidate import Candidate
from tests.bench.search.outcome import Look
from tests.bench.search.plan import PlanSettings, rungs_of


@dataclass(frozen=True, slots=True)
class Moment:
    """A search between two generations."""

    evaluations: int
    """Unique genomes scored so far."""
    candidates: Sequence[Candidate]
    """Those that a run would hand over now, best first."""


class EnoughError(Exception):
    """Ends a search that has nothing more to show."""


Judge = Callable[[Sequence[Candidate]], Look]
"""Judges candidates; what it does not know of a look is left at 0."""


class Climb:
    """Looks at a search after each rung of a plan.

    Parameters
    ----------
    plan
        Rungs, budget and what a success is.
    judge
        Its time does not count.
    """

    def __init__(self, plan: PlanSettings, judge: Judge, clock: Callable[[], float] = time.process_time) -> None:
        self.looks: list[Look] = []
        self._waiting = list(rungs_of(plan))
        self._plan, self._judge, self._clock = plan, judge, clock
        self._seconds, self._since = 0.0, clock()
        self._last: Moment | None = None

    def watch(self, moment: Moment) -> None:
        """See a search after a generation. The last rung is looked at when the search has ended: see `finish`.

        Raises
        ------
        EnoughError
            At the budget or beyond it, once there has been a success and another rung is to come.
        """
        self._seconds += self._clock() - self._since
        self._last = moment
        self._look([rung for rung in self._waiting[:-1] if rung <= moment.evaluations], moment)
        if self._has_found and self.looks[-1].rung >= self._plan.budget:
            raise EnoughError
        self._since = self._clock()

    @property
    def _has_found(self) -> bool:
        return any(look.share >= self._plan.success for look in self.looks)

    def finish(self) -> tuple[Look, ...]:
        """Return all looks, the last of a search as it ended: its last generations may tidy up what was found.

        One that ran dry before is seen at the next rung that it did not reach.
        """
        is_over = self._has_found and self.looks[-1].rung >= self._plan.budget
        if not is_over and self._last is not None:
            reached = [rung for rung in self._waiting if rung <= self._last.evaluations]
            self._look(reached or self._waiting[:1], self._last)
        return tuple(self.looks)

    def _look(self, rungs: Sequence[int], moment: Moment) -> None:
        if rungs:
            seen = self._judge(moment.candidates[: self._plan.candidates])
            seen = replace(seen, evaluations=moment.evaluations, seconds=round(self._seconds, 3))
            self.looks += [replace(seen, rung=rung) for rung in rungs]
            del self._waiting[: len(rungs)]
