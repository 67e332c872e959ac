"""Children of small rules, by any operator."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from evolution.fitness import Score
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.priors import SearchPriors
from evolution.rows.canonical import finish
from evolution.rows.chance import State, state_from
from evolution.rows.genes import N_GENES
from evolution.rows.growing import FULL, Means
from evolution.rows.language import LANGUAGE
from evolution.rows.measures import measure_sizes
from evolution.rows.odds import (
    Odds,
)
from evolution.rows.offspring import Parents
from evolution.rows.records import genome_of, record_of
from evolution.rows.variation import vary
from evolution.search.child import Child
from evolution.search.children import Breeder
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from evolution.search.individual import Individual
from evolution.search.selection import assign_distances

GRAMMAR = Grammar(SearchPriors())
SHAPE = Shape()
ODDS = Odds(
    maximum_nodes=40,
    immigrant_share=0.0,
    crossover_share=0.4,
    elitist_share=0.5,
    tournament=2,
    contested=1,
    symmetric_share=0.0,
)
BREEDER = Breeder(GRAMMAR, SHAPE, ODDS)


def some_genomes(count: int, seed: int) -> list[Genome]:
    rng = np.random.default_rng(seed)
    return [random_genome(GRAMMAR, SHAPE, 2 + i % 3, rng) for i in range(count)]


def some_state(seed: int) -> State:
    return state_from(np.random.SeedSequence(seed))


def population_of(genomes: list[Genome]) -> list[Individual]:
    rng = np.random.default_rng(0)
    people = [
        Individual(
            genome,
            genotype_hash(genome),
            0,
            Score(*rng.normal(size=2), genome.size, 9, 0.0, 0.1, 1.0, 0.5, 0.2, 1.5, 5, 6, 0.75, 1.25),
        )
        for genome in genomes
    ]
    assign_distances(people)
    return people


def bred(breeder: Breeder, parents: Parents, count: int, seed: int) -> list[Child]:
    litter = breeder.breed(parents, np.arange(count), some_state(seed))
    return [litter.child(number) for number in range(len(litter.made))]


def small_genomes(count: int, seed: int) -> list[Genome]:
    return [genome for genome in some_genomes(2 * count, seed) if genome.size <= 40][:count]


def varied(operator: int, first: Genome, second: Genome, seed: int) -> Genome | None:
    """Return one child, None if the operator makes none or a limit is broken."""

    def parent(genome: Genome) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        record = record_of(genome)
        sizes = np.zeros(len(record) - N_GENES, dtype=np.int64)
        measure_sizes(LANGUAGE, record[N_GENES:], sizes)
        return record[:N_GENES], record[N_GENES:], sizes

    child, means, rng = (
        np.zeros(200, dtype=np.int16),
        Means(LANGUAGE, GRAMMAR.menus, SHAPE),
        some_state(seed),
    )
    end = vary(means, operator, parent(first), parent(second), rng, child[:N_GENES], child[N_GENES:])
    if end == FULL or finish(LANGUAGE, child[:N_GENES], child[N_GENES : N_GENES + end]) < 0:
        return None
    return genome_of(child[: N_GENES + end])


def children_by(operator: int) -> list[tuple[Genome, Genome, Genome]]:
    """Return triples of a child and its parents."""
    genomes = some_genomes(150, 20)
    drawn = [(varied(operator, one, other, i), one, other) for i, (one, other) in enumerate(pairwise(genomes))]
    return [(child, one, other) for child, one, other in drawn if child is not None and child != one]


def leaves(genome: Genome) -> set[str]:
    return {node.text for node in genome.walk() if not node.children}
