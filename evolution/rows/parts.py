"""How much a person has to read to know a rule."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from evolution.rows.genes import FIXED, MAX_HOLD, N_GENES, NONE, REGIME_MASK, REVERSE, SIZING, STOP, Genes
from evolution.rows.language import LANGUAGE, Language
from evolution.rows.measures import Row, measure_sizes
from evolution.rows.operators import is_mirrored
from evolution.rows.records import Record


@jit
def count_parts(language: Language, genes: Genes, row: Row) -> int:
    """Return the parts of a genome in canonical form.

    Those are its nodes, but of a rule whose short side mirrors the long one those of one side, and none for a root that
    is never true; and each gene of risk that asks for something.
    """
    sizes = np.empty(len(row), dtype=np.int64)
    measure_sizes(language, row, sizes)
    end, count = len(row) // 2 if is_mirrored(language, row, sizes) else len(row), 0
    for place in range(end):
        count += row[place] != language.never
    for gene in range(STOP, MAX_HOLD + 1):
        count += genes[gene] != NONE
    return count + int(genes[SIZING] != FIXED) + int(genes[REVERSE] != 0) + int(genes[REGIME_MASK] != NONE)


def parts_of(record: Record) -> int:
    """Return the parts of a record in canonical form."""
    return int(count_parts(LANGUAGE, record[:N_GENES], record[N_GENES:]))
