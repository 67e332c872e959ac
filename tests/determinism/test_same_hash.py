"""One run, many circumstances, one result. The whole matrix is `tests/torture/determinism.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from data.snapshot import SnapshotStore
from evolution.agreement import ReferenceCheck
from evolution.backends import ProcessBackend
from evolution.run.layout import RunFolder, read_json
from evolution.run.loop import search
from evolution.run.origin import Origin
from organism.foundry import evolve, start_run
from organism.home import Home
from organism.run_manifest import run_settings
from organism.settings import load_foundry_settings
from tests.torture.interruptions import Moment, allowed_codes, interrupt_until_finished
from tests.torture.tiny import ROOT, Job

HERE = Path(__file__).parent
CROWDED, BACKWARDS = (str((HERE / name).relative_to(ROOT)) for name in ("crowded.py", "backwards.py"))
AFTER_CROWD = "from tests.determinism.crowded import crowd; kept = crowd({})"
PRINT_ORDER = "; print([kind.__name__ for kind in {type(f'Class{n}', (), {}) for n in range(40)}])"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Return the run as this very process makes it: one worker, whatever the tests before it have imported."""
    job = Job(tmp_path_factory.mktemp("undisturbed"))
    *_, config, _, _ = job.command()
    home = Home.create(job.home)
    folder = start_run(load_foundry_settings(Path(config)), home)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    evolve(folder, home, workers=1, watch=lambda _: None, should_stop=lambda: False, clock=lambda: now)
    return job


@pytest.mark.slow
def test_hash_seed_and_order_of_imports_change_nothing(undisturbed: Job, tmp_path: Path) -> None:
    again = Job(tmp_path).finish(entry=(BACKWARDS,), environment={"PYTHONHASHSEED": "0"})
    assert again == undisturbed.fingerprint()


@pytest.mark.slow
def test_workers_and_a_crowd_of_classes_change_nothing(undisturbed: Job, tmp_path: Path) -> None:
    environment = {"PYTHONHASHSEED": "12345", "ORGANISM_WORKERS": "2"}
    again = Job(tmp_path).finish(entry=(CROWDED,), environment=environment)
    assert again == undisturbed.fingerprint()


def test_the_crowd_does_disturb_what_walks_a_set_of_classes() -> None:
    """Otherwise the test above would say nothing."""
    orders = {
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"from tests.determinism.crowded import crowd; kept = crowd({amount})" + PRINT_ORDER,
            ],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for amount in (0, 500, 3000)
    }
    assert len(orders) > 1


@pytest.mark.slow
def test_three_kinds_of_interruption_change_nothing(undisturbed: Job, tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    plans = [(plan, Moment(float(rng.uniform(0.0, 0.01)), True)) for plan in ("SIGKILL", "SIGTERM", "SIGINT")]
    job = Job(tmp_path)
    hits = interrupt_until_finished(job, plans)
    assert [plan for plan, _ in hits][:1] == ["SIGKILL"], "a run that ends first tests nothing"
    assert [hit for hit in hits if hit[1] not in allowed_codes(hit[0])] == []
    assert job.fingerprint() == undisturbed.fingerprint()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_the_way_workers_start_changes_nothing(undisturbed: Job, tmp_path: Path, method: str) -> None:
    run = undisturbed.run
    assert run is not None
    settings = run_settings(run).search
    manifest = read_json(run.manifest)
    snapshot = SnapshotStore(undisturbed.home / "snapshots").open(manifest["origin"]["snapshot"])
    backend = ProcessBackend(snapshot.path, minimum_trades=settings.minimum_trades, workers=2, start_method=method)
    try:
        *_, last = search(
            settings,
            undisturbed.seed,
            backend,
            RunFolder(tmp_path),
            priors=settings.priors(),
            check=ReferenceCheck(snapshot.load()),
            origin=Origin(**manifest["origin"]),
            universe=snapshot.load(),
        )
    finally:
        backend.close()
    assert last.state.population_hash() == json.loads(run.outcome.read_bytes())["population_hash"]
