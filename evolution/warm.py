"""Compile everything that evaluation needs, once for each version of the code, before workers start.

Otherwise every worker would compile the same functions at the same time, in the middle of its work.
"""

from __future__ import annotations

import numpy as np

from data.durable import write_atomically
from data.jit import CACHE_FOLDER
from data.market import Universe
from data.worlds import make_world
from evolution.fitness import Evaluator
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome

MARKER = CACHE_FOLDER / "warm"
N_GENOMES = 400
"""Random genomes enough to draw every opcode with every kind of argument many times over."""


def is_warm() -> bool:
    """Return whether this version of the code has been compiled before."""
    return MARKER.exists()


def compile_kernels() -> None:
    """Fill the cache of compiled functions; some twenty seconds the first time."""
    universe = Universe("warm", make_world("planted", 0, years=0.25).markets)
    evaluator = Evaluator(universe, minimum_trades=1)
    grammar, shape, rng = Grammar(SearchPriors()), Shape(), np.random.default_rng(0)
    for position in range(N_GENOMES):
        evaluator.evaluate(random_genome(grammar, shape, 2 + position % 3, rng))
    write_atomically(MARKER, b"compiled\n")
