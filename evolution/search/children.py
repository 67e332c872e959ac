"""A generation's children: bred as rows, written out once, named by the sha256 of what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from evolution.evaluator.task import Task
from evolution.genome.program import BETWEEN_PROGRAMS
from evolution.rows.breeding import breed
from evolution.rows.chance import State
from evolution.rows.genes import N_GENES
from evolution.rows.growing import Means, Shape
from evolution.rows.language import LANGUAGE
from evolution.rows.levels import NO_LEVELS, Levels
from evolution.rows.odds import OPERATOR_NAMES, Odds
from evolution.rows.offspring import NOBODY, Offspring, Parents, make_offspring
from evolution.rows.records import RECORD
from evolution.rows.texts import PHRASES, write_out
from evolution.search.child import Child
from evolution.search.grammar import Grammar
from evolution.search.individual import Individual

BEGIN, END = 0, 3
"""Of a text, among the places that `write_out` returns."""


class Litter:
    """What one call has bred; a child is taken out only when it is asked for."""

    def __init__(self, offspring: Offspring) -> None:
        written, ends = write_out(LANGUAGE, PHRASES, offspring)
        self.made = np.flatnonzero(offspring.ends)
        """Attempts that made a child, in their order; the others broke a limit."""
        # Lists and bytes: each number is asked for by itself, which an array takes ten times as long for.
        self._written, self._records = written.tobytes(), offspring.records.tobytes()
        self._text = str(self._written, "ascii")
        self._stride = offspring.records.strides[0]
        self._attempts: list[int] = self.made.tolist()
        self._places: list[list[int]] = ends.tolist()
        self._ends: list[int] = offspring.ends.tolist()
        self._warm_up_bars: list[int] = offspring.warm_up_bars.tolist()
        self._parts: list[int] = offspring.parts.tolist()
        self._operators: list[int] = offspring.operators.tolist()
        self._parents: list[list[int]] = offspring.parents.tolist()
        bounds = [self._places[attempt] for attempt in self._attempts]
        self._digests = [sha256(self._written[bound[BEGIN] : bound[END]]).digest() for bound in bounds]

    def keys(self) -> NDArray[np.uint64]:
        """Return the first 64 bits of each child's genotype hash."""
        return np.frombuffer(b"".join(self._digests), dtype=">u8")[::4].astype(np.uint64)

    def child(self, number: int) -> Child:
        """Return one of those that were made."""
        attempt, text = self._attempts[number], self._text
        begin, genes_begin, genes_end, end, programs_end = self._places[attempt]
        first, n_numbers = attempt * self._stride, self._ends[attempt]
        one, other = self._parents[attempt]
        return Child(
            self._records[first : first + n_numbers * RECORD.itemsize],
            self._written[begin:end],
            self._digests[number].hex(),
            Task(
                self._warm_up_bars[attempt],
                n_numbers - N_GENES,
                self._parts[attempt],
                text[genes_begin:genes_end],
                # There are four of them.
                tuple(text[end:programs_end].split(BETWEEN_PROGRAMS)),  # type: ignore[arg-type]
            ),
            OPERATOR_NAMES[self._operators[attempt]],
            () if one == NOBODY else (one,) if other == NOBODY else (one, other),
        )


@dataclass(frozen=True, slots=True)
class Breeder:
    """Makes children within the limits of a search; the same for the same `rng`, whatever else was imported."""

    grammar: Grammar
    shape: Shape
    odds: Odds
    levels: Levels = field(default_factory=lambda: NO_LEVELS)

    def breed(self, parents: Parents, positions: NDArray[np.int64], rng: State) -> Litter:
        """Try to make a child for each position in the generation; see `rows.breeding`."""
        offspring = make_offspring(len(positions), self.odds.maximum_nodes)
        breed(self.means(), self.odds, parents, positions, rng, offspring)
        return Litter(offspring)

    def means(self) -> Means:
        """Return what expressions are drawn with."""
        return Means(LANGUAGE, self.grammar.menus, self.shape, self.levels)


def parents_of(population: Sequence[Individual]) -> Parents:
    """Return a population, whose crowding distances are set, in arrays."""
    records = [item.record for item in population]
    gains = np.array([item.fitness.wvalues for item in population], dtype=np.float64)
    return Parents(
        np.frombuffer(bytearray().join(records), dtype=RECORD),
        np.cumsum([0, *map(len, records)]) // RECORD.itemsize,
        gains if population else np.empty((0, 1)),
        np.array([item.fitness.crowding_dist for item in population], dtype=np.float64),
    )
