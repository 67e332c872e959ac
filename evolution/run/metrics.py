"""The generations of a run as one table: for notebooks, for plots, for another program."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.durable import write_atomically
from evolution.run.layout import RunFolder

COLUMNS = (
    "generation",
    "epoch",
    "n_trials",
    "n_scored",
    "n_repeated",
    "unique_rate",
    "population",
    "best",
    "median",
    "deviation",
    "best_fresh",
    "hypervolume",
    "diversity",
    "memory_megabytes",
)
"""Those that every run has; after them one a reason of rejection, two an operator, one a part of the seconds."""


LAST_BYTES = 1 << 18
"""Of a file, where its last lines are looked for; more if no whole one is there."""
CHUNK = 1_000
"""Lines that are held as they are read; a column takes a tenth of that."""
REST = 10.0
"""Times as long as the last writing took before the next one, where it can wait."""

Line = Mapping[str, Any]


def read_last_generation(path: Path) -> dict[str, Any]:
    """Return the line of the last finished generation in a file of JSON lines, read from its end; empty without one."""
    if not path.exists():
        return {}
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        n_bytes = min(LAST_BYTES, size)
        while True:
            stream.seek(size - n_bytes)
            lines = (_parsed(text.decode("utf-8", "replace")) for text in stream.read(n_bytes).split(b"\n"))
            # After a kill the last few are written again, so that the last line need not be the last generation.
            found = {line["generation"]: line for line in lines if line and isinstance(line.get("statistics"), dict)}
            if found or n_bytes == size:
                return found[max(found)] if found else {}
            n_bytes = min(2 * n_bytes, size)


def lost_generations(folder: RunFolder, last: int) -> dict[Path, list[int]]:
    """Return by file of lines the generations from 0 to `last` of which it has no whole one."""
    files = ((folder.generations, _found), (folder.pace, _pace))
    told = {path: {row["generation"] for row in _rows(path, row_of)} for path, row_of in files}
    return {path: [number for number in range(last + 1) if number not in told[path]] for path in told}


class MetricsTable:
    """`metrics.parquet`: a row a finished generation, whatever is unknown of one left empty.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    def __init__(self, folder: RunFolder, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._rested_s = -math.inf

    def write(self) -> None:
        """Write it anew, of all generations."""
        begun_s = self._clock()
        table = _metrics(_table(self._folder.generations, _found), _table(self._folder.pace, _pace))
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
        write_atomically(self._folder.metrics, sink.getvalue().to_pybytes())
        end_s = self._clock()
        self._rested_s = end_s + REST * (end_s - begun_s)

    def write_if_rested(self) -> None:
        """Write it, unless that would take more than a tenth of the time: it takes longer the longer a run is."""
        if self._clock() >= self._rested_s:
            self.write()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as stream:
        for text in stream:
            line = _parsed(text)
            if line is not None:
                yield line


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and type(line.get("generation")) is int else None


def _rows(path: Path, row_of: Callable[[Line], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file as rows; one that is damaged is none."""
    for line in _lines(path):
        try:
            row = row_of(line)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        yield {"generation": line["generation"], **row}


def _table(path: Path, row_of: Callable[[Line], dict[str, Any]]) -> pa.Table:
    """Return the lines of a file as rows in order of generation, the last of those that are repeated."""
    rows = _rows(path, row_of)
    chunks = []
    while some := list(islice(rows, CHUNK)):
        names = dict.fromkeys(name for row in some for name in row)
        chunks.append(pa.table({name: [row.get(name) for row in some] for name in names}))
    if not chunks:
        return pa.table({"generation": pa.array([], pa.int64())})
    table = pa.concat_tables(chunks, promote_options="permissive")
    last = {number: place for place, number in enumerate(table["generation"].to_pylist())}
    return table.take([last[number] for number in sorted(last)])


def _metrics(found: pa.Table, pace: pa.Table) -> pa.Table:
    """Return what was found beside how fast it was, a row a generation that found anything."""
    places = pc.index_in(found["generation"], value_set=pace["generation"])
    columns = {name: pace[name].take(places) for name in pace.column_names}
    columns |= {name: found[name] for name in found.column_names}
    names = [*COLUMNS, *sorted(columns.keys() - set(COLUMNS))]
    return pa.table({name: columns.get(name, pa.nulls(len(found))) for name in names})


def _found(line: Line) -> dict[str, Any]:
    n_drawn = line["n_scored"] + line["n_repeated"]
    return {
        **{name: line.get(name) for name in ("epoch", "n_trials", "n_scored", "n_repeated")},
        "unique_rate": line["n_scored"] / n_drawn if n_drawn else None,
        "population": line.get("population"),
        "best_fresh": line.get("best_fresh"),
        **line["statistics"],
        **{f"rejected_{name}": count for name, count in line["rejections"].items()},
        **{f"{name}_made": made for name, (made, _) in line.get("operators", {}).items()},
        **{f"{name}_kept": kept for name, (_, kept) in line.get("operators", {}).items()},
    }


def _pace(line: Line) -> dict[str, Any]:
    seconds = {f"{name}_seconds": value for name, value in line.get("seconds", {}).items()}
    return {"memory_megabytes": line.get("memory_megabytes"), **seconds}
