"""Look at every row of a registry: SQLite has no checksums, so what the rows say of one another is compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from data.errors import DataError
from organism.registry.rows import Event, Strategy, VerdictRow
from organism.registry.store import Registry

EVER_MS = 2**62
IN_SAMPLE = "IS"
"""The slice that is no secret."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a registry says, once none of it contradicts the rest."""

    strategies: Mapping[str, Strategy]
    """By id."""
    judged_for: Mapping[tuple[str, str], str]
    """Run by strategy and snapshot that it was submitted on."""
    verdicts: Sequence[VerdictRow]
    openings: frozenset[tuple[object, ...]]
    """Genotype hash, slice, start and end (UTC ms) and snapshot of everything the vault has shown."""
    registrations: frozenset[str]
    """Their hashes, each that of what its row says."""


def inspect_registry(registry: Registry) -> Contents:
    """Read everything there is.

    Raises
    ------
    DataError
        If a page, an index or the schema is damaged, or rows contradict one another.
    """
    registry.check_integrity()
    strategies = {strategy.id: strategy for strategy in registry.find()}
    for strategy in strategies.values():
        _check_life(strategy, registry.events(strategy.id))
    openings = frozenset(
        (opening.genotype_hash, opening.slice_name, opening.start_ms, opening.end_ms, opening.snapshot_id)
        for opening in registry.openings(0, EVER_MS)
    )
    registrations = frozenset(registration.sha256 for registration in registry.registrations())
    judged_for = {(one.id, one.snapshot_id): one.run_id for one in registry.submitted()}
    return Contents(strategies, judged_for, registry.verdicts(), openings, registrations)


def check_evidence(sha256: str, document: Mapping[str, Any], contents: Contents) -> None:
    """Compare what a pack says with the verdicts that rest on it, and with what is on record of the vault.

    Raises
    ------
    DataError
        Naming the differences.
    """
    rows = [row for row in contents.verdicts if row.evidence_sha256 == sha256]
    for row in rows:
        _compare(row, document, contents)
    if not rows and (missing := _unrecorded(document, contents)):
        # A crash between evidence and verdict leaves such a pack, but the opening came before both.
        raise DataError(
            f"no verdict rests on it, and the registry does not know {', '.join(missing)}: an older copy was put back, "
            "and what the vault has shown since is forgotten; put back a newer copy"
        )


def _compare(row: VerdictRow, document: Mapping[str, Any], contents: Contents) -> None:
    strategy = contents.strategies[row.strategy_id]
    said = {
        "strategy_id": row.strategy_id,
        "snapshot_id": row.snapshot_id,
        "policy_hash": row.policy_hash,
        "verdict": row.verdict.value,
        "reason": row.reason,
        "stages": json.loads(row.stages_json),
        "genotype_hash": strategy.genotype_hash,
        "rendered": strategy.rendered,
        "behaviour_hash": strategy.behaviour_hash,
        "run_id": contents.judged_for.get((row.strategy_id, row.snapshot_id)),
    }
    different = [name for name, value in said.items() if document.get(name) != value]
    different += _unrecorded(document, contents)
    if different:
        raise DataError(
            f"verdict on {row.strategy_id} and its evidence differ in {', '.join(different)}: "
            "one of them was changed; replay the evidence, and restore the registry from a copy"
        )


def _unrecorded(document: Mapping[str, Any], contents: Contents) -> list[str]:
    """Return what a pack says of the vault that is not on record, in words."""
    missing = []
    for part in document.get("slices", []):
        place = (part["name"], part["start_ms"], part["end_ms"])
        opening = (document.get("genotype_hash"), *place, document.get("snapshot_id"))
        if part["name"] != IN_SAMPLE and opening not in contents.openings:
            missing.append(f"the opening of {part['name']}")
    registered = document.get("registered")
    if registered is not None and registered["sha256"] not in contents.registrations:
        missing.append("the registration")
    return missing


def _check_life(strategy: Strategy, events: Sequence[Event]) -> None:
    """Refuse a strategy that is not where its events brought it."""
    begins = f"{strategy.algorithm_type}_{strategy.generation}_"
    fits = (
        strategy.id.startswith(begins)
        and strategy.genotype_hash.startswith(strategy.id[len(begins) :])
        and [event.version for event in events] == list(range(1, strategy.version + 1))
        and events[0].from_state is None
        and all(after.from_state == before.to_state for before, after in pairwise(events))
        and events[-1].to_state == strategy.state
    )
    if not fits:
        raise DataError(
            f"strategy {strategy.id} is {strategy.state} (version {strategy.version}), which its name or its "
            f"{len(events)} events do not say: the registry was changed; restore it from a copy"
        )
