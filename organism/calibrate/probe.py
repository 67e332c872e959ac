"""One rule before every stage, none left out for an earlier miss: what each stage stops by itself, and what it takes.

In a world with a cause the rule is the oracle, so that what is stopped is a loss; in a world without one it is the
strategy that looked best in sample, so that what is stopped is a gain.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backtest.splits import Slices
from data.market import Universe
from evolution.evaluator import FeatureStore
from organism.gauntlet.benchmark import DailyReturns, daily_returns, joined, least_alpha
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.registration import NOT_ASKED, joined_stage
from organism.gauntlet.scale import frozen_scale
from organism.gauntlet.stages.base import Stage
from organism.gauntlet.stages.programme import (
    agreement_stages,
    held_out_stages,
    in_sample_stages,
    robustness_stages,
)
from organism.gauntlet.subject import Subject
from organism.gauntlet.verdict import StageResult
from organism.registry.states import Verdict

RULE = "rule"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one stage said."""

    stage: str
    """With its slice."""
    passed: bool
    measured: float | None
    seconds: float
    """Processor time; the first stage of a slice pays for signals and simulation."""


def probe(
    subject: Subject,
    in_sample: Universe,
    held_out: Sequence[Universe],
    slices: Slices,
    policy: GauntletPolicy,
    features: FeatureStore,
) -> tuple[Answer, ...]:
    """Ask every stage; without a volatility in sample there is nothing to ask.

    Parameters
    ----------
    held_out
        The universes that end where out-of-sample and walk-forward slice end; only of made worlds.
    slices
        Of the whole history, with the least embargo.
    """
    plain = Case(subject, in_sample, whole_slice("IS", in_sample), subject.risk, policy, features)
    scale = frozen_scale(plain)
    if scale is None:
        return ()
    risk = replace(subject.risk, scale=scale)
    case = replace(plain, risk=risk)
    answers = _asked(case, (*in_sample_stages(policy), *robustness_stages(policy), *agreement_stages()))
    days: list[DailyReturns] = []
    for universe, part in zip(held_out, (slices.out_of_sample, slices.walk_forward), strict=True):
        opened = Case(subject, universe, part, risk, policy)
        answers += _asked(opened, held_out_stages(policy, part.name))
        days.append(daily_returns(opened))
    return (*answers, _joined(days, policy))


def _asked(case: Case, stages: Sequence[Stage]) -> list[Answer]:
    answers = []
    for stage in stages:
        started = time.process_time()
        answers.append(_answer(stage.judge(case), started))
    return answers


def _joined(days: list[DailyReturns], policy: GauntletPolicy) -> Answer:
    """Return the last stage as if all others that a run may register had been refused: the harshest correction."""
    started = time.process_time()
    alpha = least_alpha(joined(days))
    others = {f"other {number}": NOT_ASKED for number in range(1, policy.vault.promotions_per_run)}
    p_values = {RULE: NOT_ASKED if alpha is None else alpha.p_value, **others}
    return _answer(joined_stage(RULE, p_values, 0, policy), started)


def _answer(result: StageResult, started: float) -> Answer:
    return Answer(
        f"{result.slice_name} {result.stage}",
        result.verdict is Verdict.PASS,
        result.measured,
        round(time.process_time() - started, 4),
    )
