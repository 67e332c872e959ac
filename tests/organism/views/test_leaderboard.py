"""A run's strategies in order: each once, by its newest verdict, called by what it is now."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from evolution.run.layout import RunFolder, write_json
from organism.home import Home
from organism.registry.states import GRADUATED, LifecycleState, Verdict
from organism.registry.store import Registry
from organism.views.leaderboard import headline, market_section


@pytest.fixture
def home(judged: Home, tmp_path: Path) -> Home:
    """Return a copy of the judged home, with what is left of the run of its strategies."""
    home = Home.open(shutil.copytree(judged.root, tmp_path / "home"))
    with Registry.open(home.registry_path) as registry:
        strategy = registry.find()[0]
    folder = RunFolder(home.runs / strategy.run_id)
    folder.path.mkdir(parents=True, exist_ok=True)
    write_json(folder.manifest, {"snapshot_id": strategy.snapshot_id})
    write_json(folder.outcome, {"n_trials": 1234})
    return home


def test_who_was_judged_again_or_retired_is_counted_once(home: Home, judged_at: datetime) -> None:
    with Registry.open(home.registry_path) as registry:
        strategies = registry.find()
        run, n_judged = strategies[0].run_id, len(registry.verdicts())
        graduates = [one for one in strategies if one.state in GRADUATED]
        before = market_section(home, registry, run)
        killed = next(row for row in registry.verdicts() if row.verdict is Verdict.KILL)
        again = replace(killed, policy_hash="f" * 64, decided_at=judged_at + timedelta(days=1))
        registry.record_verdict(again)
        left = graduates[0]
        registry.transition(left.id, expected=left, to=LifecycleState.DEAD, reason="old", now=judged_at)
        found = market_section(home, registry, run)
    n = len(graduates)
    assert before.description.endswith(f"1,234 distinct genotypes scored, {n_judged} judged, {n} graduated.")
    assert found.description == before.description, "who was retired has graduated, and is no graduate any more"
    names = [row.strategy_id for row in found.rows]
    assert len(names) == len(set(names)) == min(n_judged, 12)
    assert {row.strategy_id: row.verdict for row in found.rows}[left.id] == "DEAD"
    assert headline([found]) == f"{run}: {n - 1} graduate{'' if n == 2 else 's'}"
