"""Real worker processes: the same answers as in one process, whoever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evolution.backends import ProcessBackend, SerialBackend, make_backend
from evolution.fitness import Evaluation, Reason, Rejected, Score
from evolution.genome.genome import Genome
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome

ROOT = Path(__file__).parents[2]
MINIMUM_TRADES = 5
N_GENOMES = 500
PATIENCE_S = 30.0
"""How long a test waits for what must happen."""
ORPHAN_LIMIT_S = 5.0


@pytest.fixture(scope="module")
def crowd() -> list[Genome]:
    """Many different genomes, so that an evaluation takes its time."""
    grammar, shape, rng = Grammar(SearchPriors()), Shape(), np.random.default_rng(5)
    return [random_genome(grammar, shape, 2 + i % 3, rng) for i in range(N_GENOMES)]


@pytest.fixture(scope="module")
def answers(snapshot_folder, crowd) -> list[Evaluation]:
    """What one process says."""
    return SerialBackend(snapshot_folder, minimum_trades=MINIMUM_TRADES).evaluate(crowd)


def two_workers(snapshot_folder: Path, crowd: list[Genome]) -> ProcessBackend:
    """Return a backend whose two workers have started."""
    backend = ProcessBackend(snapshot_folder, minimum_trades=MINIMUM_TRADES, workers=2)
    backend.evaluate(crowd[:8])
    return backend


# `answers` comes first, so that what must be compiled is compiled by one process.
@pytest.fixture(scope="module")
def steady(snapshot_folder, crowd, answers) -> Iterator[ProcessBackend]:
    """Two workers that several tests share."""
    backend = two_workers(snapshot_folder, crowd)
    yield backend
    backend.close()


def status(pid: int) -> dict[str, str]:
    """Return the fields of /proc/PID/status; none if there is no such process."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie has ended already."""
    return status(pid).get("State", "Z").strip()[0] not in "ZX"


def worker_pids(parent: int) -> list[int]:
    """Return the living worker processes of a process; its resource tracker is none."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and status(int(entry.name)).get("PPid", "").strip() == str(parent):
            command = (entry / "cmdline").read_bytes()
            if b"spawn_main" in command and is_alive(int(entry.name)):
                found.append(int(entry.name))
    return sorted(found)


def workers_here() -> list[int]:
    return worker_pids(os.getpid())


def cpu_ticks(pid: int) -> int:
    """Return the processor time that a process has used; the name in brackets may hold spaces."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def kill_when_busy(pid: int, killed: threading.Event) -> None:
    """Kill a worker once it has worked for a twentieth of a second more."""
    start, deadline = cpu_ticks(pid), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if cpu_ticks(pid) >= start + 5:
            os.kill(pid, signal.SIGKILL)
            killed.set()
            return
        time.sleep(0.002)


def test_workers_answer_as_one_process_does_in_the_same_order(steady, crowd, answers):
    assert steady.evaluate(crowd) == answers
    assert sum(isinstance(answer, Score) for answer in answers) > 50
    assert {answer.reason for answer in answers if isinstance(answer, Rejected)} > {Reason.TOO_FEW_TRADES}


@pytest.mark.parametrize("n", [0, 1, 3, 9])
def test_any_number_of_genomes_is_answered(steady, crowd, answers, n):
    """None, fewer than workers, fewer and more than chunks."""
    assert steady.evaluate(crowd[:n]) == answers[:n]


def test_interrupt_of_the_terminal_does_not_reach_the_workers(steady, crowd, answers):
    pids = workers_here()
    for pid in pids:
        os.kill(pid, signal.SIGINT)
    assert steady.evaluate(crowd[:40]) == answers[:40]
    assert workers_here() == pids


def test_killed_worker_costs_no_answer_and_a_closed_backend_leaves_none(steady, snapshot_folder, crowd, answers):
    others = workers_here()
    backend = two_workers(snapshot_folder, crowd)
    mine = sorted(set(workers_here()) - set(others))
    assert len(mine) == 2
    killed = threading.Event()
    killer = threading.Thread(target=kill_when_busy, args=(mine[0], killed))
    killer.start()
    received = backend.evaluate(crowd)
    killer.join()
    assert killed.is_set()
    # The pool was lost while it worked, and made again.
    assert not set(workers_here()) & set(mine)
    assert received == answers
    # Between two generations it is no different.
    os.kill((set(workers_here()) - set(others)).pop(), signal.SIGKILL)
    assert backend.evaluate(crowd[:40]) == answers[:40]
    backend.close()
    assert workers_here() == others


PARENT = """
import sys, time
from pathlib import Path
from evolution.backends import ProcessBackend
from evolution.genome.genome import Genome
from evolution.genome.node import Node

if __name__ == "__main__":
    backend = ProcessBackend(Path(sys.argv[1]), minimum_trades=5, workers=2)
    backend.evaluate([Genome(*[Node("never")] * 4)] * 16)
    print("ready", flush=True)
    time.sleep(600)
"""


def test_workers_do_not_outlive_a_parent_that_was_killed(snapshot_folder, tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(script), str(snapshot_folder)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"ready\n"
            pids = worker_pids(parent.pid)
            assert len(pids) == 2
        finally:
            parent.kill()
    deadline = time.monotonic() + ORPHAN_LIMIT_S
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(pid) for pid in pids)


def test_one_worker_is_this_process(snapshot_folder):
    """No process is started, and nothing is to be closed."""
    backend = make_backend(snapshot_folder, minimum_trades=MINIMUM_TRADES, workers=1)
    assert isinstance(backend, SerialBackend)
    backend.close()


def test_more_workers_are_processes(snapshot_folder):
    backend = make_backend(snapshot_folder, minimum_trades=MINIMUM_TRADES, workers=2)
    assert isinstance(backend, ProcessBackend)
    backend.close()
