"""SQL over the lake: the only DuckDB import.

Every file of a history that was never corrected is read as it lies, in parallel and only as far as a query needs it.
Checksums are not looked at; what has to be right to the bit is read with `data.lake.Lake`.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from data.errors import DataError
from data.lake_layout import BARS, CONTEXTS, FUNDING, Kind, LakeFile, Series, all_series, check_format

VIEWS = ((BARS, "bar_versions"), (FUNDING, "funding_versions"), (CONTEXTS, "context_versions"))


def open_views(root: Path) -> Any:
    """Return a DuckDB connection with six views of the lake as it is now.

    `bars` (venue, coin, interval, time_ms, open, high, low, close, volume), `funding` (venue, coin, time_ms, rate,
    oracle_price) and `contexts` (venue, coin and the fields of `data.bars.Contexts`) have one row for each time, the
    highest version of it. `bar_versions`, `funding_versions` and `context_versions` have a column more, and every
    version.

    Raises
    ------
    DataError
        If the lake was made by a newer version, or a file lies where it does not belong.
    """
    check_format(root)
    series = list(all_series(root))
    connection = duckdb.connect()
    try:
        for kind, versions in VIEWS:
            plain, mixed = _divided([one for one in series if one.kind == kind])
            for statement in _statements(kind, versions, plain, mixed):
                connection.execute(statement)
    except duckdb.Error as error:
        connection.close()
        reason = str(error).splitlines()[0]
        raise DataError(f"the lake at {root} has a damaged file: {reason}; run `organism doctor`") from None
    return connection


def _divided(series: Sequence[Series]) -> tuple[list[LakeFile], list[LakeFile]]:
    """Return the files of which every row counts, and those where a time may be in several."""
    plain: list[LakeFile] = []
    mixed: list[LakeFile] = []
    for one in series:
        files = one.files()
        corrected = {_period_folder(file) for file in files if file.version > 1}
        has_flat = any(file.is_flat for file in files)
        for file in files:
            (mixed if has_flat or _period_folder(file) in corrected else plain).append(file)
    return plain, mixed


def _period_folder(file: LakeFile) -> Path:
    return file.path.parents[1] if file.version > 1 else file.path.parent


def _statements(kind: Kind, versions: str, plain: Sequence[LakeFile], mixed: Sequence[LakeFile]) -> Iterator[str]:
    keys = ", ".join(f'"{key}"' for key in _keys(kind))
    columns = ", ".join((keys, *kind.columns))
    plain_rows = _union(kind, columns, plain)
    mixed_rows = _union(kind, columns, mixed)
    yield f"CREATE VIEW {versions} AS {plain_rows} UNION ALL {mixed_rows}"
    newest = f"PARTITION BY {keys}, time_ms ORDER BY version DESC"
    yield (
        f"CREATE VIEW {kind.name} AS SELECT {columns} FROM ({plain_rows}) UNION ALL "  # noqa: S608
        f"SELECT {columns} FROM ({mixed_rows}) QUALIFY row_number() OVER ({newest}) = 1"
    )


def _union(kind: Kind, columns: str, files: Sequence[LakeFile]) -> str:
    """Return a query for files: those at one depth together, because their folders name the same keys."""
    parts = []
    for label, chosen in (
        ("1", [file for file in files if file.is_flat]),
        ("1", [file for file in files if file.version == 1 and not file.is_flat]),
        ('CAST("version" AS INTEGER)', [file for file in files if file.version > 1]),
    ):
        if chosen:
            names = ", ".join("'" + glob.escape(str(file.path)).replace("'", "''") + "'" for file in chosen)
            source = f"read_parquet([{names}], hive_partitioning = true, hive_types_autocast = false)"
            parts.append(f"SELECT {columns}, {label} AS version FROM {source}")  # noqa: S608
    return " UNION ALL ".join(parts) or _nothing(kind)


def _keys(kind: Kind) -> tuple[str, ...]:
    return ("venue", "coin", "interval") if kind.has_interval else ("venue", "coin")


def _nothing(kind: Kind) -> str:
    keys = [f'NULL::VARCHAR AS "{key}"' for key in _keys(kind)]
    times, *numbers = kind.columns
    values = [f"NULL::BIGINT AS {times}", *(f"NULL::DOUBLE AS {name}" for name in numbers)]
    return f"SELECT {', '.join((*keys, *values))}, 1 AS version WHERE false"
