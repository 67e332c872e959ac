"""What a search strives for, once it is known when the rules that it is to avoid earn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.errors import SimulationError
from evolution.backends import Backend
from evolution.evaluator.task import task_of
from evolution.fitness import Rejected, Score
from evolution.genome.codec import from_json
from evolution.priors import SearchPriors
from evolution.run.recall import DECIDED
from evolution.search.goals import Goals
from evolution.search.objectives import Objective


def goals_of(objectives: Sequence[Objective], priors: SearchPriors, backend: Backend) -> Goals:
    """Return the goals of a search.

    The rules that are avoided are evaluated on the history that is searched, where nothing is chosen by how good they
    are: they are no trials. One without fitness there is like nobody.

    Raises
    ------
    SimulationError
        If one of them could not be evaluated now, and may be another time: a search that is resumed would strive for
        something else.
    """
    tasks = [task_of(from_json(text)) for text in priors.avoided]
    answers = backend.evaluate(tasks) if tasks else ()
    for text, found in zip(priors.avoided, answers, strict=True):
        if isinstance(found, Rejected) and found.reason not in DECIDED:
            raise SimulationError(
                f"the avoided rule {text[:80]} could not be evaluated ({found.reason}): repeat with more time or "
                "memory (genome_seconds, worker_megabytes), or begin a search that does not avoid it"
            )
    sketches = [found.sketch for found in answers if isinstance(found, Score)]
    return Goals(objectives, np.array(sketches, dtype=np.int64))
