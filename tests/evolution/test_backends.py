"""Real worker processes: the same answers as in one process, whoever dies."""

from __future__ import annotations

import functools
import itertools
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

from evolution.backends import Limits, ProcessBackend, SerialBackend
from evolution.backends.wire import tasks_to_line
from evolution.evaluator import task_of
from evolution.fitness import Evaluation, Reason, Rejected, Score
from evolution.genome.genome import Genome
from evolution.genome.node import Node, window
from evolution.opcodes.types import WINDOWS
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from tests.support.processes import children_of, cpu_ticks, descendants_of, is_alive, workers_of

ROOT = Path(__file__).parents[2]
WITH_TROUBLES = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
MINIMUM_TRADES = 5
N_GENOMES = 500
PATIENCE_S = 240.0
"""How long a test waits for what must happen: as long as the suite lets a test run."""
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


def test_what_was_begun_is_answered_as_if_it_had_not_been(steady, crowd, answers):
    steady.begin(crowd)
    assert steady.evaluate(crowd) == answers
    assert steady.evaluate(crowd[:50]) == answers[:50]


def test_what_was_begun_and_is_not_asked_for_answers_nothing_else(steady, crowd, answers):
    steady.begin(crowd[:200])
    assert steady.evaluate(crowd[100:300]) == answers[100:300]
    steady.begin(crowd[:200])
    steady.begin(crowd[300:])
    assert steady.evaluate(crowd[300:]) == answers[300:]


def test_a_worker_that_dies_between_beginning_and_asking_costs_nothing(steady, crowd, answers):
    steady.begin(crowd)
    os.kill(workers_here()[0], signal.SIGKILL)
    assert steady.evaluate(crowd) == answers


def test_what_was_begun_before_the_end_is_begun_anew_after_it(snapshot_folder, crowd, answers):
    backend = two_workers(snapshot_folder, crowd)
    backend.begin(crowd[:100])
    backend.close()
    try:
        assert backend.evaluate(crowd[:100]) == answers[:100]
    finally:
        backend.close()


def children_here() -> list[int]:
    return children_of(os.getpid())


def workers_here() -> list[int]:
    return workers_of(os.getpid())


def kill_when_busy(pid: int) -> None:
    """Kill a worker once it has worked for a twentieth of a second more."""
    start, deadline = cpu_ticks(pid), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if cpu_ticks(pid) >= start + 5:
            os.kill(pid, signal.SIGKILL)
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


PESTERED = """
import contextlib, os, signal, sys, threading, time
from pathlib import Path

pestered, answered = set(), threading.Event()

def pester(parent):
    while not answered.is_set():
        for child in Path(f"/proc/self/task/{parent}/children").read_text().split():
            # Other children, such as a linker's, may be gone by now.
            with contextlib.suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    pestered.add(child)
                    os.kill(int(child), signal.SIGINT)
        time.sleep(0.002)

if __name__ == "__main__":
    from evolution.backends import ProcessBackend
    from evolution.genome.genome import Genome
    from evolution.genome.node import Node

    pest = threading.Thread(target=pester, args=(os.getpid(),))
    pest.start()
    backend = ProcessBackend(Path(sys.argv[1]), minimum_trades=5, workers=2)
    print(backend.evaluate([Genome(*[Node("never")] * 4)])[0].reason)
    answered.set()
    pest.join()
    print(len(pestered))
    backend.close()
"""


def test_interrupt_of_the_terminal_does_not_reach_workers_that_are_starting(snapshot_folder, tmp_path):
    script = tmp_path / "pestered.py"
    script.write_text(PESTERED)
    ended = subprocess.run(
        [sys.executable, str(script), str(snapshot_folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"zero_variance\n2\n", b""), "none was lost"


def test_killed_worker_costs_no_answer_and_a_closed_backend_leaves_none(steady, snapshot_folder, crowd, answers):
    others = workers_here()
    backend = two_workers(snapshot_folder, crowd)
    mine = sorted(set(workers_here()) - set(others))
    assert len(mine) == 2
    killer = threading.Thread(target=kill_when_busy, args=(mine[0],))
    killer.start()
    received = backend.evaluate(crowd)
    killer.join()
    # The other one went on.
    assert set(workers_here()) - set(others) >= {mine[1]}
    assert mine[0] not in workers_here()
    assert received == answers
    # Between two generations it is no different.
    os.kill((set(workers_here()) - set(others)).pop(), signal.SIGKILL)
    assert backend.evaluate(crowd[:40]) == answers[:40]
    backend.close()
    assert workers_here() == others


def test_frozen_workers_are_ended_and_cost_no_answer(snapshot_folder, crowd, answers):
    """A stopped process never says that it is gone."""
    limits = Limits(genome_seconds=1.0)
    backend = ProcessBackend(
        snapshot_folder, minimum_trades=MINIMUM_TRADES, workers=2, limits=limits, start_method="fork"
    )
    before = set(children_here())
    # One that has not said that it is ready is given nothing, and has minutes to come.
    while backend.n_ready < 2:
        backend.evaluate(crowd[:8])
    frozen = set(children_here()) - before
    assert len(frozen) == 2
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    assert backend.evaluate(crowd) == answers
    assert not any(is_alive(pid) for pid in frozen)
    backend.close()
    assert set(children_here()) == before


def test_worker_that_never_reads_does_not_stop_its_parent(snapshot_folder):
    """What it is given is more than its channel holds."""
    average = [Node("sma", (Node("close"), window(bars))) for bars in WINDOWS[:12]]
    ladder = [Node("above", pair) for pair in itertools.combinations(average, 2)][:15]
    condition = functools.reduce(lambda one, other: Node("and", (one, other)), ladder)
    big = [Genome(condition, condition, condition, condition)] * 200
    assert len(tasks_to_line([task_of(big[0])])) * 64 > 1 << 18
    backend = ProcessBackend(
        snapshot_folder, minimum_trades=1, workers=1, limits=Limits(genome_seconds=0.5), start_method="fork"
    )
    before = set(children_here())
    expected = backend.evaluate(big[:1]) * len(big)
    (frozen,) = set(children_here()) - before
    os.kill(frozen, signal.SIGSTOP)
    assert backend.evaluate(big) == expected
    assert not is_alive(frozen)
    backend.close()


PATIENT = """
import sys
from pathlib import Path
from evolution.backends import Limits, ProcessBackend
import troubled_evaluator as t

if __name__ == "__main__":
    backend = ProcessBackend(
        Path(sys.argv[1]),
        minimum_trades=5,
        workers=1,
        limits=Limits(genome_seconds=5.0),
        start_method="fork",
        make_evaluator=t.open_troubled,
    )
    print(backend.evaluate([t.genome_with(t.dawdle)])[0].reason)
    backend.close()
"""


@pytest.mark.slow
def test_time_in_which_everything_is_stopped_does_not_count(snapshot_folder, tmp_path):
    """As after Ctrl-Z and fg: nobody is to blame, and nothing is done twice.

    The worker is let go only after the stop, which alone takes longer than a genome may.
    """
    script, diary, release = tmp_path / "patient.py", tmp_path / "diary", tmp_path / "release"
    script.write_text(PATIENT)
    environment = {**os.environ, **WITH_TROUBLES, "TROUBLE_DIARY": str(diary), "TROUBLE_RELEASE": str(release)}
    with subprocess.Popen(
        [sys.executable, str(script), str(snapshot_folder)],
        stdout=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    ) as parent:
        deadline = time.monotonic() + PATIENCE_S
        while not diary.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert diary.read_text() == "x"
        # The parent looks at its workers twice a second: by now it knows which genome is being worked on.
        time.sleep(1.5)
        os.killpg(parent.pid, signal.SIGSTOP)
        time.sleep(6.0)
        os.killpg(parent.pid, signal.SIGCONT)
        # It looks again before the worker is done.
        time.sleep(1.5)
        release.touch()
        assert parent.communicate(timeout=PATIENCE_S)[0] == b"zero_variance\n"
    assert diary.read_text() == "x"


FORGETFUL = """
import os, signal, sys, time
from pathlib import Path
from evolution.backends import ProcessBackend
from evolution.genome.genome import Genome
from evolution.genome.node import Node

if __name__ == "__main__":
    backend = ProcessBackend(Path(sys.argv[1]), minimum_trades=5, workers=1, start_method="fork")
    backend.evaluate([Genome(*[Node("never")] * 4)])
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        os.kill(int(child), signal.SIGSTOP)
    time.sleep(0.2)
"""


def test_program_ends_though_nobody_closed_its_frozen_workers(snapshot_folder, tmp_path):
    script = tmp_path / "forgetful.py"
    script.write_text(FORGETFUL)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, str(script), str(snapshot_folder)], env=environment, timeout=PATIENCE_S, check=False
    )
    assert ended.returncode == 0


PARENT = """
import sys

if __name__ == "__main__":
    from pathlib import Path
    from evolution.backends import ProcessBackend
    import troubled_evaluator as t

    backend = ProcessBackend(
        Path(sys.argv[1]), minimum_trades=5, workers=2, start_method=sys.argv[2], make_evaluator=t.open_troubled
    )
    if sys.argv[3] == "busy":
        backend.evaluate([t.genome_with(t.keep)] * 8)
    print("ready", flush=True)
    backend.evaluate([t.genome_with(t.hold_the_interpreter)] * 16)
"""


@pytest.mark.parametrize(
    ("start_method", "number", "moment"),
    [
        ("spawn", signal.SIGKILL, "busy"),
        ("spawn", signal.SIGTERM, "starting"),
        ("fork", signal.SIGTERM, "busy"),
        ("forkserver", signal.SIGKILL, "busy"),
    ],
)
def test_nothing_outlives_a_parent_that_was_killed(snapshot_folder, tmp_path, start_method, number, moment):
    """Workers are in compiled code that never returns, or in the middle of their imports."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(script), str(snapshot_folder), start_method, moment],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, **WITH_TROUBLES},
    ) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"ready\n"
            time.sleep(0.5)
            family = descendants_of(parent.pid)
            assert len(family) >= 2
        finally:
            os.kill(parent.pid, number)
    deadline = time.monotonic() + ORPHAN_LIMIT_S
    while any(is_alive(pid) for pid in family) and time.monotonic() < deadline:
        time.sleep(0.05)
    orphans = [pid for pid in family if is_alive(pid)]
    for pid in orphans:
        os.kill(pid, signal.SIGKILL)
    assert orphans == []
