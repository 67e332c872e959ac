"""What a change of a rule did to its figures."""

from __future__ import annotations

import math

from organism.views.genealogy import DELTAS, Genealogy
from organism.views.lineage import Delta

WORTH = {
    "evidence": 1,
    "promise": 1,
    "sharpe": 1,
    "sharpe_before_costs": 1,
    "stability": 1,
    "floor": 1,
    "net_return": 1,
    "max_drawdown": -1,
    "turnover": -1,
    "parts": -1,
    "size": -1,
}
"""1 where more is better, -1 where less is; of the others neither is."""


def deltas(genealogy: Genealogy, before: int, after: int) -> tuple[Delta, ...]:
    """Return each figure of two rows, and which way it went."""
    return tuple(_delta(genealogy, name, before, after) for name in DELTAS)


def _delta(genealogy: Genealogy, name: str, before: int, after: int) -> Delta:
    # A parent without a trial, or no parent at all, has no figures.
    old, new = (_known(float(genealogy.figure(name)[row])) if row >= 0 else None for row in (before, after))
    if old is None or new is None:
        return Delta(name, old, new, "")
    change = (new - old) * WORTH.get(name, 0)
    verdict = "same" if new == old else "better" if change > 0 else "worse" if change < 0 else ""
    return Delta(name, old, new, verdict)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
