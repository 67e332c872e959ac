"""Measure the dashboard: `python tests/bench/dashboard/run.py --work FOLDER`.

On a run of 100,000 genomes: first paint, key to screen, memory. On a run that is evolving at that moment: processor
time while idle, and what the job gets done, watched and not watched by turns.
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

from evolution.run.layout import list_runs  # noqa: E402
from organism.home import Home  # noqa: E402
from tests.bench.dashboard.beside_a_job import beside_a_job  # noqa: E402
from tests.bench.dashboard.made_run import make_run  # noqa: E402
from tests.bench.dashboard.terminal import Memory, Terminal  # noqa: E402


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="Folder for the runs; made if missing.")
    parser.add_argument("--genomes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=12, help="Pairs of turns beside a live run.")
    parser.add_argument("--seconds", type=float, default=15.0, help="Of each turn.")
    asked = parser.parse_args()
    home = Home.create(asked.work / "made")
    if not list_runs(home.runs):
        make_run(home, asked.genomes)
    watched = beside_a_job(asked.work, asked.rounds, asked.seconds)
    found = {"python_s": _python_seconds(), **_large(home), **watched}
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


if __name__ == "__main__":
    main()
