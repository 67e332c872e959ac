"""The genes of risk as numbers, and how each is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backtest.risk import NORMALISING_BARS, SizingRule
from data.jit import jit
from evolution.genome.genome import MAX_DISTANCE_INDEX, RiskGenes
from evolution.opcodes.types import WINDOWS
from evolution.search.rows.chance import State, below, between, normal, uniform

Genes = NDArray[np.int16]
"""Shape (7,): a number for each of `GENE_NAMES`, `NONE` for null."""

GENE_NAMES = ("sizing", "sizing_window", "stop", "target", "trailing", "max_hold", "reverse")
N_GENES = len(GENE_NAMES)
SIZING, SIZING_WINDOW, STOP, TARGET, TRAILING, MAX_HOLD, REVERSE = range(N_GENES)
NONE = -1
SIZING_RULES = tuple(SizingRule)
FIXED = SIZING_RULES.index(SizingRule.FIXED)
DEFAULT_WINDOW = RiskGenes().sizing_window
SIZING_SHARES = (0.6, 0.8)
"""Cumulative shares of the rules but the last."""
SET_SHARE, REVERSE_SHARE = 0.35, 0.3
"""Shares of genes that are set: each protective level is absent more often than present."""
MOVE_SHARE, DISTANCE_SPREAD = 0.6, 4.0
"""Share of changes of a distance that move it, and the standard deviation of a move in grid steps."""
N_WINDOWS = len(WINDOWS)
WARM_UP_BARS = tuple(window + NORMALISING_BARS for window in WINDOWS)


@jit
def _sometimes(low: int, high: int, rng: State) -> int:
    return between(low, high, rng) if uniform(rng) < SET_SHARE else NONE


@jit
def draw_gene(gene: int, rng: State) -> int:
    """Draw one gene."""
    if gene == SIZING:
        share = uniform(rng)
        return int(share >= SIZING_SHARES[0]) + int(share >= SIZING_SHARES[1])
    if gene == SIZING_WINDOW:
        return between(4, N_WINDOWS - 3, rng)
    if gene == MAX_HOLD:
        return _sometimes(2, N_WINDOWS - 3, rng)
    if gene == REVERSE:
        return int(uniform(rng) < REVERSE_SHARE)
    return _sometimes(6, 60 if gene == TARGET else 40, rng)


@jit
def draw_genes(genes: Genes, rng: State) -> None:
    """Draw all of them."""
    for gene in range(N_GENES):
        genes[gene] = draw_gene(gene, rng)


@jit
def change_gene(genes: Genes, rng: State) -> None:
    """Draw one gene again, or move a distance by a few steps."""
    gene = below(N_GENES, rng)
    if gene in (STOP, TARGET, TRAILING) and genes[gene] != NONE and uniform(rng) < MOVE_SHARE:
        step = int(np.rint(normal(DISTANCE_SPREAD, rng)))
        genes[gene] = max(1, min(MAX_DISTANCE_INDEX, genes[gene] + step))
    elif gene == REVERSE:
        genes[gene] = 1 - genes[gene]
    else:
        genes[gene] = draw_gene(gene, rng)


@jit
def settle_genes(genes: Genes) -> int:
    """Bring genes into canonical form and return the bars that their sizing rule needs before its first value."""
    if genes[SIZING] == FIXED:
        # The window of a rule that has none is not a difference.
        genes[SIZING_WINDOW] = DEFAULT_WINDOW
        return 0
    return int(WARM_UP_BARS[genes[SIZING_WINDOW]])
