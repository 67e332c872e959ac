"""Strategies as a registry knows them, with nothing in them that a test does not ask for."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

from data.canonical import sha256_hex
from organism.registry.rows import NewStrategy, Strategy
from organism.registry.states import LifecycleState


def new_strategy(number: int, *, run: str = "run", snapshot_id: str = "5" * 64) -> NewStrategy:
    """Return the strategy of this number, as a run hands it over."""
    genome_json = f'{{"number":{number}}}'
    return NewStrategy(
        algorithm_type="gp",
        generation=0,
        genotype_hash=sha256_hex(genome_json.encode()),
        genome_json=genome_json,
        rendered="",
        behaviour_hash="0" * 64,
        run_id=run,
        snapshot_id=snapshot_id,
        parents=(),
        operator="initial",
        in_sample={},
    )


def strategy_in_testing(identifier: str, genotype_hash: str) -> Strategy:
    """Return a strategy that waits for its verdict."""
    new = new_strategy(0)
    known = {field.name: getattr(new, field.name) for field in fields(new)} | {"genotype_hash": genotype_hash}
    return Strategy(
        **known,
        id=identifier,
        state=LifecycleState.TESTING,
        version=2,
        evidence_sha256=None,
        born_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
