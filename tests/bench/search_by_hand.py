"""A plan, and outcomes of it, written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data.settings import parse_settings
from tests.bench.search.outcome import Look, Outcome
from tests.bench.search.plan import PlanSettings

LOOK = Look(64, 64, 10, 0.5, 2.5, 4.0, 0, 9, (9, 11), (5, 6), "rule", 1.0)


def plan_of(**changed: object) -> PlanSettings:
    plain = {
        "name": "by-hand",
        "kinds": ["planted", "planted-session"],
        "seeds": 4,
        "budget": 6400,
        "arms": [{"name": "ours"}, {"name": "random", "method": "random"}],
    }
    return parse_settings(PlanSettings, plain | changed, source="test")


def outcome(kind: str, seed: int, arm: str, shares: Sequence[float], rungs: Sequence[int]) -> Outcome:
    looks = tuple(
        replace(LOOK, rung=rung, evaluations=rung + 10, share=share, sharpe=5.0 * share)
        for rung, share in zip(rungs, shares, strict=True)
    )
    return Outcome(kind, seed, arm, {"strength": 0.1}, 5.0, 4.0, looks)
