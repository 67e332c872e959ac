"""The rules of a registry that a new search is to keep away from."""

from __future__ import annotations

import json

from organism.registry.rows import VerdictRow
from organism.registry.states import LifecycleState, Verdict
from organism.registry.store import Registry

LIVING = (LifecycleState.CANDIDATE, LifecycleState.PAPER, LifecycleState.PRODUCTION, LifecycleState.DECAYING)


def rules_of(registry: Registry, *, living: bool, dead: bool) -> tuple[str, ...]:
    """Return genomes as canonical JSON, oldest first.

    Parameters
    ----------
    living
        Candidates, and the states behind that: nothing trades yet.
    dead
        What was retired, and what the gauntlet rejected for its in-sample bars alone. Who was rejected for held-out
        bars, its own or those of one that it moves like, is left out: a search that keeps away from those learns from
        bars that it must not see.
    """
    found = [item.genome_json for item in registry.find(LIVING)] if living else []
    if not dead:
        return tuple(found)
    seen_beyond = {row.strategy_id for row in registry.verdicts() if row.verdict is Verdict.KILL and _beyond(row)}
    found += [item.genome_json for item in registry.find([LifecycleState.DEAD])]
    rejected = registry.find([LifecycleState.REJECTED])
    return (*found, *(item.genome_json for item in rejected if item.id not in seen_beyond))


def _beyond(row: VerdictRow) -> bool:
    """Return whether anything but its own in-sample bars killed a strategy.

    Who moves like one that failed on held-out bars is killed with it, after passing every stage that it was asked.
    """
    stages = json.loads(row.stages_json)
    asked_beyond = any(stage["slice_name"] != "IS" for stage in stages)
    return asked_beyond or all(stage["verdict"] == Verdict.PASS for stage in stages)
