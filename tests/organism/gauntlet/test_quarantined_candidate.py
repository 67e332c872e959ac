"""A checkout whose reference charges a thousandth too much: what it cannot explain it does not let through."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from data.snapshot import SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from organism.home import Home
from organism.registry.states import LifecycleState
from organism.registry.store import Registry

ROOT = Path(__file__).parents[3]
SOURCES = ("data", "backtest", "evolution", "organism", "configs")


@pytest.fixture
def wrong_checkout(tmp_path: Path) -> Path:
    """Return a copy of the sources in which a basis point of the reference is a little more than one."""
    checkout = tmp_path / "checkout"
    for name in SOURCES:
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    prices = checkout / "backtest/reference/prices.py"
    text = prices.read_text()
    assert text.count("BPS = 1e-4\n") == 1
    prices.write_text(text.replace("BPS = 1e-4\n", "BPS = 1.001e-4\n"))
    return checkout


@pytest.mark.slow
def test_candidate_on_which_the_simulators_disagree_is_quarantined_with_both_results(
    wrong_checkout: Path,
    tmp_path: Path,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    two_years: World,
    judged_at: datetime,
) -> None:
    home = Home.create(tmp_path / "home")
    snapshot = SnapshotStore(home.snapshots).save(two_years.markets[:1], two_years.origin)
    submit(home, {"cause": rules["cause"]}, snapshot.id, judged_at)
    done = subprocess.run(
        [sys.executable, "-m", "organism.cli.main", "validate", "--policy", "base", "--home", str(home.root)],
        cwd=wrong_checkout,
        # Plain code: nothing has to be compiled for a checkout that is used once.
        env={**os.environ, "PYTHONPATH": str(wrong_checkout), "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "the simulators disagree: coins on which the reference differs" in done.stderr
    with Registry.open(home.registry_path) as registry:
        [strategy] = registry.find()
        assert strategy.state is LifecycleState.QUARANTINED
        assert registry.openings(0, 2**62) == []
    saved = json.loads((home.quarantine / f"{strategy.id}.json").read_text())
    assert saved["stage"]["measured"] == len(saved["coins"]) == 1
    for coin in saved["coins"]:
        assert "kernel" in coin["difference"]
        assert "reference" in coin["difference"]
        ours, plain = coin["kernel"]["trades"], coin["reference"]["trades"]
        assert ours["entry_bar"] == plain["entry_bar"]
        assert plain["fees"][0] == pytest.approx(1.001 * ours["fees"][0], rel=1e-3)
