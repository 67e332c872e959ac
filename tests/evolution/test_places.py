"""Nodes by number: every one can be drawn and exchanged, and nothing else changes."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evolution.genome.genome import Genome
from evolution.genome.node import Node, threshold, window
from evolution.search.draws import Draws
from evolution.search.places import (
    draw_constant,
    draw_operation,
    node_at,
    operations_below,
    place_of_root,
    with_node,
)


@given(data=st.data())
def test_places_follow_the_walk(genomes, data):
    genome = data.draw(genomes)
    walked = list(genome.walk())
    assert [node_at(genome, place) for place in range(genome.size)] == walked
    assert [node_at(genome, place_of_root(genome, number)) for number in range(4)] == list(genome.roots)


@given(data=st.data())
def test_node_put_in_its_own_place_changes_nothing(genomes, data):
    genome = data.draw(genomes)
    place = data.draw(st.integers(0, genome.size - 1))
    assert with_node(genome, place, node_at(genome, place)) == genome


def test_another_node_changes_what_is_above_it_alone(named_genomes):
    genome = named_genomes["funding"]
    nodes = list(genome.walk())
    place = nodes.index(threshold(2.0))
    changed = with_node(genome, place, threshold(2.5))
    assert changed.short_entry == Node("above", (Node("funding_zscore", (window(168),)), threshold(2.5)))
    assert changed.short_entry.children[0] is genome.short_entry.children[0]
    kept = [(after, before) for after, before in zip(changed.roots, genome.roots, strict=True) if after is before]
    assert (len(kept), changed.risk) == (3, genome.risk)


@given(data=st.data())
def test_operations_are_all_nodes_but_the_constants(genomes, data):
    genome = data.draw(genomes)
    found = Counter(node.text for node in operations_below(genome.roots))
    assert found == Counter(node.text for node in genome.walk() if not node.is_constant)


def test_every_node_of_a_kind_is_drawn_as_often(named_genomes):
    genome = named_genomes["dip"]
    rng = Draws(np.random.default_rng(3))
    walked = list(genome.walk())
    for draw, wanted in ((draw_operation, False), (draw_constant, True)):
        counts: Counter[int] = Counter()
        for _ in range(20_000):
            place, node = draw(genome, rng)
            assert node is walked[place]
            counts[place] += 1
        expected = [place for place, node in enumerate(walked) if node.is_constant is wanted]
        assert sorted(counts) == expected
        share = 20_000 / len(expected)
        assert all(abs(count - share) < 5 * share**0.5 for count in counts.values())


def test_genome_without_constants_has_none_to_draw(named_genomes):
    never: Genome = named_genomes["never"]
    assert draw_constant(never, Draws(np.random.default_rng(0))) is None
