"""Who a genotype descends from, by the trials of its run: one pass back, which holds open lines and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from evolution.trials import newest_segments, read_columns, read_segment


def trace_back(trials: Path, genotypes: Iterable[str], known: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield the trials of genotypes and of all that they descend from, the newest first, by column.

    Parents are scored in an earlier generation than their children, so one pass from the last segment to the first
    finds all of them, and ends where the last open line does. What is above a known genotype is left out. Of a segment
    that holds nobody who is looked for no more is read than the hashes.

    Raises
    ------
    DataError
        If a segment is damaged.
    """
    wanted, found = set(genotypes), set()
    for path in newest_segments(trials):
        if not wanted:
            return
        if not len(_rows_of(read_columns(path, ()), wanted)):
            continue
        for row in _rows_of(read_segment(path), wanted).to_pylist():
            wanted.remove(row["genotype_hash"])
            found.add(row["genotype_hash"])
            wanted |= set(row["parents"]).difference(found, known)
            yield row


def _rows_of(table: pa.Table, wanted: set[str]) -> pa.Table:
    return table.filter(pc.is_in(table["genotype_hash"], pa.array(sorted(wanted))))
