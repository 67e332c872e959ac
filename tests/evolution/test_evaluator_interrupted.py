"""Ctrl-C in the middle of an evaluation stops it; it never becomes a genome's verdict."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import numpy as np
import pytest

from data.snapshot import load_universe
from evolution.evaluator import Evaluator, task_of
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome

MINIMUM_TRADES = 5
HITS_WANTED = 30
MAX_ROUNDS = 1_000
WITHIN_S = 0.03
"""About as long as a round takes; the timer strikes some milliseconds late."""


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let the timer of processor time interrupt as Ctrl-C does; the timer of real time may be a test's limit."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGVTALRM, interrupt)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, former)


# Python swallows what is raised inside a finalizer or a callback of its garbage collector, and says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interruption_anywhere_in_an_evaluation_is_never_its_answer(interruptible, snapshot_folder):
    """Compiled code turns an interruption that strikes inside it into an error of its own."""
    grammar, shape, rng = Grammar(SearchPriors()), Shape(), np.random.default_rng(5)
    genomes = [random_genome(grammar, shape, 2 + i % 3, rng) for i in range(60)]
    universe = load_universe(snapshot_folder)
    tasks = [task_of(genome) for genome in genomes]
    answers = Evaluator(universe, minimum_trades=MINIMUM_TRADES).evaluate_all(tasks)
    n_interrupted = 0
    for _ in range(MAX_ROUNDS):
        try:
            # A new one each time: what is remembered from before is not computed, nor interrupted.
            evaluator = Evaluator(universe, minimum_trades=MINIMUM_TRADES)
            signal.setitimer(signal.ITIMER_VIRTUAL, float(rng.uniform(1e-4, WITHIN_S)))
            received = evaluator.evaluate_all(tasks)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except KeyboardInterrupt:
            n_interrupted += 1
            if n_interrupted == HITS_WANTED:
                break
        else:
            assert received == answers
    assert n_interrupted == HITS_WANTED
