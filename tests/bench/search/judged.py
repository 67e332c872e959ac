"""The best of a search's candidates on bars that go on for centuries."""

from __future__ import annotations

from collections.abc import Sequence

from evolution.genome.render import render
from evolution.rows.parts import parts_of
from evolution.rows.records import record_of
from tests.bench.search.candidate import Candidate
from tests.bench.search.continuation import Continuation
from tests.bench.search.outcome import Look

FINALISTS = 3
"""Candidates that are judged on all worlds: those that are best on the first one."""


def best_of(candidates: Sequence[Candidate], continuation: Continuation, oracle: float) -> Look:
    """Return who of the candidates has the highest Sharpe ratio; rung, evaluations and seconds are left at 0."""
    if not candidates:
        return Look(0, 0, 0, 0.0, 0.0, 0.0, -1, 0, (), (), "", 0.0)
    first = [continuation.sharpe(one.genome, 1) for one in candidates]
    finalists = sorted(range(len(candidates)), key=lambda place: -first[place])[:FINALISTS]
    sharpes = {place: continuation.sharpe(candidates[place].genome) for place in finalists}
    place = max(finalists, key=lambda finalist: sharpes[finalist])
    best = candidates[place]
    return Look(
        rung=0,
        evaluations=0,
        n_candidates=len(candidates),
        share=sharpes[place] / oracle,
        sharpe=sharpes[place],
        in_sample=best.in_sample,
        place=place,
        size=best.genome.size,
        sizes=tuple(one.genome.size for one in candidates),
        parts=tuple(parts_of(record_of(one.genome)) for one in candidates),
        rule=render(best.genome),
        seconds=0.0,
    )
