"""One rule before every stage, none left out for an earlier miss: what each stage stops by itself, and what it takes.

In a world with a cause the rule is the oracle, so that what is stopped is a loss; in a world without one it is the
strategy that looked best in sample, so that what is stopped is a gain.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from backtest.splits import Slices
from data.market import Universe
from evolution.evaluator import FeatureStore
from organism.gauntlet.benchmark import daily_returns, joined, least_alpha
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.registration import NOT_ASKED, joined_stage
from organism.gauntlet.scale import NoScale, frozen_scale
from organism.gauntlet.stages.programme import (
    agreement_stages,
    held_out_stages,
    in_sample_stages,
    robustness_stages,
)
from organism.gauntlet.subject import Subject
from organism.gauntlet.verdict import StageResult
from organism.registry.states import Verdict

Question = Callable[[], StageResult]
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
    cases = cases_of(subject, in_sample, held_out, slices, policy, features)
    if not cases:
        return ()
    answers: list[Answer] = []
    for question in questions_of(cases, policy):
        started = time.process_time()
        result = question()
        answers.append(
            Answer(
                f"{result.slice_name} {result.stage}",
                result.verdict is Verdict.PASS,
                result.measured,
                round(time.process_time() - started, 4),
            )
        )
    return tuple(answers)


def cases_of(
    subject: Subject,
    in_sample: Universe,
    held_out: Sequence[Universe],
    slices: Slices,
    policy: GauntletPolicy,
    features: FeatureStore,
) -> tuple[Case, ...]:
    """Return the subject on each slice at its frozen scale; nothing without a volatility in sample. See `probe`."""
    plain = Case(subject, in_sample, whole_slice("IS", in_sample), subject.risk, policy, features)
    scale = frozen_scale(plain)
    if isinstance(scale, NoScale):
        return ()
    risk = replace(subject.risk, scale=scale)
    parts = zip(held_out, (slices.out_of_sample, slices.walk_forward), strict=True)
    return (replace(plain, risk=risk), *(Case(subject, universe, part, risk, policy) for universe, part in parts))


def questions_of(cases: Sequence[Case], policy: GauntletPolicy) -> Iterator[Question]:
    """Yield every stage of each slice, then the last one of all of them."""
    first, *opened = cases
    for stage in (*in_sample_stages(policy), *robustness_stages(policy), *agreement_stages()):
        yield partial(stage.judge, first)
    for case in opened:
        for stage in held_out_stages(policy, case.slice.name):
            yield partial(stage.judge, case)
    yield partial(_joined, opened, policy)


def _joined(opened: Sequence[Case], policy: GauntletPolicy) -> StageResult:
    """Return the last stage as if all others that a run may register had been refused: the harshest correction."""
    alpha = least_alpha(joined([daily_returns(case) for case in opened]))
    others = {f"other {number}": NOT_ASKED for number in range(1, policy.vault.promotions_per_run)}
    p_values = {RULE: NOT_ASKED if alpha is None else alpha.p_value, **others}
    return joined_stage(RULE, p_values, 0, policy)
