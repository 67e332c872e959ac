"""Compile everything that a search needs, once for each version of the code, before workers start.

Otherwise every worker would compile the same functions at the same time, in the middle of its work.
"""

from __future__ import annotations

import numpy as np

from data.durable import write_atomically
from data.jit import CACHE_FOLDER
from evolution.evaluator import Evaluator
from evolution.genome.genome import Genome
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from evolution.warm.breeding import bred_beside, breed, some_history

MARKER = CACHE_FOLDER / "warm"
N_GENOMES = 1_500
"""Random genomes enough to draw every opcode with every kind of argument, most of them many times over."""


def is_warm() -> bool:
    """Return whether this version of the code has been compiled before."""
    return MARKER.exists()


def compile_kernels() -> None:
    """Fill the cache of compiled functions; about a minute the first time."""
    with bred_beside():
        universe = some_history()
        evaluator = Evaluator(universe, minimum_trades=1)
        for genome in genomes_to_compile():
            evaluator.evaluate(genome)
    breed(universe)
    write_atomically(MARKER, b"compiled\n")


def genomes_to_compile() -> list[Genome]:
    """Return the genomes whose evaluation calls everything that a search may call."""
    grammar, shape, rng = Grammar(SearchPriors()), Shape(), np.random.default_rng(0)
    return [random_genome(grammar, shape, 2 + position % 3, rng) for position in range(N_GENOMES)]
