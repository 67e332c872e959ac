"""Compile what breeds: as long as the rest, and so a process of its own beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from data.code_version import ROOT
from data.market import Universe
from data.worlds import make_world
from evolution.fitness import Score
from evolution.genome.genome import MAX_NODES
from evolution.priors import SearchPriors
from evolution.rows.chance import state_from
from evolution.rows.odds import Odds
from evolution.rows.table import KEPT_BITS
from evolution.run.seen import LEAST_CAPACITY, SeenGenotypes
from evolution.screening import Screen, ScreenedBreeder
from evolution.search.children import Breeder, parents_of
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape
from evolution.search.individual import Individual
from evolution.search.observation import HallOfFame
from evolution.search.selection import survivors

YEARS = 0.25
N_BRED = 8


def some_history() -> Universe:
    """Return bars to compile with."""
    return Universe("warm", make_world("planted", 0, years=YEARS).markets)


def breed(universe: Universe) -> None:
    """Call everything that breeds and survives."""
    breeder = Breeder(Grammar(SearchPriors()), Shape(), Odds(MAX_NODES, 0.1, 0.4, 0.5, 2, 1, 0.8))
    rng = state_from(np.random.SeedSequence(0))
    litter = breeder.breed(parents_of([]), np.arange(N_BRED), rng)
    seen = SeenGenotypes()
    seen.remove(litter.keys()[seen.add_all(litter.keys())])
    # So many alike that their bucket needs more room.
    seen.add_all(np.arange(2 * LEAST_CAPACITY, dtype=np.uint64) << np.uint64(64 - KEPT_BITS))
    score = Score(1.0, 1.0, 4, 1, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0, 4, 1.0, 1.0)
    people = [Individual.of_child(litter.child(number), 0, score) for number in range(len(litter.made))]
    HallOfFame(N_BRED).update(people)
    parents = parents_of(survivors(people, N_BRED))
    breeder.breed(parents, np.arange(N_BRED), rng)
    screen = Screen(universe, breeder.means(), least_trades=1, most_questions=N_BRED)
    ScreenedBreeder(screen, breeder.odds, 1.0, 0.7).breed(parents, N_BRED, rng)


@contextmanager
def bred_beside() -> Iterator[None]:
    """Compile what breeds in another process meanwhile, and wait for it. Should it fail, nothing is lost but time."""
    command = [sys.executable, "-m", "evolution.warm", str(os.getpid())]
    # Its words are nobody's: whatever it does not do is done again.
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        yield
        process.wait()
    finally:
        process.kill()
        process.wait()
