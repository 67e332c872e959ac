"""Which runs have found the ancestors of a genotype, on which history, and by when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from data.canonical import sha256_hex
from organism.registry.rows import LineageRecord, NewStrategy
from organism.registry.store import Registry

HERE, OTHER, THIRD = "5" * 64, "6" * 64, "7" * 64


def test_ancestors_are_named_once_for_each_other_history_they_were_found_on_by_then(
    registry: Registry, make: Callable[..., NewStrategy], now: datetime
) -> None:
    """1 is the parent of somebody unregistered, whose child is 2; 3 is nobody's parent."""
    first, second, third = (make(number) for number in (1, 2, 3))
    between, day = sha256_hex(b"between"), timedelta(days=1)
    registry.add_lineage(
        [
            LineageRecord(between, first.genotype_hash, "mutate", 1),
            LineageRecord(second.genotype_hash, between, "mutate", 2),
        ],
        "run-2",
    )
    parent, _, stranger = (registry.add(one, now) for one in (first, second, third))
    for name in (parent, stranger):
        registry.submit(name, now)
        registry.submit_again(name, "run-2", OTHER, now + day)
        registry.submit_again(name, "run-3", THIRD, now + 3 * day)

    def found(snapshot_id: str, until: datetime) -> list[tuple[str, ...]]:
        return [
            tuple(one) for one in registry.bred_ancestors(second.genotype_hash, snapshot_id=snapshot_id, until=until)
        ]

    assert found(HERE, now) == []
    assert found(HERE, now + day) == [(parent, "run-2", OTHER)]
    assert found(THIRD, now + 2 * day) == [(parent, "run-1", HERE), (parent, "run-2", OTHER)]
    assert found(HERE, now + 3 * day) == [(parent, "run-2", OTHER), (parent, "run-3", THIRD)]
    assert registry.bred_ancestors(first.genotype_hash, snapshot_id=OTHER, until=now + 9 * day) == []
