"""Every genotype ever scored: the N of every later inference.

Those of a generation are appended before one of them takes a place in the population or the hall of fame. While rules
get shorter, or have their numbers turned, an answer says what is asked next; all that were asked are appended together
before what came of it is recommended. A kill in between loses them with whatever they have led to: the same is asked
again, or nothing came of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.arrow_columns import is_missing, numbers
from data.bounded_parquet import read_bounded
from data.durable import write_atomically
from data.errors import DataError
from data.shown import inert_line
from evolution.fitness import Evaluation, Reason, Rejected, Score

ROWS, HASHES = b"sha256_of_rows", b"sha256_of_hashes"
"""Keys of the metadata. Pages have checksums, but how many rows there are stands in a footer that has none."""
HASH = "^[0-9a-f]{64}$"
MOST_TRIALS = 1_000_000
"""Of a segment, which no generation exceeds: bred, tuned or shortened."""

SCHEMA = pa.schema(
    [
        ("genotype_hash", pa.string()),
        ("generation", pa.int32()),
        ("operator", pa.string()),
        ("parents", pa.list_(pa.string())),
        ("reason", pa.string()),
        ("sharpe", pa.float64()),
        ("stability", pa.float64()),
        ("size", pa.int32()),
        ("n_trades", pa.int32()),
        ("net_return", pa.float64()),
        ("max_drawdown", pa.float64()),
        ("turnover", pa.float64()),
        ("exposure", pa.float64()),
        ("floor", pa.float64()),
        ("sharpe_before_costs", pa.float64()),
        ("sketch", pa.int64()),
        ("parts", pa.int32()),
        ("evidence", pa.float64()),
        ("promise", pa.float64()),
    ]
)

REPEATED = ["operator", "reason"]
"""The columns of a few words each."""
MEASURES = tuple(item.name for item in fields(Score))
"""The columns of a score, under the names of its fields."""
_measures_of = attrgetter(*MEASURES)
NO_MEASURES = (None,) * len(MEASURES)


class Trial(NamedTuple):
    """One distinct genotype, scored once."""

    genotype_hash: str
    generation: int
    operator: str
    """What made it: `initial`, or the name of the variation."""
    parents: tuple[str, ...]
    """Genotype hashes, none for an initial genome."""
    evaluation: Evaluation


def append_segment(folder: Path, generation: int, trials: Sequence[Trial]) -> Path:
    """Write one generation's trials as a segment of its own; a segment is never changed.

    Writing the same generation again, after an interruption, replaces it by the same content.
    """
    path = folder / f"segment-{generation:09d}.parquet"
    table = pa.Table.from_pydict(_columns(trials), schema=SCHEMA)
    digests = {ROWS: _digest(table.columns), HASHES: _digest([table.column("genotype_hash")])}
    table = table.replace_schema_metadata(digests)
    sink = pa.BufferOutputStream()
    # Hashes and measures hardly repeat: a dictionary of them, or their least and greatest, is work for nobody.
    pq.write_table(
        table, sink, compression="zstd", use_dictionary=REPEATED, write_statistics=False, write_page_checksum=True
    )
    write_atomically(path, sink.getvalue().to_pybytes())
    return path


def read_segments(folder: Path) -> Iterator[pa.Table]:
    """Yield the segments in order of generation.

    Raises
    ------
    DataError
        If a segment is damaged.
    """
    for path in segments(folder):
        yield read_segment(path)


def segments(folder: Path, *, before_generation: int | None = None) -> list[Path]:
    """Return the files of a run's segments in order of generation: all, or those before one."""
    paths = [folder / name for name in _names(folder)]
    return paths if before_generation is None else [one for one in paths if generation_of(one) < before_generation]


def newest_segments(folder: Path) -> Iterator[Path]:
    """Yield the same from the last one back, for who needs a few: a search for ever has hundreds of thousands."""
    for name in reversed(_names(folder)):
        yield folder / name


def _names(folder: Path) -> list[str]:
    # As texts they are listed and sorted in a tenth of the time that paths take.
    names = os.listdir(folder) if folder.is_dir() else []
    return sorted(name for name in names if name.startswith("segment-") and name.endswith(".parquet"))


def generation_of(path: Path) -> int:
    """Return the generation whose trials a segment holds, by its name."""
    return int(path.stem.split("-")[1])


def read_segment(path: Path) -> pa.Table:
    """Return the trials of one segment.

    Raises
    ------
    DataError
        If it is damaged.
    """
    try:
        table = read_bounded(path, MOST_TRIALS)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(
            f"trial segment {path} is damaged ({inert_line(str(error), 300)}); restore it from a backup"
        ) from None
    if table.schema != SCHEMA:
        # The footer has no checksum; a changed letter in it renames a column.
        raise DataError(f"trial segment {path} is damaged (its columns are others); restore it from a backup")
    stored = table.schema.metadata or {}
    if not _is_whole(table) or stored.get(ROWS, b"") not in (b"", _digest(table.columns).encode()):
        raise DataError(f"trial segment {path} is damaged (its rows are others); restore it from a backup")
    return table.replace_schema_metadata(None)


def read_columns(path: Path, columns: Sequence[str]) -> pa.Table:
    """Return the genotype hashes of one segment and some other columns, in a fraction of the time that all take.

    What is checked is what is read: its pages, and by the hashes that no row is missing.

    Raises
    ------
    DataError
        If it is damaged.
    """
    try:
        table = read_bounded(path, MOST_TRIALS, ("genotype_hash", *columns))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise DataError(
            f"trial segment {path} is damaged ({inert_line(str(error), 300)}); restore it from a backup"
        ) from None
    if not has_its_hashes(table):
        raise DataError(f"trial segment {path} is damaged (its rows are others); restore it from a backup")
    return table.replace_schema_metadata(None)


def has_its_hashes(table: pa.Table) -> bool:
    """Tell whether the genotype hashes of a segment are those that were written, where it says which."""
    stored = (table.schema.metadata or {}).get(HASHES)
    return stored is None or stored == _digest([table.column("genotype_hash")]).encode()


def evaluations_in(table: pa.Table) -> Iterator[tuple[str, Evaluation]]:
    """Yield each genotype hash of a segment with what was made of it, but for the words of a rejection."""
    columns = [table.column(name).to_pylist() for name in ("genotype_hash", "reason", *MEASURES)]
    for genotype_hash, reason, *measures in zip(*columns, strict=True):
        yield genotype_hash, Rejected(Reason(reason)) if reason is not None else Score(*measures)


def _digest(columns: Iterable[pa.ChunkedArray]) -> str:
    """Return the sha256 of columns, the same however their values lie in memory."""
    digest = sha256()
    for column in columns:
        for part in _parts(column):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()


def _parts(column: pa.ChunkedArray) -> Iterator[bytes]:
    """Yield the bytes of a column's values, and of which of them are missing or how long they are."""
    yield is_missing(column).tobytes()
    if pa.types.is_list(column.type):
        yield _little(pc.list_value_length(column))
        yield from _parts(pc.list_flatten(column))
    elif pa.types.is_string(column.type):
        # As bytes: what is damaged need not be text.
        values = column.cast(pa.binary())
        yield _little(pc.binary_length(values))
        yield b"".join(value or b"" for value in values.to_pylist())
    else:
        yield _little(column)


def _little(column: pa.ChunkedArray) -> bytes:
    values = numbers(column)
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()


def _is_whole(table: pa.Table) -> bool:
    """Tell whether every row has a genotype hash, a generation, an operator and a list of parents."""
    needed = [table.column(name) for name in ("genotype_hash", "generation", "operator", "parents")]
    if any(column.null_count for column in needed):
        return False
    hashes = [table.column("genotype_hash"), pc.list_flatten(table.column("parents"))]
    return all(
        pc.all(pc.match_substring_regex(column, HASH), min_count=0, skip_nulls=False).as_py() for column in hashes
    )


def _columns(trials: Sequence[Trial]) -> dict[str, Sequence[Any]]:
    """Return the values by column."""
    hashes, generations, operators, parents, evaluations = zip(*trials, strict=True) if trials else ((),) * 5
    rows = [_measures_of(item) if isinstance(item, Score) else NO_MEASURES for item in evaluations]
    measures = zip(*rows, strict=True) if rows else ((),) * len(MEASURES)
    return {
        "genotype_hash": hashes,
        "generation": generations,
        "operator": operators,
        "parents": parents,
        "reason": [item.reason.value if isinstance(item, Rejected) else None for item in evaluations],
        **dict(zip(MEASURES, measures, strict=True)),
    }
