"""What a stage, and the gauntlet as a whole, says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from organism.registry.states import Verdict

SMALL = 0.01
"""Below it two digits after the point would say too little."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """One measurement against one threshold."""

    stage: str
    """Name of the stage."""
    slice_name: str
    """`IS`, `OOS` or `WF`: the bars it has seen."""
    measured: float | None
    """What was measured; None where the statistic does not exist, which never passes, or where nothing was asked."""
    comparison: str
    """`>`, `>=` or `<`: how `measured` must stand to `threshold`."""
    threshold: float
    unit: str
    """Unit of both, in a few letters; empty for a plain number."""
    verdict: Verdict
    meaning: str
    """What the number says, and what it does not."""

    @property
    def measured_text(self) -> str:
        """Such as `2.31`, `7.20%` or `1,403`; what two digits would show as 0.00, such as a p-value, `3.1e-08`."""
        if self.measured is None:
            return "not asked" if self.verdict is Verdict.PASS else "not measurable"
        if 0.0 < abs(self.measured) < SMALL:
            return f"{self.measured:.2g}{self.unit}"
        digits = 0 if self.measured.is_integer() else 2
        return f"{self.measured:,.{digits}f}{self.unit}"

    @property
    def threshold_text(self) -> str:
        """Such as `> 2`, `< 10%` or `>= 50,000 USDC`."""
        return f"{self.comparison} {self.threshold:,.10g}{self.unit}"

    @classmethod
    def from_plain(cls, value: Mapping[str, Any]) -> StageResult:
        """Return the stage that `to_plain` wrote."""
        return cls(**{**value, "verdict": Verdict(value["verdict"])})

    def to_plain(self) -> dict[str, Any]:
        """Return JSON values."""
        return {**asdict(self), "verdict": self.verdict.value}


def measure(
    stage: str,
    slice_name: str,
    measured: float,
    comparison: str,
    threshold: float,
    *,
    unit: str = "",
    meaning: str,
) -> StageResult:
    """Compare a measurement with its threshold; NaN fails whatever the comparison."""
    holds = {">": measured > threshold, ">=": measured >= threshold, "<": measured < threshold}[comparison]
    exists = math.isfinite(measured)
    return StageResult(
        stage,
        slice_name,
        measured if exists else None,
        comparison,
        threshold,
        unit,
        Verdict.PASS if holds and exists else Verdict.KILL,
        meaning,
    )


def not_asked(
    stage: str, slice_name: str, comparison: str, threshold: float, *, unit: str = "", meaning: str
) -> StageResult:
    """Return a stage that stands in nobody's way because it had nothing to look at; `meaning` says why."""
    return StageResult(stage, slice_name, None, comparison, threshold, unit, Verdict.PASS, meaning)
