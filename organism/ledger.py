"""What was tried and what was shown: the count of trials, and the vault of held-out time."""

from __future__ import annotations

from array import array
from binascii import unhexlify
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.bounded_parquet import read_bounded
from data.errors import DataError, TransitionError
from data.shown import inert_line
from evolution.rows.odds import SCREENED
from evolution.screening.breeder import QUESTIONS_PER_CHILD
from evolution.trials import MOST_TRIALS, has_its_hashes
from organism.distinct import n_distinct
from organism.registry.rows import Opening
from organism.registry.store import Registry

_BYTES, _DIGITS = 32, 64
"""Of a genotype hash, and in hexadecimal."""
_KEY = np.dtype(np.uint64)
"""The beginning of a hash by which it is counted."""
_BINARY = pa.binary(_BYTES)
_COLUMN, _OPERATOR = "genotype_hash", "operator"


@dataclass(frozen=True, slots=True)
class TrialCount:
    """How often a home has tried its luck."""

    distinct: int
    """Distinct genotypes over all runs."""
    scored: int
    """Rows in the segments: the same genotype in two runs counts twice."""
    screened: int = 0
    """Those of them that a screen has chosen: each is the best of `QUESTIONS_PER_CHILD` looked at on the same bars."""
    lost_runs: tuple[str, ...] = ()
    """Names of runs that have tried something and of which no trial is there: the count is too low by theirs."""

    @property
    def tried(self) -> int:
        """Genotypes, and what screens have looked at besides: the N of every deflation."""
        return self.distinct + QUESTIONS_PER_CHILD * self.screened


def count_trials(runs_folder: Path, named: Iterable[str] = ()) -> TrialCount:
    """Count the genotype hashes in `RUN/trials/segment-*.parquet` of every run under `runs_folder`.

    Runs that are `named`, as those that a registry has strategies of, and have no segment there are told as lost.

    The column `genotype_hash` holds 32 bytes, or 64 hexadecimal digits; `operator` says what made the genotype.

    Of each hash its first 64 bits are held, in eight to nine bytes, until all are sorted. Two genotypes that share them
    would be counted as one: among n there are n^2 / 2^65 such pairs to be expected, 0.000007 among 16 million and 0.03
    among a billion, where a count that is too low by one leaves every p-value and every deflation as it is.

    Raises
    ------
    DataError
        If a segment is damaged or lacks one of them; a count that misses some would flatter everything.
    """
    beginnings, n_screened = array("Q"), 0
    for path in sorted(runs_folder.glob("*/trials/segment-*.parquet")):
        table = _read(path)
        hashes = np.frombuffer(_hashes(path, table), _KEY)
        beginnings.frombytes(hashes[:: _BYTES // _KEY.itemsize].tobytes())
        n_screened += _n_screened(table)
    return TrialCount(n_distinct(beginnings), len(beginnings), n_screened, lost_runs(runs_folder, named))


def lost_runs(runs_folder: Path, named: Iterable[str]) -> tuple[str, ...]:
    """Return those of the named runs of which no trial segment is under `runs_folder`, by name."""
    return tuple(name for name in sorted(set(named)) if not any((runs_folder / name).glob("trials/segment-*.parquet")))


class VaultClosed(TransitionError):
    """The genotype has seen a part of this time already."""

    def __init__(self, message: str, opening: Opening) -> None:
        super().__init__(message)
        self.opening = opening
        """The earlier opening."""


class Vault:
    """Held-out time. Each genotype sees each moment at most once, and the record comes before the look.

    Time is calendar time across the home: coin, venue, interval, snapshot and configuration make no
    difference. Slices are [start_ms, end_ms) in UTC milliseconds.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def open_slice(
        self,
        genotype_hash: str,
        *,
        slice_name: str,
        start_ms: int,
        end_ms: int,
        snapshot_id: str,
        policy_hash: str,
        run_id: str,
        now: datetime,
    ) -> Opening:
        """Record that a genotype is about to see a slice; only look at its bars after this returned.

        Raises
        ------
        VaultClosed
            If the genotype has seen any part of that time, carrying the earlier opening.
        """
        opening = Opening(
            genotype_hash=genotype_hash,
            slice_name=slice_name,
            start_ms=start_ms,
            end_ms=end_ms,
            snapshot_id=snapshot_id,
            policy_hash=policy_hash,
            run_id=run_id,
            opened_at=now,
        )
        earlier = self._registry.record_opening(opening)
        if earlier is not None:
            raise VaultClosed(
                f"genotype {genotype_hash[:8]} asked for slice {slice_name} [{start_ms}, {end_ms}) ms, but run "
                f"{earlier.run_id} opened [{earlier.start_ms}, {earlier.end_ms}) to it at {earlier.opened_at}: "
                "time is shown once; replay that verdict, or judge on later bars",
                earlier,
            )
        return opening

    def openings_overlapping(self, start_ms: int, end_ms: int) -> list[Opening]:
        """Return the first opening of every genotype that has seen any of this time, in order of opening."""
        first: dict[str, Opening] = {}
        for opening in self._registry.openings(start_ms, end_ms):
            first.setdefault(opening.genotype_hash, opening)
        return list(first.values())

    def judged_ancestor(
        self, genotype_hash: str, start_ms: int, end_ms: int, *, bred_at: datetime | None = None
    ) -> Opening | None:
        """Return an opening by which an ancestor has seen any of this time, or None.

        Parameters
        ----------
        bred_at
            When the genotype is known to have existed. Openings since then cannot have informed it and do
            not count, so that relatives bred by one run can be judged one after the other. None counts all.
        """
        return self._registry.ancestral_opening(genotype_hash, start_ms, end_ms, before=bred_at)


def _read(path: Path) -> pa.Table:
    """Return who was tried in a segment, and what made it."""
    try:
        table = read_bounded(path, MOST_TRIALS, (_COLUMN, _OPERATOR))
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise DataError(
            f"trial segment {path} cannot be read ({inert_line(str(error), 300)}): restore it; "
            "without it the count of trials is too low"
        ) from error
    if not has_its_hashes(table):
        raise DataError(f"trial segment {path} is damaged (its rows are others): restore it from a backup")
    return table


def _n_screened(table: pa.Table) -> int:
    return int(pc.sum(pc.equal(table.column(_OPERATOR).cast(pa.string()), SCREENED)).as_py() or 0)


def _hashes(path: Path, table: pa.Table) -> bytes:
    """Return the hashes of a segment one after the other, 32 bytes each."""
    column = table.column(_COLUMN)
    if column.null_count:
        raise DataError(f"trial segment {path} has {column.null_count} trials without a genotype hash: restore it")
    if column.type == _BINARY:
        return b"".join(_bytes_of(chunk) for chunk in column.chunks)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _from_hexadecimal(path, column)
    raise DataError(
        f"trial segment {path}: {_COLUMN} has type {column.type}; allowed are 32 bytes or 64 hexadecimal digits"
    )


def _bytes_of(chunk: pa.FixedSizeBinaryArray) -> memoryview:
    return memoryview(chunk.buffers()[1])[_BYTES * chunk.offset : _BYTES * (chunk.offset + len(chunk))]


def _from_hexadecimal(path: Path, column: pa.ChunkedArray) -> bytes:
    try:
        texts = column.to_pylist()
        if any(len(text) != _DIGITS for text in texts):
            raise ValueError("another number of digits")
        return unhexlify("".join(texts))
    except ValueError as error:
        raise DataError(
            f"trial segment {path}: {_COLUMN} is not {_DIGITS} hexadecimal digits ({inert_line(str(error), 300)})"
        ) from error
