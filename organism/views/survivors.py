"""How many of a run's candidates each gate has let through."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from organism.gauntlet.verdict import StageResult
from organism.registry.rows import VerdictRow
from organism.registry.states import Verdict


@dataclass(frozen=True, slots=True)
class GateCount:
    """One stage of the gauntlet."""

    slice: str
    stage: str
    n_asked: int
    """Candidates that came so far."""
    n_passed: int


def survivors_by_gate(rows: Sequence[VerdictRow]) -> tuple[GateCount, ...]:
    """Return every stage that anybody reached, in the order of the gauntlet, with how many came and passed."""
    judged = [[StageResult.from_plain(stage) for stage in json.loads(row.stages_json)] for row in rows]
    asked: dict[tuple[str, str], int] = {}
    passed: dict[tuple[str, str], int] = {}
    for stages in judged:
        for stage in stages:
            key = stage.slice_name, stage.stage
            asked[key] = asked.get(key, 0) + 1
            passed[key] = passed.get(key, 0) + (stage.verdict is Verdict.PASS)
    order: list[tuple[str, str]] = []
    for stages in judged:
        order = list(merged(order, [(stage.slice_name, stage.stage) for stage in stages]))
    return tuple(GateCount(*key, asked[key], passed[key]) for key in order)


def merged(first: Sequence[tuple[str, str]], second: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the keys of both, each once, in an order that keeps that of each as far as they agree."""
    left = list(second)
    for key in first:
        if key in left:
            place = left.index(key)
            yield from (other for other in left[:place] if other not in first)
            left = left[place + 1 :]
        yield key
    yield from (other for other in left if other not in first)
