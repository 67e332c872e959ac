"""Our own search as an arm: what a run would hand over, after every generation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from data.code_version import code_version
from data.market import Universe
from data.snapshot import load_universe
from evolution.agreement import Disagreement
from evolution.backends import SerialBackend
from evolution.fitness import Score
from evolution.genome.genome import Genome
from evolution.run.layout import RunFolder
from evolution.run.loop import search
from evolution.run.origin import Origin
from evolution.run.settings import SearchSettings
from evolution.run.state import SearchState
from tests.bench.search.candidate import Candidate
from tests.bench.search.climb import Moment


class NothingAsked:
    """Takes the score of a generation's best as it is: proving it takes as long as the search."""

    def __init__(self, universe: Universe) -> None:
        pass

    def disagreement(self, genome: Genome, score: Score) -> Disagreement | None:
        """Return None."""
        return None


def evolve_by_search(
    settings: SearchSettings, seed: int, snapshot: Path, folder: Path, watch: Callable[[Moment], None]
) -> None:
    """Search a stored history in this process, and show every generation to `watch`, which may raise to end it."""
    backend = SerialBackend(snapshot, minimum_trades=settings.minimum_trades)
    folder.mkdir(parents=True)
    universe = load_universe(snapshot)
    try:
        for generation in search(
            settings,
            seed,
            backend,
            RunFolder(folder),
            priors=settings.priors(len(universe.coins)),
            check=NothingAsked(universe),
            origin=Origin("search-bench", snapshot.name, code_version()),
            universe=universe,
        ):
            watch(Moment(generation.state.n_trials, handed_over(generation.state, settings.registered)))
    finally:
        backend.close()


def handed_over(state: SearchState, count: int) -> list[Candidate]:
    """Return those that `organism.hand_over` would put into testing, in its order."""
    return [Candidate(one.genome, one.score.sharpe) for one in state.hall_of_fame[:count]]
