"""The genes of risk as numbers, and how each is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backtest.risk import NORMALISING_BARS, SizingRule
from data.jit import jit
from evolution.genome.genome import MAX_DISTANCE_INDEX, RiskGenes
from evolution.genome.mask import MASK_WARM_UP_BARS, MAX_MASK, N_TRENDS, N_VOLATILITIES
from evolution.opcodes.types import WINDOWS
from evolution.rows.chance import State, below, between, normal, uniform

Genes = NDArray[np.int16]
"""Shape (8,): a number for each of `GENE_NAMES`, `NONE` for null."""

GENE_NAMES = ("sizing", "sizing_window", "stop", "target", "trailing", "max_hold", "reverse", "regime_mask")
N_GENES = len(GENE_NAMES)
SIZING, SIZING_WINDOW, STOP, TARGET, TRAILING, MAX_HOLD, REVERSE, REGIME_MASK = range(N_GENES)
NONE = -1
SIZING_RULES = tuple(SizingRule)
FIXED = SIZING_RULES.index(SizingRule.FIXED)
DEFAULT_WINDOW = RiskGenes().sizing_window
SIZING_SHARES = (0.6, 0.8)
"""Cumulative shares of the rules but the last."""
SET_SHARE, REVERSE_SHARE, MASK_SHARE = 0.35, 0.3, 0.05
"""Shares of genes that are set: each protective level is absent more often than present, a mask nearly always."""
MOVE_SHARE, DISTANCE_SPREAD = 0.6, 4.0
"""Share of changes of a distance, a holding time or a mask that move it, and the standard deviation of a move of a
distance in grid steps."""
N_STATES = MAX_MASK.bit_length()
N_SUBSETS = (1 << N_TRENDS) - 1
"""Choices of some of three states, at least one."""
N_WINDOWS = len(WINDOWS)
SHORTEST_HOLD, LONGEST_HOLD = 1, N_WINDOWS - 3
"""Windows after which a position may be left when a gene is drawn."""
WARM_UP_BARS = tuple(window + NORMALISING_BARS for window in WINDOWS)


@jit
def _sometimes(low: int, high: int, rng: State) -> int:
    return between(low, high, rng) if uniform(rng) < SET_SHARE else NONE


@jit
def _draw_mask(rng: State) -> int:
    """Draw some states of volatility and some of trend, but not all of both: a mask allows each of the first with each
    of the second."""
    choice, mask = below(N_SUBSETS * N_SUBSETS - 1, rng), 0
    for volatility in range(N_VOLATILITIES):
        if (choice // N_SUBSETS + 1) >> volatility & 1:
            mask |= (choice % N_SUBSETS + 1) << (N_TRENDS * volatility)
    return mask


@jit
def draw_gene(gene: int, rng: State) -> int:
    """Draw one gene."""
    if gene == SIZING:
        share = uniform(rng)
        return int(share >= SIZING_SHARES[0]) + int(share >= SIZING_SHARES[1])
    if gene == SIZING_WINDOW:
        return between(4, N_WINDOWS - 3, rng)
    if gene == MAX_HOLD:
        return _sometimes(SHORTEST_HOLD, LONGEST_HOLD, rng)
    if gene == REVERSE:
        return int(uniform(rng) < REVERSE_SHARE)
    if gene == REGIME_MASK:
        return _draw_mask(rng) if uniform(rng) < MASK_SHARE else NONE
    return _sometimes(6, 60 if gene == TARGET else 40, rng)


@jit
def draw_genes(genes: Genes, rng: State) -> None:
    """Draw all of them."""
    for gene in range(N_GENES):
        genes[gene] = draw_gene(gene, rng)


@jit
def time_exits(genes: Genes, rng: State) -> None:
    """Draw after how many bars a position is left, and take away every other reason."""
    genes[STOP] = genes[TARGET] = genes[TRAILING] = NONE
    genes[MAX_HOLD] = between(SHORTEST_HOLD, LONGEST_HOLD, rng)


@jit
def change_gene(genes: Genes, rng: State) -> None:
    """Draw one gene again; or move a distance by a few steps, a holding time by one, or a mask by a state."""
    gene = below(N_GENES, rng)
    if gene in (STOP, TARGET, TRAILING) and genes[gene] != NONE and uniform(rng) < MOVE_SHARE:
        step = int(np.rint(normal(DISTANCE_SPREAD, rng)))
        genes[gene] = max(1, min(MAX_DISTANCE_INDEX, genes[gene] + step))
    elif gene == MAX_HOLD and genes[gene] != NONE and uniform(rng) < MOVE_SHARE:
        genes[gene] = max(SHORTEST_HOLD, min(LONGEST_HOLD, genes[gene] + 2 * below(2, rng) - 1))
    elif gene == REVERSE:
        genes[gene] = 1 - genes[gene]
    elif gene == REGIME_MASK and genes[gene] != NONE and uniform(rng) < MOVE_SHARE:
        moved = genes[gene] ^ (1 << below(N_STATES, rng))
        genes[gene] = moved if moved else NONE
    else:
        genes[gene] = draw_gene(gene, rng)


@jit
def settle_genes(genes: Genes) -> int:
    """Bring genes into canonical form and return the bars that the sizing rule and the mask need before a value."""
    masked = 0 if genes[REGIME_MASK] == NONE else MASK_WARM_UP_BARS
    if genes[SIZING] == FIXED:
        # The window of a rule that has none is not a difference.
        genes[SIZING_WINDOW] = DEFAULT_WINDOW
        return masked
    return max(masked, int(WARM_UP_BARS[genes[SIZING_WINDOW]]))
