"""DEAP's own trees in the language of the grammar."""

from __future__ import annotations

import random  # noqa: TID251 - DEAP draws from it

from deap import gp

from evolution.genome.genome import Genome
from tests.bench.search.deap_language import genome_of, primitive_set


def test_trees_of_deap_are_genomes_of_the_grammar_and_the_same_for_a_seed() -> None:
    primitives = primitive_set(frozenset())

    def drawn() -> list[Genome]:
        random.seed(5)
        trees = [gp.PrimitiveTree(gp.genHalfAndHalf(primitives, 2, 4)) for _ in range(60)]
        for one, other in zip(trees[::2], trees[1::2], strict=True):
            gp.cxOnePoint(one, other)
        return [genome for genome in map(genome_of, trees) if genome is not None]

    genomes = drawn()
    assert len(genomes) > 40
    assert genomes == drawn()
    assert len({node.opcode for genome in genomes for node in genome.walk()}) > 30
    assert not any("same_window" in node.text for genome in genomes for node in genome.walk())


def test_an_excluded_opcode_is_in_no_tree() -> None:
    names = primitive_set(frozenset({"sma"})).mapping
    assert "ema__0" in names
    assert "sma__0" not in names
