"""Our operators: typed, within limits, and the same for the same generator."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node, level, threshold, window
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome, random_node
from evolution.search.mirror import mirrored
from evolution.search.variation import MUTATIONS, Breeder

GRAMMAR = Grammar(SearchPriors())
SHAPE = Shape()
BREEDER = Breeder(GRAMMAR, SHAPE, maximum_nodes=40, crossover_share=0.4)


def some_genomes(count: int, seed: int) -> list[Genome]:
    rng = np.random.default_rng(seed)
    return [random_genome(GRAMMAR, SHAPE, 2 + i % 3, rng) for i in range(count)]


def test_every_opcode_of_the_catalogue_is_drawn_sooner_or_later() -> None:
    drawn = {name for genome in some_genomes(1_500, 1) for name in genome.opcodes()}
    assert drawn == set(CATALOGUE)


def test_an_excluded_opcode_is_never_drawn() -> None:
    grammar = Grammar(SearchPriors(excluded_opcodes=frozenset({"funding_rate", "funding_zscore"})))
    rng = np.random.default_rng(2)
    drawn = {name for i in range(400) for name in random_genome(grammar, SHAPE, 2 + i % 3, rng).opcodes()}
    assert "funding_rate" not in drawn
    assert "funding_zscore" not in drawn
    assert "rsi" in drawn


def test_a_weight_of_zero_leaves_an_opcode_out() -> None:
    grammar = Grammar(SearchPriors(opcode_weights={"rsi": 0.0}))
    rng = np.random.default_rng(3)
    assert all("rsi" not in random_genome(grammar, SHAPE, 3, rng).opcodes() for _ in range(200))


def test_without_anything_that_makes_an_oscillator_no_oscillator_is_compared() -> None:
    makers = {n for n, o in CATALOGUE.items() if any(s.result is ValueType.OSCILLATOR for s in o.signatures)}
    assert {"rsi", "rank", "time_of_day"} <= makers
    grammar = Grammar(SearchPriors(excluded_opcodes=frozenset(makers)))
    rng = np.random.default_rng(4)
    nodes = [node for _ in range(200) for node in random_genome(grammar, SHAPE, 3, rng).walk()]
    assert all(node.type is not ValueType.OSCILLATOR for node in nodes)


@pytest.mark.parametrize("value_type", [ValueType.PRICE, ValueType.VOLUME, ValueType.DIMENSIONLESS, ValueType.BOOL])
def test_a_drawn_expression_has_the_type_asked_for_and_stays_near_the_depth(value_type: ValueType) -> None:
    rng = np.random.default_rng(5)
    for depth in (1, 2, 4):
        for _ in range(50):
            node = random_node(GRAMMAR, SHAPE, value_type, depth, rng)
            assert node.type is value_type
            # A comparison of two averages is three deep whatever was asked for.
            assert node.depth <= max(depth, 1) + 3


def test_the_same_generator_breeds_the_same_children() -> None:
    def breed(seed: int) -> list[str]:
        rng = np.random.default_rng(seed)
        parents = some_genomes(30, 6)
        children = [BREEDER.breed(parents[i % 30], parents[(7 * i) % 30], rng) for i in range(200)]
        return [genotype_hash(child.genome) for child in children if child is not None]

    assert breed(7) == breed(7)
    assert breed(7) != breed(8)


def test_children_differ_from_their_parents_and_keep_the_limit() -> None:
    rng = np.random.default_rng(9)
    parents = some_genomes(40, 10)
    operators: Counter[str] = Counter()
    for i in range(1_000):
        child = BREEDER.breed(parents[i % 40], parents[(11 * i) % 40], rng)
        if child is None:
            continue
        operators[child.operator] += 1
        assert child.genome not in child.parents
        assert child.genome.size <= 40
        assert len(child.parents) == (2 if child.operator == "crossover" else 1)
    assert set(operators) == {"crossover", *MUTATIONS}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_leaves_its_parent_alone(name: str) -> None:
    rng = np.random.default_rng(11)
    mutate, _ = MUTATIONS[name]
    for genome in some_genomes(20, 12):
        before = genotype_hash(genome)
        BREEDER._attempt(mutate, BREEDER, genome, rng)
        assert genotype_hash(genome) == before


def test_mirroring_exchanges_up_and_down() -> None:
    oversold = Node("below", (Node("rsi", (Node("close"), window(24))), level(30)))
    assert mirrored(oversold) == Node("above", (Node("rsi", (Node("close"), window(24))), level(70)))
    breakout = Node("above", (Node("close"), Node("rolling_max", (Node("high"), window(48)))))
    assert mirrored(breakout) == Node("below", (Node("close"), Node("rolling_min", (Node("low"), window(48)))))
    crowded = Node("above", (Node("funding_zscore", (window(168),)), threshold(1.5)))
    assert mirrored(crowded) == Node("below", (Node("funding_zscore", (window(168),)), threshold(-1.5)))


def test_mirroring_leaves_what_has_no_side() -> None:
    busy = Node("above", (Node("volume"), Node("sma", (Node("volume"), window(24)))))
    assert mirrored(busy) == busy


def test_mirroring_twice_gives_the_rule_back() -> None:
    for genome in some_genomes(200, 13):
        for root in genome.roots:
            assert mirrored(mirrored(root)) == root
