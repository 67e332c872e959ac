"""Fronts and crowding distances of our own: those of DEAP, whatever ties and twins there are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from deap import base, tools
from hypothesis import given
from hypothesis import strategies as st

from evolution.fitness import Score
from evolution.genome.genome import Genome
from evolution.search.fronts.crowding import crowding_distances
from evolution.search.fronts.nondomination import front_numbers, lexicographic_order
from evolution.search.individual import Individual
from evolution.search.selection import assign_distances, survivors

FEW = st.integers(-2, 2).map(float) | st.just(-0.0)
ANY = st.floats(-1e9, 1e9)


def tables(values: st.SearchStrategy[float], n_columns: int) -> st.SearchStrategy[list[list[float]]]:
    """Draw some rows of numbers."""
    row = st.lists(values, min_size=n_columns, max_size=n_columns)
    return st.lists(row, min_size=1, max_size=40)


ROWS = st.integers(2, 5).flatmap(lambda n: tables(FEW, n) | tables(ANY, n))


@dataclass(eq=False)
class Peer:
    """What DEAP sorts: a place in the table, and its fitness."""

    place: int
    fitness: base.Fitness


def deap_fronts(rows: list[list[float]], weights: tuple[float, ...]) -> list[list[Peer]]:
    """Return DEAP's fronts of the rows, with its crowding distances in them."""
    kind = type("Gain", (base.Fitness,), {"weights": weights})
    fronts = tools.sortLogNondominated([Peer(i, kind(tuple(row))) for i, row in enumerate(rows)], len(rows))
    for front in fronts:
        tools.emo.assignCrowdingDist(front)
    return fronts


@given(rows=ROWS)
def test_fronts_and_their_order_are_those_of_deap(rows):
    gains = np.array(rows)
    order = lexicographic_order(gains)
    fronts = front_numbers(gains[order])
    expected = deap_fronts(rows, (1.0,) * len(rows[0]))
    assert fronts.max() + 1 == len(expected)
    for number, front in enumerate(expected):
        assert order[fronts == number].tolist() == [peer.place for peer in front]


@given(rows=ROWS, turned=st.integers(0, 31))
def test_crowding_distances_are_those_of_deap_to_the_last_bit(rows, turned):
    """With some objectives minimised: their order then runs against that of the fronts."""
    weights = tuple(-1.0 if turned >> column & 1 else 1.0 for column in range(len(rows[0])))
    gains = np.array(rows) * weights
    order = lexicographic_order(gains)
    distances = crowding_distances(np.array(rows)[order], front_numbers(gains[order]))
    found = dict(zip(order.tolist(), distances.tolist(), strict=True))
    assert found == {peer.place: peer.fitness.crowding_dist for front in deap_fronts(rows, weights) for peer in front}


@given(rows=tables(FEW, 3) | tables(ANY, 3), share=st.floats(0.0, 1.2))
def test_survivors_are_those_of_deap_in_its_order(named_genomes, rows, share):
    people = [someone(named_genomes["trend"], row) for row in rows]
    count = max(1, round(share * len(people)))
    expected = tools.selNSGA2(list(people), count, nd="log")
    assert survivors(people, count) == expected
    for front in tools.sortLogNondominated(expected, len(expected)):
        tools.emo.assignCrowdingDist(front)
    theirs = [item.fitness.crowding_dist for item in expected]
    assign_distances(expected)
    assert [item.fitness.crowding_dist for item in expected] == theirs


def someone(genome: Genome, row: list[float]) -> Individual:
    """Return an individual with these three objectives."""
    sharpe, stability, size = row
    return Individual(
        genome, "someone", 0, Score(sharpe, stability, int(size), 100, 0.1, 0.1, 10.0, 0.5, 0.2, 1.5, 5, 6, 0.75, 1.25)
    )


@pytest.mark.parametrize("n_columns", [2, 3, 4])
def test_front_is_the_longest_chain_of_better_rows(n_columns):
    """By definition, for more rows than hypothesis draws, many of them twins."""
    rows = np.random.default_rng(n_columns).integers(0, 9, size=(300, n_columns)).astype(float)
    rows = rows[lexicographic_order(rows)]
    expected = []
    for i, row in enumerate(rows):
        better = [expected[j] for j in range(i) if (rows[j] >= row).all() and (rows[j] > row).any()]
        expected.append(max(better, default=-1) + 1)
    assert front_numbers(rows).tolist() == expected


def test_nothing_has_no_fronts():
    assert front_numbers(np.empty((0, 3))).tolist() == []


def test_one_objective_makes_an_order():
    """DEAP's sort knows no single objective."""
    assert front_numbers(np.array([[3.0], [2.0], [2.0], [-1.0]])).tolist() == [0, 1, 1, 2]


def test_one_or_two_are_all_ends():
    assert crowding_distances(np.array([[1.0, 2.0]]), np.array([0])).tolist() == [math.inf]
    assert crowding_distances(np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([0, 0])).tolist() == [math.inf] * 2
