"""What becomes of the best at the end of an epoch, and of a search: they lose what they hardly need.

At the end of a search they may have their numbers turned, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate, islice

from evolution.fitness import Score
from evolution.genome.genome import ROOTS
from evolution.run.nursery import Brood, Nursery
from evolution.run.revision import Evaluate
from evolution.run.settings import SearchSettings
from evolution.run.state import SearchState
from evolution.search.goals import Goals
from evolution.search.individual import Individual
from evolution.search.simpler import PARTS_OF_RISK
from evolution.trials import MOST_TRIALS


class Finish:
    """Generations behind those that are bred, and between two epochs.

    Parameters
    ----------
    evaluate
        Asked about whatever is tried; its answers go with the brood.
    resumed
        The state to go on from.
    """

    def __init__(
        self, settings: SearchSettings, nursery: Nursery, goals: Goals, evaluate: Evaluate, resumed: SearchState | None
    ) -> None:
        self._settings, self._nursery, self._goals, self._evaluate = settings, nursery, goals, evaluate
        self.is_tuned = resumed is not None and resumed.is_tuned
        self._settled = set(resumed.settled if resumed else ())

    def settled(self, hall: Iterable[Individual]) -> tuple[str, ...]:
        """Return the genotypes of the hall, in order, that have lost what they hardly need."""
        # Whoever has left the hall does not come back, and a search for ever has no room for all of them.
        return tuple(sorted(self._settled.intersection([item.genotype_hash for item in hall])))

    def is_short(self, hall: Iterable[Individual]) -> bool:
        """Tell whether the best of the hall have lost what they hardly need."""
        return not self._waiting(self._best(hall))

    def shorten(self, hall: Iterable[Individual]) -> Brood | None:
        """Return the brood of a generation in which the best of the hall get shorter; None once they are."""
        return self._shortened(self._waiting(self._best(hall)))

    def is_wanted(self, hall: Iterable[Individual]) -> bool:
        """Tell whether anything is left to do for the best of the hall."""
        best = self._best(hall)
        return bool(self._waiting(best) or self._untuned(best))

    def next(self, number: int, hall: Iterable[Individual]) -> Brood | None:
        """Return the brood of a generation; None once nothing is left to do for the best of the hall."""
        best = self._best(hall)
        return self._shortened(self._waiting(best)) or self._tuned(number, self._untuned(best))

    def _best(self, hall: Iterable[Individual]) -> list[Individual]:
        return list(islice(hall, self._settings.registered))

    def _waiting(self, best: list[Individual]) -> list[Individual]:
        """Return those that have not been asked yet what they hardly need."""
        if not self._settings.simplify:
            return []
        return [item for item in best if item.genotype_hash not in self._settled]

    def _untuned(self, best: list[Individual]) -> list[Individual]:
        return [] if self.is_tuned else best[: self._settings.tuned]

    def _shortened(self, waiting: list[Individual]) -> Brood | None:
        if not waiting:
            return None
        waiting = _as_many_as_one_segment_holds(waiting)
        part_nats = self._settings.part_nats
        brood = self._nursery.shortened(waiting, part_nats, self._goals, self._evaluate, self._allows)
        # Asked again a rule would lose another standard error.
        self._settled |= {one.child.genotype_hash for one in brood.better.values()}
        self._settled |= {item.genotype_hash for item in waiting} - brood.better.keys()
        return brood

    def _tuned(self, number: int, best: list[Individual]) -> Brood | None:
        if not best:
            return None
        self.is_tuned = True
        n_points = self._settings.tuning_points
        brood = self._nursery.tuned(number, best, n_points, self._goals, self._evaluate, self._allows)
        # The rule that it was has been asked, and is the same but for its numbers.
        self._settled |= {one.child.genotype_hash for one in brood.better.values()}
        return brood

    def _allows(self, score: Score) -> bool:
        return self._settings.broken_limit(score) is None


def ends_epoch(state: SearchState, settings: SearchSettings) -> bool:
    """Tell whether the next generation draws a new population, the best of all before it being as short as they get."""
    best = state.hall_of_fame[: settings.registered] if settings.simplify else ()
    is_over = state.epoch.number > 0 and state.epoch.began == state.generation + 1
    return is_over and {item.genotype_hash for item in best} <= set(state.settled)


def _as_many_as_one_segment_holds(waiting: list[Individual]) -> list[Individual]:
    """Return the first of those that wait, at least one; the others wait for the next generation."""
    most_trials = list(accumulate(_most_shorter(item.score.size) for item in waiting))
    return waiting[: max(1, bisect_right(most_trials, MOST_TRIALS))]


def _most_shorter(size: int) -> int:
    """Return more than a rule of so many nodes is asked about while it gets shorter.

    Every node can go on one side or on both, a root become `never`, a gene of risk be left out; and with each round
    one of them is gone.
    """
    n_genes = len(PARTS_OF_RISK)
    return (2 * (size + len(ROOTS)) + n_genes) * (size + n_genes)
