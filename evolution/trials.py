"""Every genotype ever scored, appended before its fitness is used: the N of every later inference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.canonical import sha256_hex
from data.durable import write_atomically
from data.errors import DataError
from data.shown import inert_line
from evolution.fitness import Evaluation, Reason, Rejected, Score

ROWS, HASHES = b"sha256_of_rows", b"sha256_of_hashes"
"""Keys of the metadata. Pages have checksums, but how many rows there are stands in a footer that has none."""
HASH = "^[0-9a-f]{64}$"

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
    ]
)

MEASURES = tuple(item.name for item in fields(Score))
"""The columns of a score, under the names of its fields."""


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
    path = folder / f"segment-{generation:06d}.parquet"
    columns = _columns(trials)
    digests = {ROWS: _digest(columns), HASHES: _digest(columns["genotype_hash"])}
    table = pa.Table.from_pydict(columns, schema=SCHEMA.with_metadata(digests))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    write_atomically(path, sink.getvalue().to_pybytes())
    return path


def read_segments(folder: Path, *, before_generation: int | None = None) -> Iterator[pa.Table]:
    """Yield the segments in order of generation.

    Raises
    ------
    DataError
        If a segment is damaged.
    """
    for path in sorted(folder.glob("segment-*.parquet")):
        if before_generation is not None and int(path.stem.split("-")[1]) >= before_generation:
            return
        try:
            table = pq.read_table(path, page_checksum_verification=True)
        except (OSError, pa.ArrowException) as error:
            raise DataError(
                f"trial segment {path} is damaged ({inert_line(str(error), 300)}); restore it from a backup"
            ) from None
        if table.schema != SCHEMA:
            # The footer has no checksum; a changed letter in it renames a column.
            raise DataError(f"trial segment {path} is damaged (its columns are others); restore it from a backup")
        stored = table.schema.metadata or {}
        if not _is_whole(table) or stored.get(ROWS, b"") not in (b"", _digest(table.to_pydict()).encode()):
            raise DataError(f"trial segment {path} is damaged (its rows are others); restore it from a backup")
        yield table.replace_schema_metadata(None)


def evaluations_in(table: pa.Table) -> Iterator[tuple[str, Evaluation]]:
    """Yield each genotype hash of a segment with what was made of it, but for the words of a rejection."""
    columns = [table.column(name).to_pylist() for name in ("genotype_hash", "reason", *MEASURES)]
    for genotype_hash, reason, *measures in zip(*columns, strict=True):
        yield genotype_hash, Rejected(Reason(reason)) if reason is not None else Score(*measures)


def hashes_digest(table: pa.Table) -> str:
    """Return the digest of the column of genotype hashes, which `HASHES` of the metadata must say."""
    return _digest(table.column("genotype_hash").to_pylist())


def _digest(rows: object) -> str:
    return sha256_hex(json.dumps(rows, default=repr).encode("ascii"))


def _is_whole(table: pa.Table) -> bool:
    """Tell whether every row has a genotype hash, a generation, an operator and a list of parents."""
    needed = [table.column(name) for name in ("genotype_hash", "generation", "operator", "parents")]
    if any(column.null_count for column in needed):
        return False
    hashes = [table.column("genotype_hash"), pc.list_flatten(table.column("parents"))]
    return all(
        pc.all(pc.match_substring_regex(column, HASH), min_count=0, skip_nulls=False).as_py() for column in hashes
    )


def _columns(trials: Sequence[Trial]) -> dict[str, list[Any]]:
    """Return the values by column, as they are read back."""
    evaluations = [trial.evaluation for trial in trials]
    scores = [evaluation if isinstance(evaluation, Score) else None for evaluation in evaluations]
    return {
        "genotype_hash": [trial.genotype_hash for trial in trials],
        "generation": [trial.generation for trial in trials],
        "operator": [trial.operator for trial in trials],
        "parents": [list(trial.parents) for trial in trials],
        "reason": [item.reason.value if isinstance(item, Rejected) else None for item in evaluations],
        **{name: [score and getattr(score, name) for score in scores] for name in MEASURES},
    }
