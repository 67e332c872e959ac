"""What earlier runs have found out: no genotype is simulated twice on the same history by the same code.

The segments of trials are the memory, so there is no other file that could go stale or be damaged. Every genotype is
a trial of the run that draws it, recalled or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from data.errors import DataError
from evolution.backends import Backend
from evolution.evaluator import Task
from evolution.fitness import Evaluation, Reason, Rejected
from evolution.search.child import Child
from evolution.trials import evaluations_in, read_segment

MOST_RECALLED = 200_000
"""Genotypes kept in memory, some 120 MB; segments behind those that fill it are not read."""
DECIDED = frozenset(
    {Reason.TOO_FEW_TRADES, Reason.RUINED, Reason.ZERO_VARIANCE, Reason.SHORT_HISTORY, Reason.NOT_FINITE}
)
"""Reasons that lie in the genome. The others lie in a process or a defect, and may be otherwise next time."""


class Recall:
    """Evaluations by genotype.

    Parameters
    ----------
    segments
        Files of trials, all of one history and one code, the most useful first; one that is damaged is left out.
    """

    def __init__(self, segments: Iterable[Path] = ()) -> None:
        self._known: dict[bytes, Evaluation] = {}
        for path in segments:
            if len(self._known) >= MOST_RECALLED:
                break
            self._read(path)

    def __len__(self) -> int:
        return len(self._known)

    def evaluate(self, backend: Backend, children: Sequence[Child]) -> list[Evaluation]:
        """Return the evaluations of children in order; the backend is asked about those that are not known."""
        known = self._known_of(children)
        unknown = _unknown(children, known)
        answers = iter(backend.evaluate(unknown) if unknown else ())
        return [next(answers) if evaluation is None else evaluation for evaluation in known]

    def begin(self, backend: Backend, children: Sequence[Child]) -> None:
        """Let the backend work on what `evaluate` will ask it about children."""
        backend.begin(_unknown(children, self._known_of(children)))

    def _known_of(self, children: Sequence[Child]) -> list[Evaluation | None]:
        if not self._known:
            return [None] * len(children)
        return [self._known.get(bytes.fromhex(child.genotype_hash)) for child in children]

    def _read(self, path: Path) -> None:
        try:
            for genotype_hash, evaluation in evaluations_in(read_segment(path)):
                if len(self._known) >= MOST_RECALLED:
                    return
                if not isinstance(evaluation, Rejected) or evaluation.reason in DECIDED:
                    self._known[bytes.fromhex(genotype_hash)] = evaluation
        except (DataError, ValueError):
            # What was read is whole, and what was not is found out again; `organism doctor` names the damage.
            return


def _unknown(children: Sequence[Child], known: Sequence[Evaluation | None]) -> list[Task]:
    return [child.task for child, evaluation in zip(children, known, strict=True) if evaluation is None]
