"""Rules, worlds and settings that the tests of judging, running and the command line share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from data.worlds import World, make_world
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node, threshold, window
from organism.gauntlet.policy import GauntletPolicy
from organism.settings import FoundrySettings

LOOSE = {
    "in_sample": {
        "minimum_trades": 5,
        "minimum_sharpe": -20.0,
        "maximum_drawdown": 0.5,
        "minimum_sharpe_at_doubled_costs": -50.0,
        "minimum_share_kept_one_bar_later": 0.0,
    },
    "held_out": {"minimum_trades": 1, "minimum_sharpe": -50.0, "maximum_drawdown": 0.9},
    "walk_forward": {"folds": 2, "minimum_positive_folds": 1},
}
TINY = {
    "name": "tiny",
    "seed": 1,
    "workers": 1,
    "history": {"world": "planted", "world_seed": 1, "years": 1.0},
    "search": {"population": 24, "offspring": 24, "generations": 3, "minimum_trades": 10, "registered": 8},
}


@pytest.fixture(scope="session")
def judged_at() -> datetime:
    return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def loose_policy() -> GauntletPolicy:
    """Return thresholds that almost everything meets, for tests of what follows."""
    return GauntletPolicy.model_validate(LOOSE)


@pytest.fixture(scope="session")
def tiny_settings() -> Callable[..., FoundrySettings]:
    """Build settings of a run of a second or so; `search` changes keys of its table."""

    def build(*, search: dict[str, Any] | None = None, **changes: Any) -> FoundrySettings:
        return FoundrySettings.model_validate({**TINY, **changes, "search": {**TINY["search"], **(search or {})}})  # type: ignore[dict-item]

    return build


@pytest.fixture(scope="session")
def two_years() -> World:
    """Return a planted world: its cause is worth a Sharpe ratio near 6."""
    return make_world("planted", 1, years=2.0)


@pytest.fixture(scope="session")
def funding_rule() -> Callable[..., Genome]:
    """Build: against a crowd beyond `enter` deviations, until it is back within `leave`; 1.5 and 0.5 is the cause."""

    def build(enter: float = 1.5, leave: float = 0.5, **genes: Any) -> Genome:
        score = Node("funding_zscore", (window(168),))
        return Genome(
            long_entry=Node("below", (score, threshold(-enter))),
            long_exit=Node("above", (score, threshold(-leave))),
            short_entry=Node("above", (score, threshold(enter))),
            short_exit=Node("below", (score, threshold(leave))),
            risk=RiskGenes(**genes),
        )

    return build


@pytest.fixture(scope="session")
def opposite() -> Callable[[Genome], Genome]:
    """Build the same rule on the other side of every trade."""
    return lambda rule: Genome(rule.short_entry, rule.short_exit, rule.long_entry, rule.long_exit, rule.risk)
