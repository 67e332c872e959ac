"""Which stages earn their keep, and whether the last one's p-value is one. Values, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from organism.calibrate.outcome import Outcome
from organism.calibrate.plan import CampaignSettings
from organism.calibrate.tables import Rate, rate

LEVELS = (0.01, 0.05, 0.10)


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage, asked about every oracle and about the best-looking strategy of every world that holds nothing."""

    stage: str
    """With its slice."""
    nulls: int
    """Best-looking strategies above the in-sample Sharpe ratio that it was asked about."""
    nulls_stopped: int
    nulls_stopped_alone: int
    """Those that every other stage would have let pass: what would graduate without it."""
    plants: int
    """Oracles that it was asked about."""
    plants_lost: int
    plants_lost_alone: int
    """Those that every other stage would have let pass: what it costs."""
    seconds: float
    """Processor time, mean over all."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """P-values of the last stage where nothing is true, without gates and costs."""

    p_values: tuple[float, ...]
    """One a world, sorted."""
    classes: tuple[str, ...]
    small: tuple[tuple[float, Rate], ...]
    """How many were at most each level."""


def stage_rows(settings: CampaignSettings, outcomes: Sequence[Outcome]) -> list[StageRow]:
    """Return a row for each stage that was asked, in the order of the gauntlet."""
    null_names = {item.name for item in settings.classes if item.is_null}
    nulls = [one for one in outcomes if one.answers and one.class_name in null_names]
    plants = [one for one in outcomes if one.answers and one.class_name not in null_names]
    stages = list(dict.fromkeys(answer.stage for one in (*nulls, *plants) for answer in one.answers))
    return [_row(stage, nulls, plants) for stage in stages]


def calibration(settings: CampaignSettings, outcomes: Sequence[Outcome]) -> Calibration:
    """Return the p-values of all classes that are fair games before costs."""
    names = tuple(item.name for item in settings.classes if item.is_fair_before_costs)
    found = [one.ungated_p_value for one in outcomes if one.class_name in names and one.ungated_p_value is not None]
    small = tuple((level, rate(p <= level for p in found)) for level in LEVELS)
    return Calibration(tuple(sorted(found)), names, small)


def _row(stage: str, nulls: Sequence[Outcome], plants: Sequence[Outcome]) -> StageRow:
    seconds = [answer.seconds for one in (*nulls, *plants) for answer in one.answers if answer.stage == stage]
    return StageRow(
        stage,
        len(nulls),
        sum(stage in _stopping(one) for one in nulls),
        sum(_stopping(one) == {stage} for one in nulls),
        len(plants),
        sum(stage in _stopping(one) for one in plants),
        sum(_stopping(one) == {stage} for one in plants),
        float(np.mean(seconds)),
    )


def _stopping(outcome: Outcome) -> set[str]:
    return {answer.stage for answer in outcome.answers if not answer.passed}
