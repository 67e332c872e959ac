"""Our operators: typed, within limits, and the same for the same generator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest

from data.errors import GenomeError
from evolution.evaluator.task import task_of
from evolution.genome.codec import from_json, to_json
from evolution.genome.genome import ROOTS, Genome
from evolution.genome.hashing import genotype_hash
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType
from evolution.priors import SearchPriors
from evolution.rows.odds import (
    CONSTANT,
    CROSSOVER_WEIGHTS,
    EXPRESSION,
    FAIR,
    GENES,
    HOIST,
    HOMOLOGOUS,
    MIRROR,
    MUTATION_WEIGHTS,
    OPERATOR_NAMES,
    POINT,
    RISK,
    ROOT,
    SCREEN,
    SHRINK,
    SIDE,
    Odds,
    added_up,
)
from evolution.rows.records import record_of
from evolution.search.children import Breeder, parents_of
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome, random_node
from tests.evolution.bred import (
    BREEDER,
    GRAMMAR,
    ODDS,
    SHAPE,
    bred,
    children_by,
    leaves,
    population_of,
    small_genomes,
    some_genomes,
    some_state,
    varied,
)

UNUSED = {name for name, weight in {**CROSSOVER_WEIGHTS, **MUTATION_WEIGHTS}.items() if weight == 0.0}
"""Operators that no child is made by unless a configuration says so."""


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


def test_a_given_rule_of_a_type_that_the_grammar_cannot_make_breeds_nothing_but_rules() -> None:
    """Volume cannot be drawn, whatever else stands in its place is no rule; it may stay, or go with what it is in."""
    grammar = Grammar(SearchPriors(excluded_opcodes=frozenset({"volume"})))
    given = [genome for genome in small_genomes(400, 31) if "volume" in genome.opcodes()][:30]
    children = bred(Breeder(grammar, SHAPE, ODDS), parents_of(population_of(given)), 2_000, 32)
    assert len(children) > 1_500
    for child in children:
        assert to_json(from_json(child.text.decode())) == child.text.decode()
    assert {"volume" in child.genome.opcodes() for child in children} == {True, False}
    assert {child.operator for child in children} >= {"subtree", "root"}
    with pytest.raises(GenomeError, match="the grammar makes no volume; draw another, or allow opcodes that make one"):
        random_node(grammar, SHAPE, ValueType.VOLUME, 3, np.random.default_rng(33))


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
    parents = parents_of(population_of(small_genomes(30, 6)))
    assert bred(BREEDER, parents, 200, 7) == bred(BREEDER, parents, 200, 7)
    assert bred(BREEDER, parents, 200, 7) != bred(BREEDER, parents, 200, 8)


def test_child_says_the_same_in_every_form() -> None:
    """Its numbers, its text, its hash, and what is evaluated."""
    for child in bred(BREEDER, parents_of(population_of(small_genomes(30, 6))), 300, 7):
        assert child.text.decode() == to_json(child.genome)
        assert child.genotype_hash == genotype_hash(child.genome)
        assert child.task == task_of(child.genome)


def test_children_differ_from_their_parents_and_keep_the_limit() -> None:
    genomes = small_genomes(40, 10)
    operators: Counter[str] = Counter()
    for child in bred(BREEDER, parents_of(population_of(genomes)), 1_000, 9):
        operators[child.operator] += 1
        assert child.genome not in [genomes[place] for place in child.parents]
        assert child.task.size <= 40
        assert len(child.parents) == (2 if child.operator in CROSSOVER_WEIGHTS else 1)
    assert set(operators) == set(OPERATOR_NAMES) - {"initial", "screen"} - UNUSED
    crossed = sum(operators[name] for name in CROSSOVER_WEIGHTS)
    assert crossed / operators.total() == pytest.approx(0.4, abs=0.08)


def test_immigrants_have_no_parents_and_ramped_depths() -> None:
    breeder = Breeder(GRAMMAR, Shape(2, 5), Odds(512, 1.0, 0.4, 0.5, 2, 1, 0.0))
    parents = parents_of(population_of(small_genomes(10, 6)))
    children = bred(breeder, parents, 400, 1)
    assert {(child.operator, child.parents) for child in children} == {("initial", ())}
    depths = [max(root.depth for root in child.genome.roots) for child in children]
    assert np.mean(depths[::4]) < np.mean(depths[3::4])


def test_without_parents_every_child_is_fresh() -> None:
    children = bred(BREEDER, parents_of([]), 100, 1)
    assert len(children) > 80
    assert {child.operator for child in children} == {"initial"}


def test_attempts_that_break_a_limit_are_no_children() -> None:
    """Of random genomes few have at most eight nodes."""
    breeder = Breeder(GRAMMAR, SHAPE, Odds(8, 1.0, 0.4, 0.5, 2, 1, 0.0))
    litter = breeder.breed(parents_of([]), np.arange(400), some_state(2))
    assert 0 < len(litter.made) < 200
    assert len(litter.keys()) == len(litter.made)
    assert all(litter.child(number).task.size <= 8 for number in range(len(litter.made)))


def test_every_operator_makes_of_rules_beyond_the_limit_children_within_it_or_none() -> None:
    """A rule that a search is given may be longer than those that it makes."""
    weights = dict.fromkeys((*CROSSOVER_WEIGHTS, *MUTATION_WEIGHTS), 1.0)
    shares = added_up(CROSSOVER_WEIGHTS, weights), added_up(MUTATION_WEIGHTS, weights)
    breeder = Breeder(GRAMMAR, SHAPE, Odds(12, 0.0, 0.5, 0.5, 2, 1, 0.5, *shares))
    parents = parents_of(population_of([genome for genome in some_genomes(200, 6) if genome.size > 12]))
    children = bred(breeder, parents, 2_000, 3)
    assert {"hoist", "root", "subtree", "side"} <= {child.operator for child in children}
    assert all(child.task.size <= 12 for child in children)


def test_crossover_takes_an_expression_of_the_other() -> None:
    children = children_by(EXPRESSION)
    assert len(children) > 50
    for child, one, other in children:
        assert leaves(child) <= leaves(one) | leaves(other)
        assert sum(now != before for now, before in zip(child.roots, one.roots, strict=True)) == 1


def test_crossover_takes_a_side_of_the_other() -> None:
    children = children_by(SIDE)
    assert len(children) > 50
    for child, one, other in children:
        assert child.roots in (other.roots[:2] + one.roots[2:], one.roots[:2] + other.roots[2:])


def test_crossover_takes_the_genes_of_the_other() -> None:
    children = children_by(GENES)
    assert len(children) > 50
    assert all((child.risk, child.roots) == (other.risk, one.roots) for child, one, other in children)


def test_fair_crossover_takes_an_expression_that_is_not_much_longer() -> None:
    children = children_by(FAIR)
    assert len(children) > 50
    grown = []
    for child, one, other in children:
        ((now, before),) = [pair for pair in zip(child.roots, one.roots, strict=True) if pair[0] != pair[1]]
        assert leaves(child) <= leaves(one) | leaves(other)
        # What was replaced is no longer than the root that it is in.
        grown.append(now.size - before.size)
        assert grown[-1] <= before.size + 1
    assert np.mean(grown) < np.mean([child.size - one.size for child, one, _ in children_by(EXPRESSION)])


def variants(ours: Node, theirs: Node) -> Iterator[Node]:
    """Yield what one expression becomes with a part of another one that stands at the same place."""
    if ours.type is theirs.type and ours != theirs:
        yield theirs
    if len(ours.children) == len(theirs.children):
        for place, (mine, others) in enumerate(zip(ours.children, theirs.children, strict=True)):
            for part in variants(mine, others):
                # A window may be one that this opcode does not take.
                with suppress(GenomeError):
                    yield Node(ours.opcode, (*ours.children[:place], part, *ours.children[place + 1 :]))


def homologous(one: Genome, other: Genome) -> set[tuple[Node, ...]]:
    """Return all roots that can come of two genomes."""
    made = set()
    for place, (ours, theirs) in enumerate(zip(one.roots, other.roots, strict=True)):
        made |= {(*one.roots[:place], part, *one.roots[place + 1 :]) for part in variants(ours, theirs)}
    return made


def test_homologous_crossover_takes_what_stands_at_the_same_place() -> None:
    children = children_by(HOMOLOGOUS)
    assert len(children) > 50
    deep = 0
    for child, one, other in children:
        assert child.roots in homologous(one, other)
        deep += all(
            now in {*ours.walk()} or now not in other.roots for now, ours in zip(child.roots, one.roots, strict=True)
        )
    assert deep > 10, "not whole roots alone are exchanged"


def test_shrinking_puts_something_small_in_place_of_something_larger() -> None:
    children = children_by(SHRINK)
    assert len(children) > 10
    for child, one, _ in children:
        assert child.size < one.size
        assert sum(now != before for now, before in zip(child.roots, one.roots, strict=True)) == 1


@pytest.mark.parametrize("name", sorted(UNUSED))
def test_an_operator_without_weight_makes_children_once_it_has_one(name: str) -> None:
    odds = ODDS._replace(
        crossovers=added_up(CROSSOVER_WEIGHTS, {name: 2.0}), mutations=added_up(MUTATION_WEIGHTS, {name: 8.0})
    )
    children = bred(Breeder(GRAMMAR, SHAPE, odds), parents_of(population_of(small_genomes(40, 10))), 1_000, 9)
    assert Counter(child.operator for child in children)[name] > 30


def test_weights_of_operators_decide_what_is_bred() -> None:
    only = {name: 0.0 for name in MUTATION_WEIGHTS if name not in ("point", "subtree")} | {
        "subtree": 3.0,
        "point": 1.0,
    }
    odds = ODDS._replace(crossover_share=0.0, mutations=added_up(MUTATION_WEIGHTS, only))
    children = bred(Breeder(GRAMMAR, SHAPE, odds), parents_of(population_of(small_genomes(40, 10))), 1_000, 9)
    made = Counter(child.operator for child in children)
    assert set(made) == {"point", "subtree"}
    assert made["subtree"] > 2 * made["point"]


def test_point_mutation_exchanges_one_opcode_for_one_of_its_signature() -> None:
    for child, one, _ in children_by(POINT):
        before, after = Counter(n.opcode for n in one.walk()), Counter(n.opcode for n in child.walk())
        assert (after - before).total() == (before - after).total() == 1
        assert (child.size, child.risk) == (one.size, one.risk)


def test_change_of_a_constant_changes_one_constant() -> None:
    for child, one, _ in children_by(CONSTANT):
        before, after = (Counter(n.text for n in genome.walk() if n.is_constant) for genome in (one, child))
        assert (after - before).total() == (before - after).total() == 1
        assert Counter(n.opcode for n in one.walk()) == Counter(n.opcode for n in child.walk())


def test_hoisting_makes_a_rule_shorter_of_its_own_parts() -> None:
    children = children_by(HOIST)
    assert len(children) > 10
    for child, one, _ in children:
        assert child.size < one.size
        assert {n.text for n in child.walk() if n.is_constant} <= {n.text for n in one.walk() if n.is_constant}


def test_another_root_leaves_the_other_three() -> None:
    children = children_by(ROOT)
    changed = Counter(
        name
        for child, one, _ in children
        for name, now, before in zip(ROOTS, child.roots, one.roots, strict=True)
        if now != before
    )
    assert changed.total() == len(children)
    assert min(changed[name] for name in ROOTS) > 10
    assert sum(Node("never") in child.roots and Node("never") not in one.roots for child, one, _ in children) > 3


def test_mirror_keeps_one_side() -> None:
    for child, one, _ in children_by(MIRROR):
        assert (child.roots[:2] == one.roots[:2]) != (child.roots[2:] == one.roots[2:])


def test_change_of_risk_leaves_the_roots() -> None:
    children = children_by(RISK)
    assert len(children) > 50
    assert all(child.roots == one.roots for child, one, _ in children)


@pytest.mark.parametrize("operator", range(1, SCREEN))
def test_operator_leaves_its_parents_alone(operator: int) -> None:
    genomes = some_genomes(20, 12)
    before = [record_of(genome).tobytes() for genome in genomes]
    for seed, (one, other) in enumerate(pairwise(genomes)):
        varied(operator, one, other, seed)
    assert [record_of(genome).tobytes() for genome in genomes] == before


def test_parents_of_nobody_are_nobody() -> None:
    parents = parents_of([])
    assert [len(parents.records), parents.bounds.tolist(), parents.gains.shape] == [0, [0], (0, 1)]


def is_symmetric(genome: Genome) -> bool:
    """Tell whether mirroring either side changes nothing."""
    turned = (varied(MIRROR, genome, genome, seed) for seed in range(8))
    return all(child == genome for child in turned)


def test_children_of_a_rule_that_mirrors_itself_are_changed_on_both_sides_alike() -> None:
    symmetric = [genome for genome in small_genomes(120, 31) if is_symmetric(genome)]
    assert len(symmetric) > 20
    breeder = Breeder(GRAMMAR, SHAPE, ODDS._replace(crossover_share=0.0, symmetric_share=1.0))
    children = bred(breeder, parents_of(population_of(symmetric)), 600, 3)
    assert len(children) > 400
    assert all(is_symmetric(child.genome) for child in children)
    assert {child.operator for child in children} >= set(MUTATION_WEIGHTS) - UNUSED - {"mirror"}


def test_other_rules_are_changed_on_one_side_as_ever() -> None:
    others = [genome for genome in small_genomes(120, 32) if not is_symmetric(genome)]
    parents = parents_of(population_of(others))
    children = bred(Breeder(GRAMMAR, SHAPE, ODDS._replace(crossover_share=0.0, symmetric_share=1.0)), parents, 300, 4)
    changed_roots = Counter(
        sum(now != before for now, before in zip(child.genome.roots, others[child.parents[0]].roots, strict=True))
        for child in children
        if child.operator in ("subtree", "point", "constant", "hoist", "root")
    )
    assert set(changed_roots) == {1}


def test_timed_genomes_leave_after_a_number_of_bars_and_for_no_other_reason() -> None:
    rng = np.random.default_rng(6)
    never = Node("never")
    for genome in (random_genome(GRAMMAR, Shape(timed_share=1.0), 3, rng) for _ in range(100)):
        assert (genome.long_exit, genome.short_exit) == (never, never)
        assert (genome.risk.stop, genome.risk.target, genome.risk.trailing) == (None, None, None)
        assert genome.risk.max_hold is not None
    others = [random_genome(GRAMMAR, Shape(timed_share=0.0), 3, rng) for _ in range(100)]
    assert sum(genome.long_exit == genome.short_exit == never for genome in others) < 10
