"""The one form that a genome has, whatever it was made of."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from evolution.opcodes.types import MAX_WARM_UP_BARS
from evolution.rows.genes import Genes, settle_genes
from evolution.rows.language import Language
from evolution.rows.measures import Row, measure_sizes, settle, warm_up_bars


@jit
def finish(language: Language, genes: Genes, row: Row) -> int:
    """Bring a genome into canonical form; return its warm-up, -1 if it is not allowed."""
    room = np.empty((3, len(row)), dtype=np.int64)
    measure_sizes(language, row, room[0])
    settle(language, row, room[0])
    own, bars = settle_genes(genes), warm_up_bars(language, row, room[0], room[1], room[2])
    return -1 if bars < 0 or own > MAX_WARM_UP_BARS else max(own, bars)
