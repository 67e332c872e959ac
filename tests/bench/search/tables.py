"""A comparison's outcomes as tables: plain values, from which the page is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from tests.bench.search.figures import censored_median, duel, wilson
from tests.bench.search.outcome import Outcome
from tests.bench.search.plan import PlanSettings, rungs_of

ALL_KINDS = "all"


def document_of(plan: PlanSettings, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return everything that is shown of a comparison, as plain JSON; arms that have not begun are left out."""
    kinds = [kind for kind in plan.kinds if any(one.kind == kind for one in outcomes)]
    groups = {kind: [one for one in outcomes if one.kind == kind] for kind in kinds}
    if len(kinds) > 1:
        groups[ALL_KINDS] = list(outcomes)
    return {
        "plan": plan.model_dump(mode="json"),
        "rungs": list(rungs_of(plan)),
        "n_done": len(outcomes),
        "n_planned": len(plan.kinds) * plan.seeds * len(plan.arms),
        "arms": [row for kind in groups for row in _arm_rows(plan, kind, groups[kind])],
        "duels": [row for kind in groups for row in _duel_rows(plan, kind, groups[kind])],
        "curves": [row for kind in kinds for row in _curve_rows(plan, kind, groups[kind])],
        "oracles": [_oracle_row(kind, groups[kind]) for kind in kinds],
        "outcomes": [_outcome_row(plan, one) for one in outcomes],
    }


def _arm_rows(plan: PlanSettings, kind: str, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return a row for each arm: successes at the budget, share of the oracle, time to success, size of rules."""
    rows = []
    for arm in plan.arms:
        mine = [one for one in outcomes if one.arm == arm.name]
        if mine:
            looks = [one.at(plan.budget) for one in mine]
            times = [one.found_after(plan.success) for one in mine]
            sizes = [size for look in looks for size in look.sizes]
            parts = [part for look in looks for part in look.parts]
            rows.append(
                {
                    "kind": kind,
                    "arm": arm.name,
                    "successes": asdict(wilson(sum(look.share >= plan.success for look in looks), len(looks))),
                    "share": float(np.mean([look.share for look in looks])),
                    "median_share": float(np.median([look.share for look in looks])),
                    "evaluations": asdict(censored_median(times, [one.looks[-1].evaluations for one in mine])),
                    "nodes": float(np.median(sizes)) if sizes else None,
                    "parts": float(np.median(parts)) if parts else None,
                    "in_sample": float(np.mean([look.in_sample for look in looks])),
                    "seconds": float(np.median([look.seconds for look in looks])),
                }
            )
    return rows


def _duel_rows(plan: PlanSettings, kind: str, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return a row for each arm but the first: the first beside it, on the pairs that both have done."""
    first, *others = plan.arms
    shares = {(one.kind, one.seed, one.arm): one.share(plan.budget) for one in outcomes}
    rows = []
    for arm in others:
        both = [key[:2] for key in shares if key[2] == arm.name and (*key[:2], first.name) in shares]
        if both:
            ours, theirs = ([shares[(*pair, name)] for pair in both] for name in (first.name, arm.name))
            rows.append({"kind": kind, "arm": first.name, "other": arm.name, **asdict(duel(ours, theirs))})
    return rows


def _curve_rows(plan: PlanSettings, kind: str, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Return a row for each arm: share of its pairs that had shown a success by each rung."""
    rows = []
    for arm in plan.arms:
        mine = [one for one in outcomes if one.arm == arm.name]
        if mine:
            firsts = [next((k.rung for k in one.looks if k.share >= plan.success), None) for one in mine]
            found = [sum(first is not None and first <= rung for first in firsts) for rung in rungs_of(plan)]
            rows.append({"kind": kind, "arm": arm.name, "shares": [count / len(mine) for count in found]})
    return rows


def _oracle_row(kind: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    by_seed = {one.seed: one for one in outcomes}
    strengths = [one.cause["strength"] for one in by_seed.values()]
    oracles = [one.oracle for one in by_seed.values()]
    in_sample = [one.oracle_in_sample for one in by_seed.values() if one.oracle_in_sample is not None]
    return {
        "kind": kind,
        "seeds": len(by_seed),
        "oracle": float(np.mean(oracles)),
        "lowest": min(oracles),
        "highest": max(oracles),
        "in_sample": float(np.mean(in_sample)) if in_sample else None,
        "weakest": min(strengths),
        "strongest": max(strengths),
    }


def _outcome_row(plan: PlanSettings, one: Outcome) -> dict[str, Any]:
    look = one.at(plan.budget)
    return {
        "kind": one.kind,
        "seed": one.seed,
        "arm": one.arm,
        "oracle": one.oracle,
        "share": look.share,
        "in_sample": look.in_sample,
        "size": look.size,
        "evaluations": look.evaluations,
        "rule": look.rule,
    }
