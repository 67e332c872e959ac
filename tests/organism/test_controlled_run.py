"""A real job is paused, goes on, and is stopped by the file that the dashboard writes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evolution.genome.codec import from_json
from evolution.genome.hashing import genotype_hash
from evolution.run.layout import RunFolder, list_runs, read_json
from evolution.run.rules import read_rules
from evolution.trials import read_segments
from organism.home import Home
from tests.torture.tiny import ENTRY, ROOT, Job, clean_environment

PATIENCE_S = 120.0
SEARCH = {"population": 8, "offspring": 8, "generations": 5_000}


def until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def n_lines(folder: RunFolder) -> int:
    return folder.generations.read_bytes().count(b"\n") if folder.generations.exists() else 0


def tell(job: Job, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *ENTRY, "evolve", "control", *arguments, "--home", str(job.home)],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_job_is_paused_and_stopped(tmp_path: Path) -> None:
    job = Job(tmp_path, search=SEARCH)
    process = job.launch()
    try:
        until(lambda: job.run is not None and n_lines(job.run) > 2)
        assert job.run is not None
        name = job.run.name
        assert tell(job, name, "pause").returncode == 0
        until(job.run.paused.exists)
        seen = n_lines(job.run)
        time.sleep(0.5)
        assert n_lines(job.run) == seen
        assert tell(job, name, "run").returncode == 0
        until(lambda: n_lines(job.run) > seen)
        refused = tell(job, name, "explode")
        assert (refused.returncode, "allowed are run, pause, stop" in refused.stderr) == (2, True)
        assert tell(job, name, "stop").returncode == 0
        assert process.wait(PATIENCE_S) == 3
    finally:
        process.kill()
        process.wait()
    assert "stopped after generation" in job.last_words()
    assert not job.run.control.exists()
    nobody = tell(job, name, "stop")
    assert nobody.returncode == 2
    assert f"organism evolve resume {name}" in nobody.stderr


def test_every_parent_and_every_best_rule_is_kept(finished_home: Home) -> None:
    (folder,) = list_runs(finished_home.runs)
    rules = {rule.genotype: rule.text for rule in read_rules(folder.rules)}
    assert all(genotype_hash(from_json(text)) == name for name, text in rules.items())
    trials = [row for table in read_segments(folder.trials) for row in table["parents"].to_pylist()]
    outcome = read_json(folder.outcome)
    wanted = {item["genotype_hash"] for part in ("population", "hall_of_fame") for item in outcome[part]}
    assert wanted
    assert wanted | {name for row in trials for name in row} <= set(rules)
