"""Compile everything that a search needs, once for each version of the code, before workers start.

Otherwise every worker would compile the same functions at the same time, in the middle of its work.
"""

from __future__ import annotations

import numpy as np

from data.durable import write_atomically
from data.jit import CACHE_FOLDER
from data.market import Universe
from data.worlds import make_world
from evolution.evaluator import Evaluator
from evolution.fitness import Score
from evolution.genome.genome import MAX_NODES, Genome
from evolution.priors import SearchPriors
from evolution.run.seen import SeenGenotypes
from evolution.screening import Screen, ScreenedBreeder
from evolution.search.children import Breeder, parents_of
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from evolution.search.individual import Individual
from evolution.search.observation import HallOfFame
from evolution.search.rows.chance import state_from
from evolution.search.rows.odds import Odds
from evolution.search.selection import survivors

MARKER = CACHE_FOLDER / "warm"
N_GENOMES = 1_500
"""Random genomes enough to draw every opcode with every kind of argument, most of them many times over."""
YEARS = 0.25
N_BRED = 8


def is_warm() -> bool:
    """Return whether this version of the code has been compiled before."""
    return MARKER.exists()


def compile_kernels() -> None:
    """Fill the cache of compiled functions; under a minute the first time."""
    universe = Universe("warm", make_world("planted", 0, years=YEARS).markets)
    evaluator = Evaluator(universe, minimum_trades=1)
    for genome in genomes_to_compile():
        evaluator.evaluate(genome)
    _breed(universe)
    write_atomically(MARKER, b"compiled\n")


def _breed(universe: Universe) -> None:
    """Call everything that breeds and survives."""
    breeder = Breeder(Grammar(SearchPriors()), Shape(), Odds(MAX_NODES, 0.1, 0.4, 0.5, 2, 1, 0.8))
    rng = state_from(np.random.SeedSequence(0))
    litter = breeder.breed(parents_of([]), np.arange(N_BRED), rng)
    SeenGenotypes().add_all(litter.keys())
    score = Score(1.0, 1.0, 4, 1, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0, 4, 1.0, 1.0)
    people = [Individual.of_child(litter.child(number), 0, score) for number in range(len(litter.made))]
    HallOfFame(N_BRED).update(people)
    parents = parents_of(survivors(people, N_BRED))
    breeder.breed(parents, np.arange(N_BRED), rng)
    screen = Screen(universe, breeder.means(), least_trades=1, most_questions=N_BRED)
    ScreenedBreeder(screen, breeder.odds, 1.0, 0.7).breed(parents, N_BRED, rng)


def genomes_to_compile() -> list[Genome]:
    """Return the genomes whose evaluation calls everything that a search may call."""
    grammar, shape, rng = Grammar(SearchPriors()), Shape(), np.random.default_rng(0)
    return [random_genome(grammar, shape, 2 + position % 3, rng) for position in range(N_GENOMES)]
