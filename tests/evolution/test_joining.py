"""Operators that ask for more: a truth of a rule joined with another."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from evolution.genome.genome import Genome
from evolution.genome.node import Node
from evolution.opcodes.types import ValueType
from evolution.priors import SearchPriors
from evolution.search.children import Breeder, parents_of
from evolution.search.grammar import Grammar
from evolution.search.rows.odds import (
    INSERT,
    JOIN,
    MUTATION_WEIGHTS,
    added_up,
)
from tests.evolution.bred import (
    ODDS,
    SHAPE,
    bred,
    children_by,
    population_of,
    small_genomes,
    some_genomes,
    varied,
)


def truths(genome: Genome) -> list[Node]:
    return [node for node in genome.walk() if node.type is ValueType.BOOL and node.opcode != "never"]


def opcodes_of(node: Node) -> Counter[str]:
    return Counter(inner.text if inner.is_constant else inner.opcode for inner in node.walk())


def added_by(child: Genome, one: Genome) -> Counter[str]:
    """Return what stands in one root of the child besides all that stood there before."""
    changed = [(now, before) for now, before in zip(child.roots, one.roots, strict=True) if now != before]
    assert (len(changed), child.risk) == (1, one.risk)
    now, before = map(opcodes_of, changed[0])
    assert before <= now
    return now - before


def test_a_joined_truth_is_one_of_the_other_genome() -> None:
    children = children_by(JOIN)
    assert len(children) > 50
    for child, one, other in children:
        added = added_by(child, one)
        assert any(added == opcodes_of(donor) + Counter([joint]) for donor in truths(other) for joint in ("and", "or"))


def test_an_inserted_truth_is_asked_for_besides_or_instead() -> None:
    children = children_by(INSERT)
    assert len(children) > 50
    added = [added_by(child, one) for child, one, _ in children]
    assert all(parts["and"] + parts["or"] >= 1 and parts.total() >= 2 for parts in added)
    assert {"and", "or"} <= {name for parts in added for name in parts}


def test_nothing_is_joined_where_the_grammar_has_nothing_that_joins() -> None:
    grammar = Grammar(SearchPriors(excluded_opcodes=frozenset({"and", "or"})))
    breeder = Breeder(
        grammar,
        SHAPE,
        ODDS._replace(
            mutations=added_up(MUTATION_WEIGHTS, {n: 0.0 for n in MUTATION_WEIGHTS if n != "insert"}),
            crossover_share=0.0,
        ),
    )
    assert bred(breeder, parents_of(population_of(small_genomes(30, 6))), 50, 3) == []


def test_never_is_not_joined_with_anything() -> None:
    """`and(never, x)` never is, and `or(never, x)` is x in more words."""
    one_sided = [genome for genome in some_genomes(300, 8) if genome.roots[2:] == (Node("never"), Node("never"))]
    assert len(one_sided) > 10
    for seed, (one, other) in enumerate(pairwise(one_sided)):
        for operator in (INSERT, JOIN):
            child = varied(operator, one, other, seed)
            assert child is None or child.roots[2:] == one.roots[2:]
