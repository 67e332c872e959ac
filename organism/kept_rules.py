"""The rules of a registry that a new search is to keep away from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice

from organism.registry.rows import VerdictRow
from organism.registry.states import LifecycleState, Verdict
from organism.registry.store import Registry

LIVING = (LifecycleState.CANDIDATE, LifecycleState.PAPER, LifecycleState.PRODUCTION, LifecycleState.DECAYING)


def rules_of(registry: Registry, *, living: bool, dead: bool) -> tuple[tuple[str, ...], ...]:
    """Return genomes as canonical JSON in groups, each oldest first: the living, the retired, the rejected.

    Parameters
    ----------
    living
        Candidates, and the states behind that: nothing trades yet.
    dead
        What was retired, and what the gauntlet rejected for its in-sample bars alone. Who was rejected for held-out
        bars, its own or those of one that it moves like, is left out: a search that keeps away from those learns from
        bars that it must not see.
    """
    groups = [registry.find(LIVING)] if living else []
    if dead:
        seen_beyond = {row.strategy_id for row in registry.verdicts() if row.verdict is Verdict.KILL and _beyond(row)}
        rejected = [item for item in registry.find([LifecycleState.REJECTED]) if item.id not in seen_beyond]
        groups += [registry.find([LifecycleState.DEAD]), rejected]
    return tuple(tuple(item.genome_json for item in group) for group in groups)


def fitting(named: Sequence[str], groups: Sequence[Sequence[str]], most: int) -> tuple[tuple[str, ...], int]:
    """Return the rules to keep away from, each once, and how many of the groups there was no room for.

    Parameters
    ----------
    named
        Rules that somebody has asked for by themselves; all of them are taken, however many.
    groups
        As `rules_of` returns them: where one does not fit, its newest are taken, and nothing of those behind it.
    most
        How many there is room for.
    """
    first = dict.fromkeys(named)
    newest_first = dict.fromkeys(rule for group in groups for rule in reversed(group) if rule not in first)
    taken = set(islice(newest_first, max(most - len(first), 0)))
    rest = dict.fromkeys(rule for group in groups for rule in group if rule in taken)
    return (*first, *rest), len(newest_first) - len(rest)


def _beyond(row: VerdictRow) -> bool:
    """Return whether anything but its own in-sample bars killed a strategy.

    Who moves like one that failed on held-out bars is killed with it, after passing every stage that it was asked.
    """
    stages = json.loads(row.stages_json)
    asked_beyond = any(stage["slice_name"] != "IS" for stage in stages)
    return asked_beyond or all(stage["verdict"] == Verdict.PASS for stage in stages)
