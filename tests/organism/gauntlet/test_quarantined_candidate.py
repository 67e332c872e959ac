"""Checkouts in which one simulator charges a thousandth too much: what they cannot explain they do not let through."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

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
def wrong_checkout(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Return a copy of the sources in which one place of one file says something else."""

    def build(name: str, right: str, wrong: str) -> Path:
        checkout = tmp_path / "checkout"
        for folder in SOURCES:
            shutil.copytree(ROOT / folder, checkout / folder, ignore=shutil.ignore_patterns("__pycache__"))
        source = checkout / name
        text = source.read_text()
        assert text.count(right) == 1
        source.write_text(text.replace(right, wrong))
        return checkout

    return build


@pytest.fixture
def quarantined(
    tmp_path: Path, rules: dict[str, Genome], submit: Callable[..., None], two_years: World, judged_at: datetime
) -> Callable[[Path], tuple[str, dict[str, Any]]]:
    """Judge the cause by the code of a checkout; return what it says, and what it keeps of the quarantined rule."""

    def judge(checkout: Path) -> tuple[str, dict[str, Any]]:
        home = Home.create(tmp_path / "home")
        snapshot = SnapshotStore(home.snapshots).save(two_years.markets[:1], two_years.origin)
        submit(home, {"cause": rules["cause"]}, snapshot.id, judged_at)
        done = subprocess.run(
            [sys.executable, "-m", "organism.cli.main", "validate", "--policy", "base", "--home", str(home.root)],
            cwd=checkout,
            # Plain code: nothing has to be compiled for a checkout that is used once.
            env={**os.environ, "PYTHONPATH": str(checkout), "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        with Registry.open(home.registry_path) as registry:
            [strategy] = registry.find()
            assert strategy.state is LifecycleState.QUARANTINED
            assert registry.openings(0, 2**62) == []
        return done.stderr, json.loads((home.quarantine / f"{strategy.id}.json").read_text())

    return judge


@pytest.mark.slow
def test_candidate_on_which_the_simulators_disagree_is_quarantined_with_both_results(
    wrong_checkout: Callable[..., Path], quarantined: Callable[..., tuple[str, dict[str, Any]]]
) -> None:
    said, saved = quarantined(wrong_checkout("backtest/reference/prices.py", "BPS = 1e-4\n", "BPS = 1.001e-4\n"))
    assert "the simulators disagree: coins on which the reference differs" in said
    assert saved["stage"]["measured"] == len(saved["coins"]) == 1
    for coin in saved["coins"]:
        assert "kernel" in coin["difference"]
        assert "reference" in coin["difference"]
        ours, plain = coin["kernel"]["trades"], coin["reference"]["trades"]
        assert ours["entry_bar"] == plain["entry_bar"]
        assert plain["fees"][0] == pytest.approx(1.001 * ours["fees"][0], rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "right", "wrong", "missed", "first"),
    [
        ("accounting", "BPS = 1e-4\n", "BPS = 1.001e-4\n", "vectorbt", "mark, equity: ours "),
        ("logic", "fees=costs.taker", "fees=1.001 * costs.taker", "vectorbt's logic", "entry, quantity: kernel "),
    ],
)
def test_candidate_on_which_vectorbt_differs_is_quarantined_with_what_it_says(
    name: str,
    right: str,
    wrong: str,
    missed: str,
    first: str,
    wrong_checkout: Callable[..., Path],
    quarantined: Callable[..., tuple[str, dict[str, Any]]],
) -> None:
    said, saved = quarantined(wrong_checkout(f"backtest/oracle/{name}.py", right, wrong))
    assert f"the simulators disagree: coins on which {missed} differs" in said
    assert re.search(rf"First difference of BTC: bar \d+, {first}", saved["stage"]["meaning"])
    # Kernel and reference agree.
    assert [coin["difference"] for coin in saved["coins"]] == [None]
