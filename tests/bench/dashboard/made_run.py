"""A run of as many genomes as wanted, written by the search itself; only their scores are made up, from their text.

What is bred, recorded, kept and written down is what any run has, so that whoever reads it reads the real thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from data.snapshot import SnapshotStore
from evolution.agreement import Disagreement
from evolution.evaluator import Task
from evolution.fitness import Evaluation, Reason, Rejected, Score
from evolution.genome.genome import Genome
from evolution.run.layout import RunFolder, read_json
from evolution.run.loop import search
from evolution.run.origin import origin_from_plain
from evolution.run.settings import SearchSettings
from organism.foundry import start_run
from organism.home import Home
from organism.settings import FoundrySettings

POPULATION = 300
YEARS = 5.0


class MadeUp:
    """Scores by a hash of what is evaluated: the same rule has the same score."""

    def begin(self, genomes: Sequence[Genome | Task]) -> None:
        """Nothing takes long here."""

    def evaluate(self, genomes: Sequence[Genome | Task]) -> list[Evaluation]:
        """Return a score for nine rules in ten."""
        return [_score(task) for task in genomes if isinstance(task, Task)]

    def close(self) -> None:
        """Nothing is held."""


def _score(task: Task) -> Evaluation:
    draw = blake2b("".join((*task.programs, task.risk)).encode(), digest_size=12).digest()
    shares = [byte / 255.0 for byte in draw]
    if shares[0] < 0.1:
        return Rejected(Reason.TOO_FEW_TRADES, "made up")
    sharpe = 3.0 * shares[1] * shares[2]
    return Score(
        sharpe=sharpe,
        stability=4.0 * shares[3],
        size=task.size,
        n_trades=100 + int(900 * shares[4]),
        net_return=sharpe / 2.0,
        max_drawdown=0.02 + 0.2 * shares[5],
        turnover=100.0 * shares[6],
        exposure=shares[7],
        floor=shares[8],
        sharpe_before_costs=sharpe * 1.2,
        sketch=int.from_bytes(draw[:6], "big"),
        parts=task.parts,
        evidence=5.0 * sharpe - task.parts,
        promise=6.0 * sharpe - task.parts,
    )


class Agreed:
    """Finds no disagreement; nothing was simulated."""

    def disagreement(self, genome: Genome, score: Score) -> Disagreement | None:
        """Return None."""
        return None


def make_run(home: Home, n_genomes: int, seed: int = 1) -> RunFolder:
    """Write an unfinished run of so many genomes, or more by less than a generation."""
    settings = FoundrySettings.model_validate(
        {
            "name": "made",
            "seed": seed,
            "history": {"world": "planted", "years": YEARS},
            "search": {
                "population": POPULATION,
                "offspring": POPULATION,
                "generations": n_genomes // POPULATION,
                # What is made up answers no screen.
                "screened_share": 0.0,
            },
        }
    )
    folder = start_run(settings, home)
    origin = origin_from_plain(read_json(folder.manifest, "origin")["origin"], str(folder.manifest))
    wanted: SearchSettings = settings.search
    for generation in search(
        wanted,
        seed,
        MadeUp(),
        folder,
        priors=wanted.priors(),
        check=Agreed(),
        origin=origin,
        universe=SnapshotStore(home.snapshots).open(origin.snapshot).load(),
    ):
        if generation.state.generation >= wanted.generations:
            break
    return folder
