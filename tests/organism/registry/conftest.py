"""A registry in a temporary home, and strategies to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.canonical import sha256_hex
from organism.registry.rows import NewStrategy
from organism.registry.states import LifecycleState
from organism.registry.store import Registry

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PATHS: dict[LifecycleState, tuple[str, ...]] = {
    LifecycleState.BORN: (),
    LifecycleState.TESTING: ("testing",),
    LifecycleState.CANDIDATE: ("testing", "candidate"),
    LifecycleState.PAPER: ("testing", "candidate", "paper"),
    LifecycleState.PRODUCTION: ("testing", "candidate", "paper", "production"),
    LifecycleState.DECAYING: ("testing", "candidate", "paper", "decaying"),
    LifecycleState.DEAD: ("testing", "candidate", "dead"),
    LifecycleState.REJECTED: ("testing", "rejected"),
    LifecycleState.QUARANTINED: ("testing", "quarantined"),
}


def _make(number: int = 1, **changes: Any) -> NewStrategy:
    genome_json = changes.pop("genome_json", f'{{"number":{number}}}')
    values: dict[str, Any] = {
        "algorithm_type": "nsga2",
        "generation": 3,
        "genotype_hash": sha256_hex(genome_json.encode()),
        "genome_json": genome_json,
        "rendered": "rsi(14) < 30",
        "behaviour_hash": "b" * 64,
        "run_id": "run-1",
        "snapshot_id": "5" * 64,
        "parents": (),
        "operator": "init",
        "in_sample": {"sharpe": 2.5},
    }
    return NewStrategy(**(values | changes))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make() -> Callable[..., NewStrategy]:
    """Build a strategy that differs from others by its number."""
    return _make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.sqlite"


@pytest.fixture
def registry(path: Path) -> Iterator[Registry]:
    with Registry.open(path) as opened:
        yield opened


@pytest.fixture
def added_in(registry: Registry) -> Callable[..., str]:
    """Add strategy `number` and walk it to a state by allowed moves; return its id."""

    def add(state: LifecycleState, number: int = 1) -> str:
        name = registry.add(_make(number), NOW)
        current = LifecycleState.BORN
        for step in map(LifecycleState, PATHS[state]):
            evidence = "e" * 64 if step is LifecycleState.CANDIDATE else None
            registry.transition(name, expected=current, to=step, reason="walk", now=NOW, evidence_sha256=evidence)
            current = step
        return name

    return add
