"""Who descends from whom among all trials of a run: rows of numbers, so that a hundred thousand are little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.errors import ConfigError
from data.shown import inert_line, shown
from evolution.trials import read_segment
from organism.views.lineage import GenomeRow

FIGURES = ("evidence", "sharpe", "stability", "parts", "n_trades", "max_drawdown")
"""Those of a trial that are shown, and that can be searched for."""
DELTAS = (*FIGURES, "promise", "sharpe_before_costs", "net_return", "turnover", "exposure", "floor", "size")
NOBODY = -1
UNKNOWN = -2
"""Of a parent whose trial is not there; lower numbers stand for others."""
WORD_LENGTH = 60


class _Part(NamedTuple):
    """The trials of one segment."""

    generation: NDArray[np.int32]
    operator: NDArray[np.int16]
    reason: NDArray[np.int16]
    parents: NDArray[np.int32]
    figures: dict[str, NDArray[np.float32]]


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
        self.hashes: list[str] = []
        self.rows: dict[str, int] = {}
        self._strangers: dict[str, int] = {}
        """Parents without a trial, with numbers below `UNKNOWN`."""
        self.operators: list[str] = []
        self.reasons: list[str] = []
        self.generation: NDArray[np.int32] = np.zeros(0, np.int32)
        self.operator: NDArray[np.int16] = np.zeros(0, np.int16)
        self.reason: NDArray[np.int16] = np.zeros(0, np.int16)
        self.parents: NDArray[np.int32] = np.zeros((0, 2), np.int32)
        self.figures: dict[str, NDArray[np.float32]] = {name: np.zeros(0, np.float32) for name in DELTAS}
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._starts: NDArray[np.int64] = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return len(self.hashes)

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
        parts = [self._take(read_segment(path)) for path in paths]
        self._read |= {path.name for path in paths}
        self.generation = np.concatenate([self.generation, *(part.generation for part in parts)])
        self.operator = np.concatenate([self.operator, *(part.operator for part in parts)])
        self.reason = np.concatenate([self.reason, *(part.reason for part in parts)])
        self.parents = np.concatenate([self.parents, *(part.parents for part in parts)])
        for name in DELTAS:
            self.figures[name] = np.concatenate([self.figures[name], *(part.figures[name] for part in parts)])
        self._index_children()
        return True

    def _take(self, table: pa.Table) -> _Part:
        """Give the trials of a segment their rows, and return what is known of them in a few numbers each."""
        hashes: list[str] = table["genotype_hash"].to_pylist()
        self.rows.update((name, len(self.hashes) + place) for place, name in enumerate(hashes))
        self.hashes += hashes
        pairs = [self._places(names) for names in table["parents"].to_pylist()]
        return _Part(
            table["generation"].to_numpy().astype(np.int32),
            _coded(table["operator"], self.operators),
            _coded(table["reason"], self.reasons),
            np.array(pairs, np.int32).reshape(-1, 2),
            {name: table[name].to_numpy(zero_copy_only=False).astype(np.float32) for name in DELTAS},
        )

    def _places(self, names: Sequence[str]) -> tuple[int, int]:
        found = [self._place(name) for name in names[:2]]
        return (found[0] if found else NOBODY, found[1] if len(found) > 1 else NOBODY)

    def _place(self, name: str) -> int:
        row = self.rows.get(name)
        return self._strangers.setdefault(name, UNKNOWN - len(self._strangers)) if row is None else row

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
        exact = self.rows.get(beginning)
        if exact is not None:
            return exact
        found = [row for name, row in self.rows.items() if name.startswith(beginning)] if beginning else []
        if len(found) == 1:
            return found[0]
        if not found:
            raise ConfigError(f"genotype {shown(beginning)} is not among the {len(self):,} trials of this run")
        raise ConfigError(f"genotype {shown(beginning)} could be {len(found):,} of this run: give more of its digits")

    def parents_of(self, row: int) -> list[int]:
        """Return the rows of the parents; below zero those without a trial."""
        first, second = self.parents[row].tolist()
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
            return self.hashes[row]
        return next(name for name, number in self._strangers.items() if number == row)

    def shown(self, row: int, kept: Any, distance: int = 0) -> GenomeRow:
        """Return a row as it is shown; `kept` holds the genotypes whose rule was written down."""
        name = self.genotype(row)
        if row < 0:
            return GenomeRow(name, None, "", 0, 0, None, None, None, None, None, None, "", name in kept, distance)
        values = {figure: float(self.figures[figure][row]) for figure in FIGURES}
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


def _coded(column: pa.ChunkedArray, names: list[str]) -> NDArray[np.int16]:
    """Return the texts of a column as places in `names`, which grows; -1 for none."""
    encoded = column.combine_chunks().dictionary_encode()
    places = []
    for text in encoded.dictionary.to_pylist():
        word = inert_line(text, WORD_LENGTH)
        if word not in names:
            names.append(word)
        places.append(names.index(word))
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    coded: NDArray[np.int16] = np.append(np.array(places, np.int16), np.int16(-1))[codes]
    return coded
