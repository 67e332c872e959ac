"""Who descends from whom among all trials of a run: rows of numbers, some seventy bytes for each trial."""

from __future__ import annotations

import math
import sys
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
from organism.views.genotype_index import KEY_DIGITS, GenotypeIndex, Keys, keys_of
from organism.views.growing import Growing
from organism.views.lineage import GenomeRow
from organism.views.trial_rows import FIGURES, TrialRows

NONE = np.uint64(0)
"""Key of no parent: that of a hash with sixteen zeros ahead, which nobody has."""
NOBODY = -1
UNKNOWN = -2
"""Of a parent whose trial is not there; lower numbers stand for others."""
WORD_LENGTH = 60
CHILD_BITS = 32
LOWER_HALF = 0 if sys.byteorder == "little" else 1
"""Which of the two numbers of 32 bits in one of 64 has its lower bits."""
AT_ONCE = 1 << 20
"""Rows whose parents are looked for at the same time."""


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
        self._rows = TrialRows()
        self._numbers: dict[int, int] = {}
        """Of parents without a trial by key, from `UNKNOWN` down."""
        self._strangers: dict[int, tuple[int, int]] = {}
        """By such a number the row of a child, and which of its parents it is."""
        self.operators: list[str] = []
        self._columns = {
            "generation": Growing(np.int32),
            "operator": Growing(np.int16),
            **{name: Growing(np.float32) for name in FIGURES},
        }
        self._parents = Growing(np.int32, 2)
        self._order: NDArray[np.int32] = np.zeros(0, np.int32)
        self._starts: NDArray[np.int32] = np.zeros(1, np.int32)

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
        parents = Growing(np.uint64, 2)
        try:
            for path in paths:
                parents.add(self._take(path))
                self._read.add(path.name)
        finally:
            # Also what was read before a damaged one has its relatives.
            self.index.sort()
            for start in range(0, len(parents), AT_ONCE):
                self._parents.add(self._places(parents.values[start : start + AT_ONCE]))
            del parents
            self._index_children()
        return True

    def _take(self, path: Path) -> Keys:
        """Keep what is known of the trials of a segment, and return the keys of their parents, shape (n, 2)."""
        table = read_segment(path)
        self.index.add(keys_of(table["genotype_hash"].to_pylist()))
        self._rows.add(path, len(table))
        self._columns["generation"].add(numbers(table["generation"]))
        self._columns["operator"].add(_coded(table["operator"], self.operators))
        for name in FIGURES:
            self._columns[name].add(numbers(table[name].cast(pa.float64()), math.nan))
        return _first_two(table["parents"])

    def figure(self, name: str) -> NDArray[np.float32]:
        """Return a figure of each row, one of `FIGURES`; NaN where it has none."""
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
    def parents(self) -> NDArray[np.int32]:
        """The rows of the parents of each, shape (n, 2); `NOBODY` or a number of `UNKNOWN` and below."""
        return self._parents.values

    def _places(self, keys: Keys) -> NDArray[np.int32]:
        """Return the rows of the parents of the rows that follow, or the numbers that stand for them."""
        rows = self.index.rows_of(keys).astype(np.int32)
        rows[keys == NONE] = NOBODY
        for row, which in np.argwhere((rows < 0) & (keys != NONE)).tolist():
            child = len(self._parents) + row, which
            number = self._numbers.setdefault(int(keys[row, which]), UNKNOWN - len(self._strangers))
            self._strangers.setdefault(number, child)
            rows[row, which] = number
        return rows

    def _index_children(self) -> None:
        """Sort the pairs of parent and child by parent, so that the children of one are a slice."""
        is_pair = self.parents >= 0
        is_pair[:, 1] &= self.parents[:, 0] != self.parents[:, 1]
        # Parent and child in one number, which is sorted where it lies: a night of trials has no room for copies.
        pairs, n = np.empty(np.count_nonzero(is_pair), np.int64), 0
        for start in range(0, len(self), AT_ONCE):
            children, which = np.nonzero(is_pair[start : start + AT_ONCE])
            parents = self.parents[start + children, which].astype(np.int64)
            pairs[n : n + len(children)] = parents << CHILD_BITS | (start + children)
            n += len(children)
        pairs.sort()
        self._order = pairs.view(np.int32)[LOWER_HALF::2].copy()
        pairs >>= CHILD_BITS
        self._starts = np.searchsorted(pairs, np.arange(len(self) + 1)).astype(np.int32)

    def row_of(self, beginning: str) -> int:
        """Return the row of the genotype whose hash begins so.

        Raises
        ------
        ConfigError
            If there is none, or more than one.
        """
        found = self.beginning_with(beginning)
        if len(found) == 1:
            return found[0]
        if not found:
            raise ConfigError(f"genotype {shown(beginning)} is not among the {len(self):,} trials of this run")
        raise ConfigError(f"genotype {shown(beginning)} could be {len(found):,} of this run: give more of its digits")

    def beginning_with(self, digits: str) -> list[int]:
        """Return the rows of the genotypes whose hash begins so, in order of the hashes."""
        found: list[int] = self.index.beginning_with(digits[:KEY_DIGITS]).tolist()
        return [row for row in found if len(digits) <= KEY_DIGITS or self.genotype(row).startswith(digits)]

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
            return str(self.trial(row)["genotype_hash"])
        child, which = self._strangers[row]
        return str(self.trial(child)["parents"][which])

    def trial(self, row: int) -> dict[str, Any]:
        """Return the trial of a row by column, `DELTAS` among them; None for a figure that it has not."""
        return self._rows.read(row)

    def shown(self, row: int, kept: Any, distance: int = 0) -> GenomeRow:
        """Return a row as it is shown; `kept` holds the genotypes whose rule was written down."""
        name = self.genotype(row)
        if row < 0:
            return GenomeRow(name, None, "", 0, 0, None, None, None, None, None, None, "", name in kept, distance)
        trial = self.trial(row)
        known = {figure: trial[figure] if math.isfinite(trial[figure] or 0.0) else None for figure in FIGURES}
        return GenomeRow(
            genotype=name,
            generation=trial["generation"],
            operator=self.operators[self.operator[row]],
            n_parents=len(self.parents_of(row)),
            n_children=len(self.children_of(row)),
            **known,
            reason=inert_line(trial["reason"] or "", WORD_LENGTH),
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


def _first_two(lists: pa.ChunkedArray) -> Keys:
    """Return the keys of the first two hashes of each list, shape (n, 2); `NONE` where there are fewer."""
    lengths = numbers(pc.list_value_length(lists)).astype(np.intp)
    starts = np.cumsum(lengths) - lengths
    flat = np.append(keys_of(pc.list_flatten(lists).to_pylist()), NONE)
    places = [np.where(lengths > number, starts + number, -1) for number in (0, 1)]
    first_two: Keys = flat[np.stack(places, axis=1)]
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
