"""Who descends from whom among all trials of a run: rows of numbers, so that a hundred thousand are little."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.arrow_columns import numbers
from data.errors import ConfigError
from data.shown import inert_line, shown
from evolution.trials import read_segment
from organism.views.genotype_index import NAME, GenotypeIndex
from organism.views.growing import Growing
from organism.views.lineage import GenomeRow

FIGURES = ("evidence", "sharpe", "stability", "parts", "n_trades", "max_drawdown")
"""Those of a trial that are shown, and that can be searched for."""
DELTAS = (*FIGURES, "promise", "sharpe_before_costs", "net_return", "turnover", "exposure", "floor", "size")
NOBODY = -1
UNKNOWN = -2
"""Of a parent whose trial is not there; lower numbers stand for others."""
WORD_LENGTH = 60


class Genealogy:
    """All trials of a run by row, in the order in which they were scored; `refresh` reads the segments that are new.

    Parameters
    ----------
    trials
        Folder of the segments.
    """

    def __init__(self, trials: Path) -> None:
        self._trials = trials
        self._read: set[str] = set()
        self.index = GenotypeIndex()
        self._strangers: dict[str, int] = {}
        """Parents without a trial, with numbers below `UNKNOWN`."""
        self.operators: list[str] = []
        self.reasons: list[str] = []
        self._columns = {
            "generation": Growing(np.int32),
            "operator": Growing(np.int16),
            "reason": Growing(np.int16),
            **{name: Growing(np.float32) for name in DELTAS},
        }
        self._parents = Growing(np.int32, 2)
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._starts: NDArray[np.int64] = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return len(self.index)

    def refresh(self) -> bool:
        """Read segments that were written since; tell whether there were any.

        Raises
        ------
        DataError
            If one is damaged.
        """
        paths = [path for path in sorted(self._trials.glob("segment-*.parquet")) if path.name not in self._read]
        if not paths:
            return False
        parents = Growing(NAME, 2)
        try:
            for path in paths:
                parents.add(self._take(read_segment(path)))
                self._read.add(path.name)
        finally:
            # Also what was read before a damaged one has its relatives.
            self.index.sort()
            self._parents.add(self._places(parents.values))
            self._index_children()
        return True

    def _take(self, table: pa.Table) -> NDArray[np.bytes_]:
        """Keep what is known of the trials of a segment, and return the hashes of their parents, shape (n, 2)."""
        self.index.add(np.array(table["genotype_hash"].to_pylist(), NAME))
        self._columns["generation"].add(numbers(table["generation"]))
        self._columns["operator"].add(_coded(table["operator"], self.operators))
        self._columns["reason"].add(_coded(table["reason"], self.reasons))
        for name in DELTAS:
            self._columns[name].add(numbers(table[name].cast(pa.float64()), math.nan))
        return _first_two(table["parents"])

    def figure(self, name: str) -> NDArray[np.float32]:
        """Return a figure of each row, one of `DELTAS`; NaN where it has none."""
        return self._columns[name].values

    @property
    def generation(self) -> NDArray[np.int32]:
        """The generation of each row."""
        return self._columns["generation"].values

    @property
    def operator(self) -> NDArray[np.int16]:
        """What made each row, as a place in `operators`."""
        return self._columns["operator"].values

    @property
    def reason(self) -> NDArray[np.int16]:
        """Why each row has no fitness, as a place in `reasons`; -1 if it has."""
        return self._columns["reason"].values

    @property
    def parents(self) -> NDArray[np.int32]:
        """The rows of the parents of each, shape (n, 2); `NOBODY` or a number of `UNKNOWN` and below."""
        return self._parents.values

    def _places(self, names: NDArray[np.bytes_]) -> NDArray[np.int32]:
        """Return the rows of parents, or the numbers that stand for them."""
        rows = self.index.rows_of(names).astype(np.int32)
        rows[names == b""] = NOBODY
        for row, which in np.argwhere((rows < 0) & (names != b"")).tolist():
            name = bytes(names[row, which]).decode("ascii")
            rows[row, which] = self._strangers.setdefault(name, UNKNOWN - len(self._strangers))
        return rows

    def _index_children(self) -> None:
        """Sort the pairs of parent and child by parent, so that the children of one are a slice."""
        children = np.repeat(np.arange(len(self), dtype=np.int64), 2)
        parents = self.parents.reshape(-1).astype(np.int64)
        is_twice = np.zeros((len(self), 2), bool)
        is_twice[:, 1] = self.parents[:, 0] == self.parents[:, 1]
        known = (parents >= 0) & ~is_twice.reshape(-1)
        order = np.argsort(parents[known], kind="stable")
        self._order = children[known][order]
        self._starts = np.searchsorted(parents[known][order], np.arange(len(self) + 1))

    def row_of(self, beginning: str) -> int:
        """Return the row of the genotype whose hash begins so.

        Raises
        ------
        ConfigError
            If there is none, or more than one.
        """
        found: list[int] = []
        if beginning and beginning.isascii():
            found = self.index.beginning_with(beginning).tolist()
        if len(found) == 1:
            return found[0]
        if not found:
            raise ConfigError(f"genotype {shown(beginning)} is not among the {len(self):,} trials of this run")
        raise ConfigError(f"genotype {shown(beginning)} could be {len(found):,} of this run: give more of its digits")

    def parents_of(self, row: int) -> list[int]:
        """Return the rows of the parents; below zero those without a trial."""
        first, second = map(int, self.parents[row])
        return [place for place in dict.fromkeys((first, second)) if place != NOBODY]

    def children_of(self, row: int) -> list[int]:
        """Return the rows of the children, oldest first."""
        if row < 0:
            return []
        found: list[int] = self._order[self._starts[row] : self._starts[row + 1]].tolist()
        return found

    def ancestors_of(self, row: int) -> list[tuple[int, int]]:
        """Return every ancestor with its distance, nearest first; those without a trial have rows below zero."""
        return self._reached(row, lambda place: self.parents_of(place) if place >= 0 else [])

    def descendants_of(self, row: int) -> list[tuple[int, int]]:
        """Return every descendant with its distance, nearest first."""
        return self._reached(row, self.children_of)

    def siblings_of(self, row: int) -> list[int]:
        """Return the others that have a parent in common with it."""
        found = {child for parent in self.parents_of(row) for child in self.children_of(parent)}
        return sorted(found - {row})

    def genotype(self, row: int) -> str:
        """Return the hash of a row, or of a parent without a trial."""
        if row >= 0:
            return self.index.name(row)
        return next(name for name, number in self._strangers.items() if number == row)

    def shown(self, row: int, kept: Any, distance: int = 0) -> GenomeRow:
        """Return a row as it is shown; `kept` holds the genotypes whose rule was written down."""
        name = self.genotype(row)
        if row < 0:
            return GenomeRow(name, None, "", 0, 0, None, None, None, None, None, None, "", name in kept, distance)
        values = {figure: float(self.figure(figure)[row]) for figure in FIGURES}
        known = {figure: value if math.isfinite(value) else None for figure, value in values.items()}
        return GenomeRow(
            genotype=name,
            generation=int(self.generation[row]),
            operator=self.operators[self.operator[row]],
            n_parents=len(self.parents_of(row)),
            n_children=len(self.children_of(row)),
            evidence=known["evidence"],
            sharpe=known["sharpe"],
            stability=known["stability"],
            parts=None if known["parts"] is None else int(known["parts"]),
            n_trades=None if known["n_trades"] is None else int(known["n_trades"]),
            max_drawdown=known["max_drawdown"],
            reason=self.reasons[self.reason[row]] if self.reason[row] >= 0 else "",
            is_kept=name in kept,
            distance=distance,
        )

    def _reached(self, row: int, neighbours: Any) -> list[tuple[int, int]]:
        seen, found, edge, distance = {row}, [], [row], 0
        while edge:
            distance += 1
            new = dict.fromkeys(other for place in edge for other in neighbours(place) if other not in seen)
            edge = list(new)
            seen.update(edge)
            found += [(place, distance) for place in edge]
        return found


def _first_two(lists: pa.ChunkedArray) -> NDArray[np.bytes_]:
    """Return the first two hashes of each list, shape (n, 2); empty where there are fewer."""
    lengths = numbers(pc.list_value_length(lists)).astype(np.intp)
    starts = np.cumsum(lengths) - lengths
    flat: NDArray[np.bytes_] = np.array([*pc.list_flatten(lists).to_pylist(), ""], NAME)
    places = [np.where(lengths > number, starts + number, -1) for number in (0, 1)]
    first_two: NDArray[np.bytes_] = flat[np.stack(places, axis=1)]
    return first_two


def _coded(column: pa.ChunkedArray, names: list[str]) -> NDArray[np.int16]:
    """Return the texts of a column as places in `names`, which grows; -1 for none."""
    places: dict[str | None, int] = {None: -1}
    for text in column.unique().to_pylist():
        if text is not None:
            word = inert_line(text, WORD_LENGTH)
            if word not in names:
                names.append(word)
            places[text] = names.index(word)
    return np.array([places[text] for text in column.to_pylist()], np.int16)
