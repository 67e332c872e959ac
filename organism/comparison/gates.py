"""The gates of two strategies, row beside row."""

from __future__ import annotations

from collections.abc import Sequence

from organism.comparison.values import GateRow
from organism.gauntlet.verdict import StageResult
from organism.registry.states import Verdict
from organism.views.survivors import merged


def gate_rows(a: Sequence[StageResult], b: Sequence[StageResult]) -> tuple[GateRow, ...]:
    """Return every stage that one of the two has come to, in the order of the gauntlet."""
    ours, theirs = ({(stage.slice_name, stage.stage): stage for stage in stages} for stages in (a, b))
    return tuple(_row(key, ours.get(key), theirs.get(key)) for key in merged(list(ours), list(theirs)))


def _row(key: tuple[str, str], a: StageResult | None, b: StageResult | None) -> GateRow:
    return GateRow(
        slice=key[0],
        stage=key[1],
        threshold_a="" if a is None else a.threshold_text,
        threshold_b="" if b is None else b.threshold_text,
        measured_a="" if a is None else a.measured_text,
        measured_b="" if b is None else b.measured_text,
        passed_a=None if a is None else a.verdict is Verdict.PASS,
        passed_b=None if b is None else b.verdict is Verdict.PASS,
    )
