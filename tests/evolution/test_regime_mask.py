"""The regime mask: which states it names, what it forbids, and how it is bred."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from data.errors import GenomeError
from data.market import Universe
from data.regimes import Trend, Volatility, trend_state, volatility_state
from evolution.evaluator import Evaluator, signals
from evolution.evaluator.task import task_of
from evolution.fitness import Score
from evolution.genome.codec import from_json, to_json
from evolution.genome.explain import explain
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.mask import MAX_MASK, allows, mask_words
from evolution.genome.node import Node
from evolution.genome.render import render_risk
from evolution.opcodes.catalogue import CATALOGUE
from evolution.rows.chance import state_from
from evolution.rows.genes import N_GENES, NONE, REGIME_MASK, change_gene, draw_genes

UP, DOWN = Node("above", (Node("close"), Node("open"))), Node("below", (Node("close"), Node("open")))
CALM_RISING, WILD_FALLING = 1 << 2, 1 << 6


def masked(mask: int | None) -> Genome:
    return Genome(UP, DOWN, DOWN, UP, RiskGenes(regime_mask=mask))


def test_each_bit_is_a_state_of_volatility_with_one_of_trend() -> None:
    found = {bit: (v, t) for bit in range(9) for v, t in product(Volatility, Trend) if allows(1 << bit, v, t)}
    assert found[2] == (Volatility.CALM, Trend.RISING)
    assert found[6] == (Volatility.WILD, Trend.FALLING)
    assert len(set(found.values())) == 9


@pytest.mark.parametrize("mask", [CALM_RISING, WILD_FALLING, 0b010, 0b111_000_000, 0b101_010_101, MAX_MASK])
def test_entries_are_those_in_an_allowed_state_and_exits_are_all(mask: int, universe: Universe) -> None:
    plain, restricted = signals(masked(None), universe), signals(masked(mask), universe)
    for market in universe:
        volatility, trend = volatility_state(market), trend_state(market)
        is_allowed = np.zeros(market.n_bars, dtype=np.bool_)
        for v, t in product(Volatility, Trend):
            if allows(mask, v, t):
                is_allowed |= (volatility == v) & (trend == t)
        late = np.arange(market.n_bars) >= 743
        free, bound = plain[market.coin].to_bools(), restricted[market.coin].to_bools()
        for place in (0, 2):
            np.testing.assert_array_equal(bound[place], free[place] & is_allowed & late)
            assert bound[place].any()
        for place in (1, 3):
            np.testing.assert_array_equal(bound[place], free[place] & late)


def test_a_mask_adds_its_warm_up_and_is_part_of_the_genome() -> None:
    assert masked(None).warm_up_bars == 0
    assert masked(MAX_MASK).warm_up_bars == CATALOGUE["calm"].warm_up_bars(()) == 743
    genome = masked(CALM_RISING)
    assert from_json(to_json(genome)) == genome
    assert task_of(genome).programs[1::2] == task_of(masked(None)).programs[1::2]


@pytest.mark.parametrize("mask", [0, 512, -1, True, 1.0, "calm"])
def test_a_mask_that_is_none_is_refused(mask: object) -> None:
    with pytest.raises(GenomeError, match=r"regime_mask is .*; allowed is a whole number from 1 to 511 or null"):
        RiskGenes(regime_mask=mask)  # type: ignore[arg-type]


def test_a_mask_reads_as_its_states() -> None:
    assert mask_words(CALM_RISING) == "volatility calm, trend rising"
    assert mask_words(CALM_RISING | WILD_FALLING) == "volatility calm, trend rising; volatility wild, trend falling"
    assert mask_words(0b100_100_100) == "volatility calm, normal or wild, trend rising"
    assert len({mask_words(mask) for mask in range(1, MAX_MASK + 1)}) == MAX_MASK
    assert render_risk(RiskGenes(regime_mask=CALM_RISING)) == "size fixed; enter only if volatility calm, trend rising"
    assert "It enters only in these states: volatility calm, trend rising." in explain(masked(CALM_RISING))


def test_a_masked_genome_is_scored_as_any_other(universe: Universe) -> None:
    evaluator = Evaluator(universe, minimum_trades=1)
    free, bound = evaluator.evaluate(masked(None)), evaluator.evaluate(masked(0b111))
    assert isinstance(free, Score)
    assert isinstance(bound, Score)
    assert 0 < bound.n_trades < free.n_trades


def test_masks_are_drawn_now_and_then_and_changed_by_a_state() -> None:
    rng, genes = state_from(np.random.SeedSequence(1)), np.empty(N_GENES, dtype=np.int16)
    drawn = []
    for _ in range(2_000):
        draw_genes(genes, rng)
        drawn.append(int(genes[REGIME_MASK]))
    chosen = [mask for mask in drawn if mask != NONE]
    assert 0.02 < len(chosen) / len(drawn) < 0.1
    assert all(1 <= mask < MAX_MASK for mask in chosen)
    genes[REGIME_MASK] = CALM_RISING
    after = set()
    for _ in range(4_000):
        before = genes.copy()
        change_gene(genes, rng)
        if genes[REGIME_MASK] != before[REGIME_MASK]:
            after.add(int(genes[REGIME_MASK]))
        genes[:] = before
    moved = {CALM_RISING ^ (1 << bit) for bit in range(9)} - {0}
    assert moved | {NONE} <= after | {NONE}
    assert NONE in after
