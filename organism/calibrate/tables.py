"""What a campaign says of each class of worlds: rates with their bounds, and what stopped whom. Values, no words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference import clopper_pearson_lower, clopper_pearson_upper
from organism.calibrate.outcome import Outcome
from organism.calibrate.plan import CampaignSettings

LOW_OVERFITTING = 0.5
P_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of worlds with its one-sided 95 % bounds (Clopper and Pearson 1934)."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else float("nan")


@dataclass(frozen=True, slots=True)
class ClassTable:
    """All worlds of one class."""

    name: str
    is_null: bool
    n_planned: int
    n_done: int
    graduated: Rate
    """Worlds in which anything graduated: false where nothing is to be found, power where something is."""
    found: Rate | None
    """Worlds in which search found the cause; None without a cause."""
    graduated_given_found: Rate | None
    """Worlds in which anything graduated among those in which search found the cause; None without a cause."""
    oracle: Rate | None
    """Worlds in which the oracle's rule passes every stage, corrected as harshly as a run can be; None without one."""
    oracle_joined: Rate | None
    """Worlds in which the last stage alone, so corrected, would let the oracle's rule pass; None without one."""
    base: Rate
    """Worlds in which the bare rule would have passed anything that was judged."""
    deflated: Rate
    """Worlds in which a deflated Sharpe ratio of 0.95 in sample would have."""
    low_overfitting: Rate
    """Worlds whose probability of backtest overfitting was below 0.5, of those that have one."""
    small_p: Rate
    """Candidates asked on both slices whose raw joined p-value was at most 0.05."""
    kills: tuple[tuple[str, int], ...]
    """By slice and stage, most first."""
    announced: float | None
    """Mean Sharpe ratio of graduates on held-out bars; None without any."""
    continued: float | None
    """Mean of the same on bars that nobody has seen; None where it was not measured."""
    search_seconds: float
    """Processor time a world, mean."""
    judge_seconds: float
    """Processor time a world, mean."""


def tables_of(settings: CampaignSettings, outcomes: Sequence[Outcome]) -> list[ClassTable]:
    """Return a table for each class, in the order of the plan."""
    return [
        _table(item.name, item.is_null, item.worlds, [one for one in outcomes if one.class_name == item.name])
        for item in settings.classes
    ]


def rate(hits: Iterable[bool]) -> Rate:
    """Return how many of these hold, and between what shares the truth lies."""
    found = list(hits)
    count, of = sum(found), len(found)
    if of == 0:
        return Rate(0, 0, 0.0, 1.0)
    return Rate(count, of, clopper_pearson_lower(count, of), clopper_pearson_upper(count, of))


def _table(name: str, is_null: bool, n_planned: int, worlds: Sequence[Outcome]) -> ClassTable:
    kills: Counter[str] = Counter()
    for world in worlds:
        kills.update(world.kills)
    announced = [one for world in worlds for one in world.announced]
    asked = [] if is_null else [world.answers for world in worlds if world.answers]
    return ClassTable(
        name=name,
        is_null=is_null,
        n_planned=n_planned,
        n_done=len(worlds),
        graduated=rate(world.n_graduates > 0 for world in worlds),
        found=None if is_null else rate(bool(world.found_cause) for world in worlds),
        graduated_given_found=None if is_null else rate(w.n_graduates > 0 for w in worlds if w.found_cause),
        oracle=rate(all(one.passed for one in answers) for answers in asked) if asked else None,
        oracle_joined=rate(answers[-1].passed for answers in asked) if asked else None,
        base=rate(world.n_base > 0 for world in worlds),
        deflated=rate(world.n_deflated > 0 for world in worlds),
        low_overfitting=rate(w.overfitting < LOW_OVERFITTING for w in worlds if w.overfitting is not None),
        small_p=rate(p <= P_LEVEL for world in worlds for p in world.joined_p_values),
        kills=tuple(kills.most_common()),
        announced=_mean([one.held_out for one in announced]),
        continued=_mean([one.continued for one in announced if one.continued is not None]),
        search_seconds=_mean([world.search_seconds for world in worlds]) or 0.0,
        judge_seconds=_mean([world.judge_seconds for world in worlds]) or 0.0,
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
