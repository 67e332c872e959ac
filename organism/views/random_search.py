"""The random search of a run: rules drawn afresh inside it, or, once asked for, as many as it has tried beside it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evolution.run.layout import RunFolder
from evolution.run.metrics import read_lines
from evolution.search.rows.odds import INITIAL
from organism.views.progress import count, items, number


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Rules drawn afresh on the bars of a run, from its grammar: what chance alone finds there."""

    n_drawn: int
    best: float | None
    """The highest annual in-sample Sharpe ratio of them; None if none had fitness."""
    is_beside: bool = False
    """Whether they were drawn beside the run, not inside it."""
    steps: tuple[tuple[int, float | None], ...] = ()
    """The best of the first so many of them, generation by generation."""

    def best_of(self, n: int) -> float | None:
        """Return the best of at most the first `n`; None if there are fewer, or none had fitness."""
        place = bisect_right(self.steps, n, key=lambda step: step[0])
        return self.steps[place - 1][1] if place and n <= self.n_drawn else None


def beside(run: RunFolder) -> RunFolder:
    """Return where the random search beside a run is kept: in its folder, where no count of trials looks."""
    return RunFolder(run.path / "random")


def random_search_of(run: RunFolder, lines: Sequence[dict[str, Any]]) -> RandomSearch:
    """Return the larger of the two; `lines` are the run's own generations in order."""
    inside, outside = drawn_afresh(lines), drawn_afresh(generations_of(beside(run)), is_beside=True)
    return outside if outside.n_drawn > inside.n_drawn else inside


def drawn_afresh(lines: Sequence[dict[str, Any]], *, is_beside: bool = False) -> RandomSearch:
    """Return how many rules were drawn afresh in these generations, and the best of them."""
    n_drawn, best = 0, None
    steps: list[tuple[int, float | None]] = []
    for line in lines:
        n_drawn += _n_made(line)
        fresh = number(line.get("best_fresh"))
        if fresh is not None:
            best = fresh if best is None else max(best, fresh)
        steps.append((n_drawn, best))
    return RandomSearch(n_drawn, best, is_beside, tuple(steps))


def generations_of(folder: RunFolder) -> list[dict[str, Any]]:
    """Return the finished generations in order."""
    found = read_lines(folder.generations)
    return [found[number] for number in sorted(found) if isinstance(found[number].get("statistics"), dict)]


def _n_made(line: dict[str, Any]) -> int:
    pair = dict(items(line.get("operators"))).get(INITIAL)
    return count(pair[0]) if isinstance(pair, list) and len(pair) == 2 else 0
