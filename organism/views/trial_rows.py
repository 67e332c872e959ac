"""The trials of a run by row, read again from their segments: what is shown of them is little."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from evolution.trials import read_columns

FIGURES = ("evidence", "sharpe", "stability", "parts", "n_trades", "max_drawdown")
"""Those of a trial that are shown, and that can be searched for."""
DELTAS = (*FIGURES, "promise", "sharpe_before_costs", "net_return", "turnover", "exposure", "floor", "size")
REMEMBERED = 64
"""Segments that are held as they are asked for."""


class TrialRows:
    """Which rows are in which segment."""

    def __init__(self) -> None:
        self._paths: list[Path] = []
        self._starts: list[int] = []
        self._n = 0

    def add(self, path: Path, n_rows: int) -> None:
        """Take the rows of a segment for those that follow."""
        self._paths.append(path)
        self._starts.append(self._n)
        self._n += n_rows

    def read(self, row: int) -> dict[str, Any]:
        """Return a trial by column.

        Raises
        ------
        DataError
            If its segment is damaged by now.
        """
        place = bisect_right(self._starts, row) - 1
        [trial] = _columns_of(self._paths[place]).slice(row - self._starts[place], 1).to_pylist()
        found: dict[str, Any] = trial
        return found


@lru_cache(REMEMBERED)
def _columns_of(path: Path) -> pa.Table:
    return read_columns(path, ("generation", "operator", "parents", "reason", *DELTAS))
