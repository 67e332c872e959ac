"""The random search of a run: rules drawn afresh inside it, or, once asked for, as many as it has tried beside it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from evolution.rows.odds import INITIAL
from evolution.run.layout import RunFolder
from organism.views.progress import Progress, progress_of


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Rules drawn afresh on the bars of a run, from its grammar: what chance alone finds there."""

    n_drawn: int
    best: float | None
    """The highest annual in-sample Sharpe ratio of them; None if none had fitness."""
    is_beside: bool = False
    """Whether they were drawn beside the run, not inside it."""
    steps: tuple[tuple[int, float], ...] = ()
    """Where the best got better: how many had been drawn by then, and the best of them; a whole generation at once."""

    def best_of(self, n: int) -> float | None:
        """Return the best of at most the first `n`; None if there are fewer, or none had fitness."""
        place = bisect_right(self.steps, n, key=lambda step: step[0])
        return self.steps[place - 1][1] if place and n <= self.n_drawn else None


def beside(run: RunFolder) -> RunFolder:
    """Return where the random search beside a run is kept: in its folder, where no count of trials looks."""
    return RunFolder(run.path / "random")


def random_search_of(run: RunFolder, progress: Progress) -> RandomSearch:
    """Return the larger of the two; `progress` is the run's own."""
    inside, outside = drawn_afresh(progress), drawn_afresh(progress_of(beside(run).generations), is_beside=True)
    return outside if outside.n_drawn > inside.n_drawn else inside


def drawn_afresh(progress: Progress, *, is_beside: bool = False) -> RandomSearch:
    """Return how many rules were drawn afresh in these generations, and the best of them."""
    return RandomSearch(progress.made[INITIAL], progress.best_fresh, is_beside, tuple(progress.fresh_steps))
