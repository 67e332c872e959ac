"""The numbers of a rule that can be turned while its form stays: windows, thresholds, distances, holding times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evolution.genome.genome import MAX_DISTANCE_INDEX, Genome
from evolution.rows.canonical import finish
from evolution.rows.genes import (
    FIXED,
    MAX_HOLD,
    N_GENES,
    N_WINDOWS,
    NONE,
    SIZING,
    SIZING_WINDOW,
    STOP,
    TARGET,
    TRAILING,
)
from evolution.rows.growing import FULL, constant_code
from evolution.rows.language import LANGUAGE, WINDOW_TYPE
from evolution.rows.measures import measure_sizes
from evolution.rows.operators import follow, is_mirrored
from evolution.rows.records import Record, genome_of, record_of

LEVEL_STEP, DISTANCE_STEP = 3, 2
"""Grid steps of a threshold and of a distance that count as one; windows and holding times have one each."""


@dataclass(frozen=True, slots=True)
class Dial:
    """One number of a genome."""

    place: int
    """In its record."""
    value: int
    """Index on its grid."""
    lowest: int
    highest: int
    step: int
    """Grid steps that are one step of the dial."""

    def turned(self, steps: int) -> int:
        """Return the grid index so many steps away, or the last that there is."""
        return max(self.lowest, min(self.highest, self.value + steps * self.step))


def dials_of(genome: Genome) -> list[Dial]:
    """Return the numbers of a genome; of one whose short side mirrors the long one those of the long side."""
    record = record_of(genome)
    return [*_dials_of_risk(record), *_dials_of_roots(record)]


def with_dials(genome: Genome, dials: Sequence[Dial], steps: Sequence[int]) -> Genome | None:
    """Return a genome with its dials turned; None if there is no such genome, as its warm-up is too long.

    A short side that mirrors the long one goes on doing so.
    """
    record = record_of(genome)
    row, sizes = record[N_GENES:].copy(), np.empty(len(record) - N_GENES, dtype=np.int64)
    measure_sizes(LANGUAGE, row, sizes)
    follows = is_mirrored(LANGUAGE, row, sizes)
    for dial, turn in zip(dials, steps, strict=True):
        index = dial.turned(turn)
        if dial.place >= N_GENES:
            value_type = LANGUAGE.result[record[dial.place]]
            record[dial.place] = constant_code(LANGUAGE, value_type, index)
        else:
            record[dial.place] = index
    if follows:
        # A row as long as the parent's: only constants have changed.
        end = follow(LANGUAGE, row, sizes, record[N_GENES:], len(row))
        assert end != FULL
    return genome_of(record) if finish(LANGUAGE, record[:N_GENES], record[N_GENES:]) >= 0 else None


def _dials_of_risk(record: Record) -> list[Dial]:
    found = [
        Dial(gene, int(record[gene]), 1, MAX_DISTANCE_INDEX, DISTANCE_STEP)
        for gene in (STOP, TARGET, TRAILING)
        if record[gene] != NONE
    ]
    windows = [gene for gene in (MAX_HOLD,) if record[gene] != NONE]
    windows += [SIZING_WINDOW] if record[SIZING] != FIXED else []
    return found + [Dial(gene, int(record[gene]), 0, N_WINDOWS - 1, 1) for gene in windows]


def _dials_of_roots(record: Record) -> list[Dial]:
    row = record[N_GENES:]
    sizes = np.empty(len(row), dtype=np.int64)
    measure_sizes(LANGUAGE, row, sizes)
    end = len(row) // 2 if is_mirrored(LANGUAGE, row, sizes) else len(row)
    n_windows, found = _n_windows(row, sizes), []
    for place in range(end):
        if LANGUAGE.is_constant[row[place]]:
            value_type = int(LANGUAGE.result[row[place]])
            lowest = int(LANGUAGE.lowest[value_type])
            is_window = value_type == WINDOW_TYPE
            highest = n_windows[place] - 1 if is_window else lowest + int(LANGUAGE.n_constants[value_type]) - 1
            step = 1 if is_window else LEVEL_STEP
            found.append(Dial(N_GENES + place, int(LANGUAGE.grid_index[row[place]]), lowest, highest, step))
    return found


def _n_windows(row: Record, sizes: NDArray[np.int64]) -> dict[int, int]:
    """Return by place of a window how many of the grid its opcode takes; a recursive one takes no long ones."""
    found = {}
    for place, code in enumerate(row):
        child = place + 1
        for position in range(LANGUAGE.arity[code]):
            if LANGUAGE.argument[code, position] == WINDOW_TYPE:
                found[child] = int(LANGUAGE.n_windows[code])
            child += int(sizes[child])
    return found
