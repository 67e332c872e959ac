"""The verdicts of a run, those of each policy by themselves: a gate with another threshold is another gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from organism.registry.rows import VerdictRow
from organism.registry.store import Registry
from organism.views.stamps import Stamps, stamps_on_record


@dataclass(frozen=True, slots=True)
class Judging:
    """What one policy has said of a run."""

    policy_hash: str
    rows: tuple[VerdictRow, ...]
    """One for each strategy that it has judged, on the history of the run; oldest first."""
    stamps: Stamps
    """Where its rules were not those that a reader would expect, in any of the verdicts."""


def judgings_of(evidence: Path, registry: Registry, run: str) -> tuple[Judging, ...]:
    """Return what each policy has said of a run, that by which the run is told first.

    That is one without a stamp if there is any, and of several the one that has judged most: who waits in testing is
    judged again under other rules, and those who did not have to wait are not.

    Parameters
    ----------
    evidence
        Folder of the evidence packs.
    """
    submitted = {(strategy.id, strategy.snapshot_id) for strategy in registry.submitted(run_id=run)}
    by_policy: dict[str, list[VerdictRow]] = {}
    for row in registry.verdicts():
        if (row.strategy_id, row.snapshot_id) in submitted:
            by_policy.setdefault(row.policy_hash, []).append(row)
    return tuple(sorted((_judging(evidence, *item) for item in by_policy.items()), key=_rank))


def _judging(evidence: Path, policy_hash: str, rows: Sequence[VerdictRow]) -> Judging:
    stamps: dict[str, str] = {}
    for row in rows:
        stamps |= stamps_on_record(evidence, row.evidence_sha256)
    return Judging(policy_hash, tuple(rows), stamps)


def _rank(judging: Judging) -> tuple[bool, int, float, str]:
    newest = max(row.decided_at for row in judging.rows).timestamp()
    return (bool(judging.stamps), -len(judging.rows), -newest, judging.policy_hash)
