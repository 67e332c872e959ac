"""Judging that ends in a graduation, as an operation to be killed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.snapshot import SnapshotStore
from data.worlds import make_world
from evolution.genome.codec import to_json
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node, threshold, window
from evolution.genome.render import render
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.rows import NewStrategy
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from tests.torture.cases import visible

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 3, 5, 6, tzinfo=UTC)
SHORT_HISTORY = {
    "in_sample": {"minimum_trades": 5},
    "held_out": {"minimum_trades": 1},
    "walk_forward": {"folds": 2, "minimum_positive_folds": 1},
    "robustness": {"copies": 10},
    "vault": {"minimum_years": 0.5},
}
"""Few trades fit into half a year; everything else is asked for as ever."""
ALL_TIME_MS = (0, 2**62)


@dataclass(frozen=True)
class Record:
    """What is on record about the one strategy of the home."""

    state: LifecycleState
    events: list[tuple[str, str | None]]
    verdicts: list[tuple[str, str, str]]
    openings: list[str]
    evidence_sha256: str | None


class GraduationCase:
    """The cause of a planted market, in testing, judged until it is a candidate."""

    name = "graduation"

    def __init__(self, work: Path) -> None:
        self._policy = GauntletPolicy.model_validate(SHORT_HISTORY)
        self._template = work / "template"
        shutil.rmtree(self._template, ignore_errors=True)
        _make_home(self._template)
        # Judged here once, so that a child finds everything imported and compiled.
        whole = work / "whole"
        shutil.rmtree(whole, ignore_errors=True)
        self.prepare(whole)
        self._judge(whole, NOW)
        self._expected = _read(whole)
        assert self._expected.state is LifecycleState.CANDIDATE, self._expected
        self._pack = read_pack(whole / "evidence", str(self._expected.evidence_sha256)).document
        shutil.rmtree(whole)

    def prepare(self, folder: Path) -> None:
        # The bars are read only; what is written to is a copy.
        shutil.copytree(self._template, folder, copy_function=link_bars)

    def operate(self, folder: Path) -> None:
        self._judge(folder, NOW)

    def judge(self, folder: Path) -> str:
        check_database(folder / "registry.sqlite")
        found = _read(folder)
        visible(folder)
        for snapshot in visible(folder / "snapshots"):
            SnapshotStore(folder / "snapshots").open(snapshot.name)
        packs = [path.name for path in visible(folder / "evidence")]
        for name in packs:
            read_pack(folder / "evidence", name)
        assert found.openings == ["OOS", "WF"][: len(found.openings)], found.openings
        if found.state is LifecycleState.CANDIDATE:
            assert found == self._expected
            assert packs == [found.evidence_sha256]
            return "new"
        assert found.state is LifecycleState.TESTING, found.state
        assert (found.verdicts, found.evidence_sha256) == ([], None), "a verdict or evidence without the move"
        assert found.events == self._expected.events[:-1], "an event without its state"
        return "old"

    def go_on(self, folder: Path) -> None:
        """Judge again, a minute later: the same verdict, on the same evidence, from the same openings."""
        before = self.judge(folder)
        self._judge(folder, NOW if before == "new" else LATER)
        assert self.judge(folder) == "new"
        document = read_pack(folder / "evidence", str(_read(folder).evidence_sha256)).document
        assert document == self._pack

    def _judge(self, folder: Path, now: datetime) -> None:
        home = Home.open(folder)
        with Registry.open(home.registry_path) as registry:
            judge_testing(home, registry, self._policy, now, lambda _: None)


def _make_home(folder: Path) -> None:
    home = Home.create(folder)
    world = make_world("planted", 1, years=0.6)
    snapshot = SnapshotStore(home.snapshots).save(world.markets, world.origin)
    score = Node("funding_zscore", (window(168),))
    cause = Genome(
        long_entry=Node("below", (score, threshold(-1.5))),
        long_exit=Node("above", (score, threshold(-0.5))),
        short_entry=Node("above", (score, threshold(1.5))),
        short_exit=Node("below", (score, threshold(0.5))),
    )
    new = NewStrategy(
        algorithm_type="cause",
        generation=0,
        genotype_hash=genotype_hash(cause),
        genome_json=to_json(cause),
        rendered=render(cause),
        behaviour_hash="0" * 64,
        run_id="run-1",
        snapshot_id=snapshot.id,
        parents=(),
        operator="initial",
        in_sample={},
    )
    with Registry.open(home.registry_path) as registry:
        registry.submit(registry.add(new, NOW), NOW)


def link_bars(source: str, target: str) -> Any:
    return os.link(source, target) if source.endswith(".npy") else shutil.copy2(source, target)


def check_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def _read(folder: Path) -> Record:
    with Registry.open(folder / "registry.sqlite") as registry:
        [strategy] = registry.find()
        return Record(
            state=strategy.state,
            events=[(event.to_state.value, event.evidence_sha256) for event in registry.events(strategy.id)],
            verdicts=[(row.verdict.value, row.stages_json, row.evidence_sha256) for row in registry.verdicts()],
            openings=[opening.slice_name for opening in registry.openings(*ALL_TIME_MS)],
            evidence_sha256=strategy.evidence_sha256,
        )
