"""Measure the dashboard: `python tests/bench/dashboard/run.py --work FOLDER`.

On a run of 100,000 genomes: first paint, key to screen, memory. On a run that is evolving at that moment: processor
time while idle, and the rate of the job, watched and not watched by turns.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from evolution.run.layout import RunFolder, list_runs  # noqa: E402
from organism.home import Home  # noqa: E402
from tests.bench.dashboard.made_run import make_run  # noqa: E402
from tests.bench.dashboard.terminal import Memory, Terminal, used_seconds  # noqa: E402

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


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="Folder for the runs; made if missing.")
    parser.add_argument("--genomes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=20.0, help="Of each turn beside a live run.")
    asked = parser.parse_args()
    home = Home.create(asked.work / "made")
    if not list_runs(home.runs):
        make_run(home, asked.genomes)
    found = {"python_s": _python_seconds(), **_large(home), **_live(Home.create(asked.work / "live"), asked)}
    print(json.dumps(found, indent=2))  # noqa: T201 - a program


def _python_seconds() -> float:
    """Return the median time of an interpreter that does nothing."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _large(home: Home) -> dict[str, object]:
    """Measure on the large run."""
    arguments = ["dashboard", "--home", str(home.root)]
    paints = []
    for _ in range(5):
        with Terminal(arguments) as terminal:
            paints.append(terminal.until(b"nominal"))
    with Terminal(arguments) as terminal:
        terminal.until(b"nominal")
        run = terminal.memory()
        pressed = time.perf_counter() - terminal.begun
        os.write(terminal.master, b"2")
        lineage = terminal.until(b"genomes", 120.0) - pressed
        terminal.until(b"evidence", 120.0)
        terminal.rest(2.0)
        listed = terminal.memory()
        keys = [terminal.press(b"j") for _ in range(60)]
        # Whoever has a rule is laid beside its parent, and both trade.
        for typed in (b"/", b"kept", b"\r"):
            os.write(terminal.master, typed)
            terminal.rest(0.5)
        compared = _most(terminal, 15.0)
        for key, said in ((b"4", b"all "), (b"3", b"No strategies"), (b"1", b"nominal")):
            os.write(terminal.master, key)
            terminal.until(said, 60.0)
        terminal.rest(1.0)
        switches = [terminal.press(key) for key in (b"2", b"4", b"3", b"1") * 5]
        terminal.rest(12.0)
        later = terminal.memory()
    return {
        "first_paint_s": paints,
        "first_paint_median_s": statistics.median(paints),
        "lineage_listed_after_s": lineage,
        "key_median_ms": 1e3 * statistics.median(keys),
        "key_worst_ms": 1e3 * max(keys),
        "switch_median_ms": 1e3 * statistics.median(switches),
        "mebibytes_at_first_paint": _memory(run),
        "mebibytes_lineage_listed": _memory(listed),
        "mebibytes_most_while_two_are_compared": _memory(compared),
        "mebibytes_after_all_screens": _memory(later),
    }


def _most(terminal: Terminal, seconds: float) -> Memory:
    """Return the memory at its highest within a time."""
    end, found = time.perf_counter() + seconds, terminal.memory()
    while time.perf_counter() < end:
        terminal.rest(0.1)
        found = max(found, terminal.memory(), key=lambda memory: memory.total)
    return found


def _memory(found: Memory) -> dict[str, object]:
    return {"total": found.total, "of_each": found.own, "resident_of_each": found.resident}


def _live(home: Home, asked: argparse.Namespace) -> dict[str, object]:
    """Measure beside a job that is evolving."""
    config = asked.work / "live.toml"
    config.write_text(JOB)
    for folder in list_runs(home.runs):
        subprocess.run(["rm", "-r", str(folder.path)], check=True)
    log = (asked.work / "live.log").open("wb")
    command = [sys.executable, "-m", "organism.cli.main", "evolve", "start", str(config), "--home", str(home.root)]
    job = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        folder = _begun(home)
        rates: dict[str, list[float]] = {"alone": [], "watched": []}
        per_second: dict[str, list[float]] = {"alone": [], "watched": []}
        shares = []
        for _ in range(asked.rounds):
            _turn(folder, job.pid, asked.seconds, rates["alone"], per_second["alone"])
            with Terminal(["dashboard", folder.name, "--home", str(home.root)]) as terminal:
                terminal.until(b"nominal")
                terminal.rest(3.0)
                begun, used = time.perf_counter(), terminal.processor_seconds()
                _turn(folder, job.pid, asked.seconds, rates["watched"], per_second["watched"], terminal)
                shares.append((terminal.processor_seconds() - used) / (time.perf_counter() - begun))
    finally:
        job.terminate()
        job.wait()
        log.close()
    return {
        "idle_share_of_a_core": shares,
        "idle_share_median": statistics.median(shares),
        "genomes_per_s_alone": rates["alone"],
        "genomes_per_s_watched": rates["watched"],
        "genomes_per_processor_s_alone": per_second["alone"],
        "genomes_per_processor_s_watched": per_second["watched"],
        "rate_watched_over_alone": statistics.median(rates["watched"]) / statistics.median(rates["alone"]),
        "rate_per_processor_s_watched_over_alone": (
            statistics.median(per_second["watched"]) / statistics.median(per_second["alone"])
        ),
    }


def _begun(home: Home) -> RunFolder:
    deadline = time.monotonic() + 300.0
    while time.monotonic() < deadline:
        for folder in list_runs(home.runs):
            if folder.generations.exists() and _n_scored(folder) > 3_000:
                return folder
        time.sleep(0.5)
    raise AssertionError("the job never began; see live.log")


def _turn(
    folder: RunFolder,
    pid: int,
    seconds: float,
    rates: list[float],
    per_second: list[float],
    terminal: Terminal | None = None,
) -> None:
    """Measure the job for a while: genomes a second, and genomes a second of its own processor time."""
    begun, scored, used = time.perf_counter(), _n_scored(folder), _used(pid)
    if terminal is None:
        time.sleep(seconds)
    else:
        terminal.rest(seconds)
    done = _n_scored(folder) - scored
    rates.append(done / (time.perf_counter() - begun))
    per_second.append(done / max(_used(pid) - used, 1e-9))


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


def _n_scored(folder: RunFolder) -> int:
    return sum(json.loads(line)["n_scored"] for line in folder.generations.read_bytes().splitlines()[:-1] if line)


if __name__ == "__main__":
    main()
