"""The generations of a run as one table: for notebooks, for plots, for another program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
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


def read_lines(path: Path) -> dict[int, dict[str, Any]]:
    """Return the JSON lines of a file by generation, the last of those that are repeated.

    A line that a kill cut short, or that is none of ours, is left out.
    """
    if not path.exists():
        return {}
    lines: dict[int, dict[str, Any]] = {}
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict) and type(line.get("generation")) is int:
            lines[line["generation"]] = line
    return lines


def write_metrics(folder: RunFolder) -> None:
    """Write `metrics.parquet`: a row a finished generation, whatever is unknown of one left empty."""
    pace = read_lines(folder.pace)
    rows = [_row(line, pace.get(number, {})) for number, line in sorted(read_lines(folder.generations).items())]
    names = [*COLUMNS, *sorted({name for row in rows for name in row} - set(COLUMNS))]
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    write_atomically(folder.metrics, sink.getvalue().to_pybytes())


def _row(line: Mapping[str, Any], pace: Mapping[str, Any]) -> dict[str, Any]:
    n_drawn = line["n_scored"] + line["n_repeated"]
    return {
        **{name: line.get(name) for name in ("generation", "epoch", "n_trials", "n_scored", "n_repeated")},
        "unique_rate": line["n_scored"] / n_drawn if n_drawn else None,
        "population": line.get("population"),
        "best_fresh": line.get("best_fresh"),
        "memory_megabytes": pace.get("memory_megabytes"),
        **line["statistics"],
        **{f"rejected_{name}": count for name, count in line["rejections"].items()},
        **{f"{name}_made": made for name, (made, _) in line.get("operators", {}).items()},
        **{f"{name}_kept": kept for name, (_, kept) in line.get("operators", {}).items()},
        **{f"{name}_seconds": seconds for name, seconds in pace.get("seconds", {}).items()},
    }
