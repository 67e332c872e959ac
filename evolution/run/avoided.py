"""What a search strives for, once it is known when the rules that it is to avoid earn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolution.backends import Backend
from evolution.evaluator.program import task_of
from evolution.fitness import Score
from evolution.genome.codec import from_json
from evolution.priors import SearchPriors
from evolution.run.objectives import Objective
from evolution.search.goals import Goals


def goals_of(objectives: Sequence[Objective], priors: SearchPriors, backend: Backend) -> Goals:
    """Return the goals of a search.

    The rules that are avoided are evaluated on the history that is searched, where nothing is chosen by how good they
    are: they are no trials. One without fitness there is like nobody.
    """
    tasks = [task_of(from_json(text)) for text in priors.avoided]
    scores = [found for found in (backend.evaluate(tasks) if tasks else ()) if isinstance(found, Score)]
    return Goals(objectives, np.array([score.sketch for score in scores], dtype=np.int64))
