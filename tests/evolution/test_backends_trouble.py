"""Genomes that hang, eat memory or kill their worker: a typed failure each, and nobody else's answer changes."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from data.errors import DataError
from data.snapshot import load_universe
from evolution.agreement import ReferenceCheck
from evolution.backends import Limits, ProcessBackend, SerialBackend
from evolution.fitness import Evaluation, Reason, Rejected, Score
from evolution.genome.genome import Genome
from evolution.priors import SearchPriors
from evolution.run.layout import RunFolder
from evolution.run.loop import search
from evolution.run.origin import Origin
from evolution.run.settings import SearchSettings
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from evolution.trials import read_segments
from tests.fuzz.flips import overwrite

MINIMUM_TRADES = 5
TIGHT = Limits(genome_seconds=1.0, memory_bytes=256 << 20)

MakeBackend = Callable[..., ProcessBackend]


@pytest.fixture(scope="module")
def troubled() -> Iterator[ModuleType]:
    """The module of evaluators that go wrong, where workers find it too."""
    folder = str(Path(__file__).parent)
    sys.path.append(folder)
    yield importlib.import_module("troubled_evaluator")
    sys.path.remove(folder)


@pytest.fixture(scope="module")
def crowd() -> list[Genome]:
    grammar, shape, rng = Grammar(SearchPriors()), Shape(), np.random.default_rng(5)
    return [random_genome(grammar, shape, 2 + i % 3, rng) for i in range(60)]


@pytest.fixture(scope="module")
def answers(snapshot_folder, crowd) -> list[Evaluation]:
    """What an undisturbed process says."""
    return SerialBackend(snapshot_folder, minimum_trades=MINIMUM_TRADES).evaluate(crowd)


@pytest.fixture
def diary(tmp_path, monkeypatch, troubled) -> Callable[[], int]:
    """Return a function that says how many attempts were noted."""
    path = tmp_path / "diary"
    monkeypatch.setenv(troubled.DIARY, str(path))
    return lambda: path.stat().st_size


@pytest.fixture
def make_backend(snapshot_folder, troubled, answers) -> Iterator[MakeBackend]:
    """Make backends that are closed at the end; forked workers start quickly."""
    made: list[ProcessBackend] = []

    def make(evaluator: str = "open_troubled", **changes: Any) -> ProcessBackend:
        arguments: dict[str, Any] = {
            "minimum_trades": MINIMUM_TRADES,
            "workers": 2,
            "limits": TIGHT,
            "start_method": "fork",
            "make_evaluator": getattr(troubled, evaluator),
        }
        folder = changes.pop("folder", snapshot_folder)
        made.append(ProcessBackend(folder, **{**arguments, **changes}))
        return made[-1]

    yield make
    for backend in made:
        backend.close()


def among(crowd: list[Any], intruders: dict[int, Any]) -> list[Any]:
    """Return a copy of a list with others inserted at places of the result."""
    mixed = list(crowd)
    for place, intruder in sorted(intruders.items()):
        mixed.insert(place, intruder)
    return mixed


def assert_answers(
    backend: ProcessBackend, crowd: list[Genome], answers: list[Evaluation], expected: dict[int, Any]
) -> None:
    """Evaluate a crowd with troublemakers at places; each has its reason, everyone else the undisturbed answer."""
    received = backend.evaluate(crowd)
    reasons = {place: received[place].reason for place in expected if isinstance(received[place], Rejected)}
    assert reasons == expected
    assert [answer for place, answer in enumerate(received) if place not in expected] == answers


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_every_kind_of_trouble_is_a_typed_failure_of_its_genome_alone(make_backend, troubled, crowd, answers):
    t = troubled
    kinds = {
        0: (t.eat, Reason.OUT_OF_MEMORY),
        7: (t.sleep, Reason.TOO_SLOW),
        8: (t.die, Reason.WORKER_LOST),
        29: (t.freeze, Reason.TOO_SLOW),
        30: (t.hold_the_interpreter, Reason.TOO_SLOW),
        65: (t.leave, Reason.WORKER_LOST),
    }
    mixed = among(crowd, {place: t.genome_with(trouble) for place, (trouble, _) in kinds.items()})
    backend = make_backend()
    assert backend.evaluate(crowd) == answers
    before = open_files()
    assert_answers(backend, mixed, answers, {place: reason for place, (_, reason) in kinds.items()})
    # What is left of the workers is as good as new, and so is the next batch.
    assert backend.evaluate(crowd) == answers
    assert open_files() == before


@pytest.mark.parametrize(
    ("start_method", "trouble", "reason"),
    [("spawn", "hold_the_interpreter", Reason.TOO_SLOW), ("forkserver", "eat", Reason.OUT_OF_MEMORY)],
)
def test_limits_and_answers_are_the_same_however_workers_start(
    make_backend, troubled, crowd, answers, start_method, trouble, reason
):
    mixed = [*crowd, troubled.genome_with(getattr(troubled, trouble))]
    assert_answers(make_backend(start_method=start_method, workers=1), mixed, answers, {len(crowd): reason})


def test_limits_hold_for_a_single_worker(make_backend, troubled, crowd, answers):
    t = troubled
    mixed = among(crowd[:9], {0: t.genome_with(t.sleep), 5: t.genome_with(t.eat), 10: t.genome_with(t.die)})
    expected = {0: Reason.TOO_SLOW, 5: Reason.OUT_OF_MEMORY, 10: Reason.WORKER_LOST}
    assert_answers(make_backend(workers=1), mixed, answers[:9], expected)


def test_a_failure_says_what_happened(make_backend, troubled):
    t = troubled
    received = make_backend().evaluate([t.genome_with(trouble) for trouble in (t.die, t.leave, t.sleep)])
    assert [answer.detail for answer in received] == [
        "worker lost: signal 9; tried 2 times",
        "worker lost: exit code 3; tried 2 times",
        "no end after 1 s; tried 2 times",
    ]


def test_a_genome_whose_worker_died_by_chance_is_scored(make_backend, troubled, crowd, answers, diary):
    t = troubled
    received = make_backend().evaluate(among(crowd, {20: t.genome_with(t.die_once)}))
    assert received.pop(20) == Rejected(Reason.ZERO_VARIANCE)
    assert diary() == 2
    assert received == answers


def test_memory_that_others_took_rejects_nobody(make_backend, troubled):
    """Alone in a fresh worker there is enough."""
    t = troubled
    received = make_backend(workers=1).evaluate([t.genome_with(t.keep), t.genome_with(t.need)])
    assert [answer.reason for answer in received] == [Reason.ZERO_VARIANCE] * 2


def test_lost_genomes_are_trials_with_their_reason_and_the_search_goes_on(make_backend, snapshot_folder, tmp_path):
    settings = SearchSettings(
        population=16, offspring=16, generations=1, minimum_trades=5, hall_of_fame=6, registered=6
    )
    rows: list[list[dict[str, Any]]] = []
    for workers in (1, 3):
        folder = RunFolder(tmp_path / str(workers))
        backend = make_backend("open_mortal", workers=workers)
        universe = load_universe(snapshot_folder)
        *_, last = search(
            settings,
            11,
            backend,
            folder,
            priors=settings.priors(),
            check=ReferenceCheck(universe),
            origin=Origin("settings", "snapshot", "code"),
            universe=universe,
        )
        assert last.state.population
        rows.append([row for table in read_segments(folder.trials) for row in table.to_pylist()])
    assert rows[0] == rows[1]
    reasons = [row["reason"] for row in rows[0]]
    assert reasons.count("worker_lost") >= 2
    assert len(reasons) == last.state.n_trials


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_answers_do_not_depend_on_how_many_work(make_backend, crowd, answers, workers):
    assert make_backend(workers=workers).evaluate(crowd) == answers
    assert sum(isinstance(answer, Score) for answer in answers) > 5


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_libraries_in_workers_keep_to_one_thread(make_backend, crowd, start_method, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    backend = make_backend("open_reporter", start_method=start_method, workers=1)
    assert {answer.detail for answer in backend.evaluate(crowd)} == {"1 1"}
    # The parent's own settings are as they were.
    assert os.environ["OMP_NUM_THREADS"] == "2"
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_missing_history_is_one_error_that_names_it(make_backend, crowd, tmp_path):
    backend = make_backend("open_mortal", folder=tmp_path / "nothing")
    with pytest.raises(DataError, match=f"worker processes cannot open the history: .*{tmp_path}/nothing"):
        backend.evaluate(crowd)


def test_damaged_history_is_one_error_that_names_the_file(make_backend, snapshot_folder, crowd, tmp_path):
    copy = tmp_path / snapshot_folder.name
    shutil.copytree(snapshot_folder, copy)
    overwrite(copy / "close.npy", (copy / "close.npy").read_bytes()[:1000])
    backend = make_backend("open_mortal", folder=copy)
    with pytest.raises(DataError, match=f"{copy}/close.npy"):
        backend.evaluate(crowd)


def test_whatever_keeps_workers_from_starting_is_not_tried_for_every_genome(make_backend, crowd, diary):
    with pytest.raises(DataError, match="cannot open the history: RuntimeError: no evaluator for"):
        make_backend("open_nothing").evaluate(crowd)
    assert 1 <= diary() <= 2


def test_workers_that_die_at_the_start_end_in_one_error(make_backend, crowd, diary):
    with pytest.raises(DataError, match="3 workers in a row ended before they were ready, the last with signal 9"):
        make_backend("open_and_die").evaluate(crowd)
    assert 3 <= diary() <= 5


class StoppedError(Exception):
    """What the signal of the test below raises."""


def test_answers_of_an_interrupted_batch_are_not_taken_for_those_of_the_next(make_backend, troubled, crowd, answers):
    def stop(number: int, frame: object) -> None:
        raise StoppedError

    before = signal.signal(signal.SIGUSR1, stop)
    backend = make_backend(limits=Limits())
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    with pytest.raises(StoppedError):
        backend.evaluate([troubled.genome_with(troubled.sleep), *crowd[::-1]])
    timer.join()
    signal.signal(signal.SIGUSR1, before)
    assert backend.evaluate(crowd) == answers


@pytest.mark.parametrize("wrong", [{"genome_seconds": 0.0}, {"genome_seconds": float("nan")}, {"memory_bytes": 0}])
def test_limits_are_above_zero(wrong):
    with pytest.raises(ValueError, match="above zero"):
        Limits(**wrong)
