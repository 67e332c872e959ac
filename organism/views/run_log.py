"""The newest generations of a run, a row each, with what was new in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evolution.rows.odds import SIMPLIFY
from organism.views.progress import count, number
from organism.views.run_view import LogRow

LOG_ROWS = 40


def log_rows(lines: Mapping[int, Mapping[str, Any]]) -> tuple[LogRow, ...]:
    """Return a row for each line by generation, the newest first."""
    rows: list[LogRow] = []
    former: LogRow | None = None
    epoch = None
    for generation in sorted(lines):
        line = lines[generation]
        statistics = line.get("statistics") if isinstance(line.get("statistics"), dict) else {}
        assert isinstance(statistics, dict)
        rejections = line.get("rejections")
        best = number(statistics.get("best"))
        notes = []
        if _is_shortening(line.get("operators")):
            notes.append("the best get shorter")
        elif epoch is not None and line.get("epoch") != epoch:
            notes.append("a new population")
        elif former is not None and best is not None and former.best is not None and best > former.best:
            notes.append(f"best +{best - former.best:.2f}")
        if count(line.get("n_quarantined")):
            notes.append(f"{count(line.get('n_quarantined'))} in quarantine")
        former = LogRow(
            generation,
            best,
            number(statistics.get("median")),
            count(line.get("n_scored")),
            count(line.get("n_repeated")),
            sum(map(count, rejections.values())) if isinstance(rejections, dict) else 0,
            ", ".join(notes),
        )
        epoch = line.get("epoch")
        rows.append(former)
    return tuple(reversed(rows[-LOG_ROWS:]))


def _is_shortening(operators: object) -> bool:
    """Tell whether nothing was bred, only parts left out of the best."""
    return isinstance(operators, dict) and set(operators) == {SIMPLIFY}
