"""Whether the p-value of the last stage is one: asked of rules that no stage has looked at, free of costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backtest.splits import Slices
from data.market import Universe
from organism.gauntlet.benchmark import daily_returns, joined, least_alpha
from organism.gauntlet.case import Case
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import Subject

FREE = 0.0


def ungated_p_value(
    subject: Subject, scale: float, held_out: Sequence[Universe], slices: Slices, policy: GauntletPolicy
) -> float | None:
    """Return the p-value of alpha on the days of both held-out slices, without fee and slippage.

    Gates before the last stage, and costs, can only make small p-values of worthless rules rarer; without both the
    p-value must be as small as it says, no more often. None where no alpha can be told, as of a rule that never trades.
    """
    risk = replace(subject.risk, scale=scale)
    cases = [
        Case(subject, universe, part, risk, policy)
        for universe, part in zip(held_out, (slices.out_of_sample, slices.walk_forward), strict=True)
    ]
    alpha = least_alpha(joined([daily_returns(case, cost_factor=FREE) for case in cases]))
    return None if alpha is None else alpha.p_value
