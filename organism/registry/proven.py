"""Openings of the vault that evidence proves: what a copy of a registry does not know of them is recorded in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from data.errors import DataError
from organism.registry.evidence import read_pack
from organism.registry.inspection import EVER_MS, IN_SAMPLE
from organism.registry.rows import Opening
from organism.registry.store import Registry


def record_proven(registry: Registry, evidence: Path) -> int:
    """Record what the packs in a folder show to have been opened and the registry does not know; return how many.

    A rule that is judged again would look at those bars a second time. When they were opened is taken for when the
    pack was written, which is a little later. A pack that cannot be read is passed over: `organism doctor` names it.
    """
    known = {_key(one) for one in registry.openings(0, EVER_MS)}
    n_recorded = 0
    for opening in _proven(evidence):
        if _key(opening) not in known:
            known.add(_key(opening))
            n_recorded += registry.record_opening(opening) is None
    return n_recorded


def _key(opening: Opening) -> tuple[str, int, int]:
    return opening.genotype_hash, opening.start_ms, opening.end_ms


def _proven(evidence: Path) -> Iterator[Opening]:
    for folder in sorted(evidence.glob("[0-9a-f]" * 64)):
        try:
            yield from _openings(folder)
        except (DataError, OSError, KeyError, TypeError, ValueError):
            continue


def _openings(folder: Path) -> list[Opening]:
    document = read_pack(folder.parent, folder.name).document
    written = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    return [
        Opening(
            genotype_hash=document["genotype_hash"],
            slice_name=part["name"],
            start_ms=part["start_ms"],
            end_ms=part["end_ms"],
            snapshot_id=document["snapshot_id"],
            policy_hash=document["policy_hash"],
            run_id=document["run_id"],
            opened_at=written,
        )
        for part in document["slices"]
        if part["name"] != IN_SAMPLE
    ]
