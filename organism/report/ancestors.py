"""The ancestors of a rule as cells of a table, on a page and in words alike."""

from __future__ import annotations

from organism.report.table import number
from organism.views.chapters.ancestry import Ancestry
from organism.views.lineage import GenomeRow

LISTED = 25
"""Ancestors that a table shows; further ones are counted."""
HEADS = ("who", "back", "generation", "made by", "in-sample Sharpe", "parts", "trades")
NUMBERS = frozenset({1, 2, 4, 5, 6})
"""Columns of numbers."""


def ancestor_rows(found: Ancestry) -> tuple[tuple[str, ...], ...]:
    """Return a row for the rule itself and for each ancestor that is listed, under `HEADS`."""
    return tuple(_cells(found, row) for row in found.rows[: LISTED + 1])


def _cells(found: Ancestry, row: GenomeRow) -> tuple[str, ...]:
    name = found.names.get(row.genotype, row.genotype[:16])
    return (
        f"{name} (this one)" if row.distance == 0 else name,
        str(row.distance),
        "not known" if row.generation is None else str(row.generation),
        row.operator or "not known",
        "none" if row.sharpe is None else number(row.sharpe),
        "" if row.parts is None else str(row.parts),
        "" if row.n_trades is None else f"{row.n_trades:,}",
    )
