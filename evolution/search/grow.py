"""Random typed expressions and genomes, one at a time and as nodes; a search draws whole generations as rows."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from data.errors import GenomeError
from evolution.genome.genome import MAX_NODES, Genome
from evolution.genome.node import Node
from evolution.opcodes.types import ValueType
from evolution.search.grammar import Grammar
from evolution.search.rows.breeding import draw_fresh
from evolution.search.rows.brood import make_brood
from evolution.search.rows.chance import state_of
from evolution.search.rows.codes import TYPES
from evolution.search.rows.growing import FULL, Means, Shape, grow
from evolution.search.rows.language import LANGUAGE
from evolution.search.rows.records import genome_of, node_of

__all__ = ["Shape", "random_genome", "random_node"]

MAX_DRAWS = 100
"""One or two genomes in a hundred need too long a warm-up."""


def random_genome(grammar: Grammar, shape: Shape, depth: int, rng: Generator) -> Genome:
    """Draw a genome whose roots are at most `depth` deep.

    Raises
    ------
    GenomeError
        If each of `MAX_DRAWS` in a row has too many nodes or needs too long a warm-up.
    """
    brood = make_brood(1, MAX_NODES)
    for _ in range(MAX_DRAWS):
        draw_fresh(Means(LANGUAGE, grammar.menus, shape), depth, state_of(rng), brood, 0)
        if brood.ends[0] > 0:
            return genome_of(brood.records[0, : brood.ends[0]])
    raise GenomeError(f"{MAX_DRAWS} genomes in a row break a limit; ask for a smaller depth, or a wider grammar")


def random_node(grammar: Grammar, shape: Shape, value_type: ValueType, depth: int, rng: Generator) -> Node:
    """Draw an expression of a type, at most `depth` deep (a leaf if `depth` is 1 and the type has leaves).

    Raises
    ------
    GenomeError
        If it has more nodes than a genome may, or the grammar makes nothing of the type.
    """
    row = np.empty(MAX_NODES, dtype=np.int16)
    means = Means(LANGUAGE, grammar.menus, shape)
    end = grow(means, TYPES.index(value_type), depth, state_of(rng), row, 0)
    if end == FULL:
        raise GenomeError(
            f"the expression that was drawn has more than {MAX_NODES} nodes, or the grammar makes no "
            f"{value_type.value}; draw another, or allow opcodes that make one"
        )
    return node_of(row[:end])
