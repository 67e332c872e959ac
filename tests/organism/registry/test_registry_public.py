"""What the executor may see."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from data.errors import DataError
from organism.registry.public import graduates
from organism.registry.rows import VerdictRow
from organism.registry.states import LifecycleState as S
from organism.registry.states import Verdict
from organism.registry.store import Registry


@pytest.fixture
def added_in(registry: Registry, added_in: Callable[..., str], now: datetime) -> Callable[..., str]:
    """Add strategy `number` in a state, with a verdict of the evidence that a graduate has."""

    def add(state: S, number: int = 1) -> str:
        name = added_in(state, number)
        registry.record_verdict(
            VerdictRow(
                strategy_id=name,
                snapshot_id="5" * 64,
                policy_hash="c" * 64,
                verdict=Verdict.PASS,
                stages_json="[]",
                reason="passed every stage",
                evidence_sha256="e" * 64,
                decided_at=now,
            )
        )
        return name

    return add


def test_only_graduates_are_shown_with_their_evidence_and_its_rules(
    path: Path, registry: Registry, added_in: Callable[..., str]
) -> None:
    names = {state: added_in(state, number) for number, state in enumerate(S)}
    found = {strategy.id: strategy for strategy in graduates(path)}
    assert set(found) == {names[S.CANDIDATE], names[S.PAPER], names[S.PRODUCTION]}
    paper = found[names[S.PAPER]]
    assert (paper.state, paper.evidence_sha256, paper.policy_hash) == (S.PAPER, "e" * 64, "c" * 64)
    assert paper.genome_json == registry.get(paper.id).genome_json


def test_a_closed_registry_can_be_read_too(path: Path, registry: Registry, added_in: Callable[..., str]) -> None:
    name = added_in(S.CANDIDATE)
    registry.close()
    assert [strategy.id for strategy in graduates(path)] == [name]


def test_a_genome_that_was_swapped_is_refused(path: Path, registry: Registry, added_in: Callable[..., str]) -> None:
    added_in(S.CANDIDATE)
    with closing(sqlite3.connect(path)) as raw, raw:
        [trigger] = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'strategies_move_by_event'").fetchone()
        raw.execute("DROP TRIGGER strategies_move_by_event")
        raw.execute("UPDATE strategies SET genome_json = '{}'")
        raw.execute(trigger)
    with pytest.raises(DataError, match="is not the one that was registered"):
        graduates(path)


def test_a_graduate_whose_evidence_no_verdict_names_is_refused(
    path: Path, registry: Registry, added_in: Callable[..., str]
) -> None:
    name = added_in(S.CANDIDATE)
    with closing(sqlite3.connect(path)) as raw, raw:
        [trigger] = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'strategies_move_by_event'").fetchone()
        raw.execute("DROP TRIGGER strategies_move_by_event")
        raw.execute("UPDATE strategies SET evidence_sha256 = ?", ["f" * 64])
        raw.execute(trigger)
    with pytest.raises(DataError, match=f"{name} has graduated without a verdict"):
        graduates(path)


def test_a_missing_registry_is_not_made(path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        graduates(path)
    assert not path.exists()


def test_what_is_no_registry_is_refused(path: Path) -> None:
    path.write_bytes(b"hello, world" * 100)
    with pytest.raises(DataError, match="cannot be read"):
        graduates(path)


def test_a_newer_registry_is_refused(path: Path, registry: Registry) -> None:
    registry.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DataError, match="has schema '9999'"):
        graduates(path)


def test_reading_needs_no_heavy_library() -> None:
    script = (
        "import sys, organism.registry.public;"
        "print(sorted({'sqlalchemy', 'alembic', 'pyarrow', 'deap', 'numba', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
