"""What a change of a rule did to its figures."""

from __future__ import annotations

import math

from organism.views.genealogy import Genealogy
from organism.views.lineage import Delta
from organism.views.trial_rows import DELTAS

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
    # A parent without a trial, or no parent at all, has no figures.
    old, new = (genealogy.trial(row) if row >= 0 else dict.fromkeys(DELTAS) for row in (before, after))
    return tuple(_delta(name, _known(old[name]), _known(new[name])) for name in DELTAS)


def _delta(name: str, old: float | None, new: float | None) -> Delta:
    if old is None or new is None:
        return Delta(name, old, new, "")
    change = (new - old) * WORTH.get(name, 0)
    verdict = "same" if new == old else "better" if change > 0 else "worse" if change < 0 else ""
    return Delta(name, old, new, verdict)


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
