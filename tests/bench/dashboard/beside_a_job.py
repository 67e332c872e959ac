"""Does a job that is watched get less done? Turns of a few seconds, watched and not, each pair in the other order.

The machine may be busy with other things, so that a rate by the clock says little; the job's own processor time for a
genome is what a watcher could change by taking caches, locks and files from it. Both are told, pair by pair.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from evolution.run.layout import RunFolder, list_runs
from organism.home import Home
from tests.bench.dashboard.terminal import ROOT, Terminal, used_seconds

JOB = """
name = "live"
seed = 1
workers = 1
[history]
world = "planted"
world_seed = 1
years = 2.0
[search]
population = 300
offspring = 300
generations = 100000
"""
SETTLED = 3_000
"""Genomes after which everything is compiled and the job has found its pace."""


class Turn(NamedTuple):
    """What a job did in a turn."""

    genomes_per_s: float
    processor_ms_per_genome: float
    processor_ms_per_generation: float
    dashboard_share: float
    """Of a core, that the dashboard took meanwhile."""


def beside_a_job(work: Path, rounds: int, seconds: float) -> dict[str, object]:
    """Measure pairs of turns beside a job that is evolving."""
    home = Home.create(work / "live")
    alone, watched = [], []
    with _job(work, home) as (folder, pid):
        for number in range(rounds):
            # Rates drift as the population changes: whoever was first is second in the next pair.
            for is_watched in (False, True) if number % 2 else (True, False):
                if is_watched:
                    watched.append(_watched(home, folder, pid, seconds))
                else:
                    alone.append(_turn(folder, pid, seconds, None))
    return {
        "idle_share_of_a_core": _spread([turn.dashboard_share for turn in watched]),
        **{
            f"{name}_watched_over_alone": _spread(
                [getattr(one, name) / getattr(other, name) for one, other in zip(watched, alone, strict=True)]
            )
            for name in ("genomes_per_s", "processor_ms_per_genome", "processor_ms_per_generation")
        },
        "alone": [turn._asdict() for turn in alone],
        "watched": [turn._asdict() for turn in watched],
    }


def _spread(values: list[float]) -> dict[str, float]:
    """Return the median of some values, their quartiles and extremes."""
    low, _, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return {
        "median": statistics.median(values),
        "quartile_low": low,
        "quartile_high": high,
        "least": min(values),
        "most": max(values),
    }


@contextmanager
def _job(work: Path, home: Home) -> Iterator[tuple[RunFolder, int]]:
    config = work / "live.toml"
    config.write_text(JOB)
    for folder in list_runs(home.runs):
        subprocess.run(["rm", "-r", str(folder.path)], check=True)
    command = [sys.executable, "-m", "organism.cli.main", "evolve", "start", str(config), "--home", str(home.root)]
    with (work / "live.log").open("wb") as log:
        job = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        try:
            yield _begun(home), job.pid
        finally:
            job.terminate()
            job.wait()


def _begun(home: Home) -> RunFolder:
    deadline = time.monotonic() + 300.0
    while time.monotonic() < deadline:
        for folder in list_runs(home.runs):
            if folder.generations.exists() and _done(folder)[0] > SETTLED:
                return folder
        time.sleep(0.5)
    raise AssertionError("the job never began; see live.log")


def _watched(home: Home, folder: RunFolder, pid: int, seconds: float) -> Turn:
    with Terminal(["dashboard", folder.name, "--home", str(home.root)]) as terminal:
        terminal.until(b"nominal")
        terminal.rest(3.0)
        return _turn(folder, pid, seconds, terminal)


def _turn(folder: RunFolder, pid: int, seconds: float, terminal: Terminal | None) -> Turn:
    """Measure from the end of one generation to the end of another: a part of one would count for nothing."""
    genomes, generations = _next(folder, terminal)
    begun, used = time.perf_counter(), _used(pid)
    own = terminal.processor_seconds() if terminal else 0.0
    _rest(seconds, terminal)
    later, generations_later = _next(folder, terminal)
    wall, used = time.perf_counter() - begun, _used(pid) - used
    own = (terminal.processor_seconds() if terminal else 0.0) - own
    done, times = later - genomes, generations_later - generations
    return Turn(done / wall, 1e3 * used / done, 1e3 * used / times, own / wall)


def _next(folder: RunFolder, terminal: Terminal | None) -> tuple[int, int]:
    """Wait for the end of the generation that is worked on, and return genomes and generations so far."""
    before = _done(folder)
    while (now := _done(folder)) == before:
        _rest(0.02, terminal)
    return now


def _rest(seconds: float, terminal: Terminal | None) -> None:
    if terminal is None:
        time.sleep(seconds)
    else:
        terminal.rest(seconds)


def _done(folder: RunFolder) -> tuple[int, int]:
    """Return how many genomes the run has scored, in how many generations."""
    rows = [json.loads(line)["n_scored"] for line in folder.generations.read_bytes().splitlines(keepends=True)[:-1]]
    return sum(rows), len(rows)


def _used(pid: int) -> float:
    """Return the processor time of the job and its workers."""
    total = used_seconds(pid)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == pid:
            total += used_seconds(int(path.parent.name))
    return total
