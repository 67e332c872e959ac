"""Distinct genomes scored a second on one core, end to end, with warm leaves.

A leaf is a series: a price, an average, an oscillator. Every series that the genomes use is computed before, as are the
sizing rules; each genome is evaluated once, so its comparisons and logic are computed in the time.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import numpy as np
from kernel_speed import synthetic_market

from data.market import Universe
from evolution.fitness import Evaluation, Evaluator, Score
from evolution.genome.genome import Genome
from evolution.genome.node import Node
from evolution.opcodes.types import ValueType
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import NEVER, Shape, random_genome
from evolution.search.variation import Breeder

ROUNDS = 9
PARENTS, CHILDREN = 100, 150
"""Random genomes of each round, and genomes bred of them."""
MINIMUM_TRADES = 30


@dataclass(frozen=True, slots=True)
class GenomeSpeed:
    """Rates of the rounds, and what was evaluated."""

    rates: tuple[float, ...]
    """Genomes a second, round by round; no genome comes twice."""
    n_genomes: int
    mean_size: float
    scored_share: float
    """Share with a fitness; the others trade too little."""
    mean_trades: float
    """Of those scored."""
    mean_exposure: float
    """Of those scored."""


def measure_genomes(n_bars: int) -> GenomeSpeed:
    """Evaluate fresh genomes round by round."""
    evaluator = Evaluator(Universe("bench", (synthetic_market(n_bars, 5),)), minimum_trades=MINIMUM_TRADES)
    rounds = _distinct_genomes(np.random.default_rng(11))
    for genomes in rounds:
        _warm(evaluator, genomes)
    rates, evaluations = [], []
    for genomes in rounds:
        started = time.process_time()
        evaluations += [evaluator.evaluate(genome) for genome in genomes]
        rates.append(len(genomes) / (time.process_time() - started))
    return _summary(rates[1:], [genome for genomes in rounds for genome in genomes], evaluations)


def _distinct_genomes(rng: np.random.Generator) -> list[list[Genome]]:
    """Return the genomes of each round: random parents and their children; the first round only warms up."""
    grammar, shape = Grammar(SearchPriors()), Shape()
    breeder = Breeder(grammar, shape, maximum_nodes=40, crossover_share=0.4)
    seen: set[Genome] = set()
    rounds: list[list[Genome]] = []
    for _ in range(ROUNDS + 1):
        family: list[Genome] = []
        while len(family) < PARENTS + CHILDREN:
            if len(family) < PARENTS:
                genome = random_genome(grammar, shape, 2 + len(family) % 3, rng)
            else:
                first, second = (family[int(rng.integers(len(family)))] for _ in range(2))
                child = breeder.breed(first, second, rng)
                genome = first if child is None else child.genome
            if genome not in seen:
                seen.add(genome)
                family.append(genome)
        rounds.append(family)
    return rounds


def _warm(evaluator: Evaluator, genomes: list[Genome]) -> None:
    """Compute every series and sizing rule of the genomes, but none of their comparisons.

    That a series is above itself is asked by no genome of a search.
    """
    series: set[Node] = set()
    for genome in genomes:
        evaluator.evaluate(Genome(NEVER, NEVER, NEVER, NEVER, genome.risk))
        for node in genome.walk():
            if node.type is not ValueType.BOOL and not node.is_constant and node not in series:
                series.add(node)
                evaluator.evaluate(Genome(Node("above", (node, node)), NEVER, NEVER, NEVER))


def _summary(rates: list[float], genomes: list[Genome], evaluations: list[Evaluation]) -> GenomeSpeed:
    scores = [evaluation for evaluation in evaluations if isinstance(evaluation, Score)]
    return GenomeSpeed(
        tuple(rates),
        len(genomes),
        statistics.mean(genome.size for genome in genomes),
        len(scores) / len(genomes),
        statistics.mean(score.n_trades for score in scores),
        statistics.mean(score.exposure for score in scores),
    )
