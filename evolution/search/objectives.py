"""What a search strives for, and what it does not tolerate: metrics of a score, by name, from configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Literal

from pydantic import field_validator, model_validator

from data.settings import Settings
from evolution.fitness import Score
from evolution.repetition import LIMIT

METRICS = tuple(item.name for item in fields(Score) if item.name != "sketch")
"""Names of what an objective or a limit may ask for."""
RANGES: Mapping[str, tuple[float, float]] = {
    "stability": (-LIMIT, LIMIT),
    "floor": (-LIMIT, LIMIT),
    "max_drawdown": (0.0, 1.0),
    "exposure": (0.0, 1.0),
    "net_return": (-1.0, math.inf),
    "turnover": (0.0, math.inf),
    "n_trades": (0.0, math.inf),
    "size": (1.0, math.inf),
    "parts": (1.0, math.inf),
}
"""Lowest and highest value of a metric, of those that have one."""


def _known(metric: str) -> str:
    if metric not in METRICS:
        near = get_close_matches(metric[:40], METRICS, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"metric {metric[:40]!a} is unknown; {hint}known are {', '.join(METRICS)}")
    return metric


class Objective(Settings):
    """An `[[search.objective]]`: a metric, and which way is better."""

    metric: str
    goal: Literal["max", "min"]

    _check_metric = field_validator("metric")(_known)

    @property
    def weight(self) -> float:
        """1 where more is better, else -1."""
        return 1.0 if self.goal == "max" else -1.0


class Limit(Settings):
    """A `[[search.limit]]`: a rule beyond it has no fitness."""

    metric: str
    least: float | None = None
    most: float | None = None

    _check_metric = field_validator("metric")(_known)

    @model_validator(mode="after")
    def _check_bounds(self) -> Limit:
        if self.least is None and self.most is None:
            raise ValueError(f"limit of {self.metric} has no bound: give least, most or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"limit of {self.metric}: least {self.least:g} is above most {self.most:g}")
        self._refuse_impossible("least", self.least)
        self._refuse_impossible("most", self.most)
        return self

    def _refuse_impossible(self, name: str, bound: float | None) -> None:
        low, high = RANGES.get(self.metric, (-math.inf, math.inf))
        if bound is not None and not low <= bound <= high:
            allowed = f"from {low:g}" + (f" to {high:g}" if high < math.inf else "")
            raise ValueError(
                f"limit of {self.metric}: {name} {bound:g} is outside of what {self.metric} can be, {allowed}: give a "
                "bound in between"
            )

    def broken_by(self, score: Score) -> str | None:
        """Return what is wrong with a score, or None."""
        value = getattr(score, self.metric)
        if self.least is not None and value < self.least:
            return f"{self.metric} below {self.least:g}"
        if self.most is not None and value > self.most:
            return f"{self.metric} above {self.most:g}"
        return None


DEFAULT_OBJECTIVES = (
    Objective(metric="evidence", goal="max"),
    Objective(metric="promise", goal="max"),
    Objective(metric="stability", goal="max"),
    Objective(metric="parts", goal="min"),
)
