"""Genes of risk as they are drawn and changed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from data.worlds import drawn_cause
from data.worlds.drawn import DRAWS
from evolution.opcodes.types import WINDOWS
from evolution.rows.chance import State, state_from
from evolution.rows.genes import (
    LONGEST_HOLD,
    MAX_HOLD,
    N_GENES,
    NONE,
    SHORTEST_HOLD,
    STOP,
    TARGET,
    TRAILING,
    Genes,
    change_gene,
    draw_genes,
    time_exits,
)
from organism.calibrate.oracles import oracle_of


def draws(seed: int) -> tuple[State, Genes]:
    return state_from(np.random.SeedSequence(seed)), np.empty(N_GENES, dtype=np.int16)


@pytest.mark.parametrize("kind", sorted(DRAWS))
def test_whatever_holding_time_a_planted_cause_has_can_be_drawn(kind: str) -> None:
    holds = {oracle_of(drawn_cause(kind, seed)).risk.max_hold for seed in range(200)} - {None}
    rng, genes = draws(1)
    drawn = set()
    for _ in range(2_000):
        draw_genes(genes, rng)
        time_exits(genes, rng)
        assert (genes[STOP], genes[TARGET], genes[TRAILING]) == (NONE, NONE, NONE)
        drawn.add(int(genes[MAX_HOLD]))
    assert holds <= drawn
    assert drawn == set(range(SHORTEST_HOLD, LONGEST_HOLD + 1))
    assert (WINDOWS[min(drawn)], WINDOWS[max(drawn)]) == (3, 168)


@pytest.mark.parametrize(("hold", "near"), [(5, {4, 6}), (SHORTEST_HOLD, {2}), (LONGEST_HOLD, {LONGEST_HOLD - 1})])
def test_a_holding_time_most_often_moves_by_one_place_of_its_grid(hold: int, near: set[int]) -> None:
    rng, genes = draws(2)
    draw_genes(genes, rng)
    genes[MAX_HOLD] = hold
    after: Counter[int] = Counter()
    for _ in range(8_000):
        before = genes.copy()
        change_gene(genes, rng)
        if genes[MAX_HOLD] != hold:
            assert np.flatnonzero(genes != before).tolist() == [MAX_HOLD]
            after[int(genes[MAX_HOLD])] += 1
        genes[:] = before
    # Three of five move, of the others two thirds take it away and the rest draw another one.
    assert set(after) == {NONE, *range(SHORTEST_HOLD, LONGEST_HOLD + 1)} - {hold}
    assert sum(after[place] for place in near) > 0.35 * after.total()
    assert 0.2 < after[NONE] / after.total() < 0.5
