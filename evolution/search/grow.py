"""Random typed expressions and genomes, one at a time and as nodes; a search draws whole generations as rows."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from data.errors import GenomeError
from evolution.genome.genome import MAX_NODES, Genome
from evolution.genome.node import Node
from evolution.opcodes.types import ValueType
from evolution.rows.breeding import draw_fresh
from evolution.rows.chance import state_of
from evolution.rows.codes import TYPES
from evolution.rows.growing import FULL, Means, Shape, grow
from evolution.rows.language import LANGUAGE
from evolution.rows.offspring import make_offspring
from evolution.rows.records import genome_of, node_of
from evolution.search.grammar import Grammar

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
    offspring = make_offspring(1, MAX_NODES)
    for _ in range(MAX_DRAWS):
        draw_fresh(Means(LANGUAGE, grammar.menus, shape), depth, state_of(rng), offspring, 0)
        if offspring.ends[0] > 0:
            return genome_of(offspring.records[0, : offspring.ends[0]])
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
