"""A generation's children: bred as rows, written out once, named by the sha256 of what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from evolution.evaluator.program import BETWEEN_PROGRAMS, Task
from evolution.search.child import Child
from evolution.search.grammar import Grammar
from evolution.search.individual import Individual
from evolution.search.rows.breeding import NOBODY, OPERATOR_NAMES, Brood, Odds, Parents, breed, make_brood
from evolution.search.rows.genes import N_GENES
from evolution.search.rows.growing import Means, Shape
from evolution.search.rows.language import LANGUAGE
from evolution.search.rows.records import RECORD
from evolution.search.rows.texts import PHRASES, write_out

N_OBJECTIVES = 3


class Litter:
    """What one call has bred; a child is taken out only when it is asked for."""

    def __init__(self, brood: Brood) -> None:
        written, ends = write_out(LANGUAGE, PHRASES, brood)
        self.made = np.flatnonzero(brood.ends)
        """Attempts that made a child, in their order; the others broke a limit."""
        self._written = written.tobytes()
        self._brood, self._ends = brood, ends[self.made].tolist()
        self._digests = [sha256(self._written[begin:end]).digest() for begin, _, _, end, _ in self._ends]

    def keys(self) -> NDArray[np.uint64]:
        """Return the first 64 bits of each child's genotype hash."""
        return np.frombuffer(b"".join(self._digests), dtype=">u8")[::4].astype(np.uint64)

    def child(self, number: int) -> Child:
        """Return one of those that were made."""
        begin, genes_begin, genes_end, end, programs_end = self._ends[number]
        attempt, written = self.made[number], self._written
        record = self._brood.records[attempt, : self._brood.ends[attempt]].tobytes()
        long_entry, long_exit, short_entry, short_exit = written[end:programs_end].decode().split(BETWEEN_PROGRAMS)
        task = Task(
            int(self._brood.warm_up_bars[attempt]),
            len(record) // RECORD.itemsize - N_GENES,
            written[genes_begin:genes_end].decode(),
            (long_entry, long_exit, short_entry, short_exit),
        )
        parents = tuple([place for place in self._brood.parents[attempt].tolist() if place != NOBODY])
        operator = OPERATOR_NAMES[self._brood.operators[attempt]]
        return Child(record, written[begin:end], self._digests[number].hex(), task, operator, parents)


@dataclass(frozen=True, slots=True)
class Breeder:
    """Makes children within the limits of a search; the same for the same `rng`, whatever else was imported."""

    grammar: Grammar
    shape: Shape
    odds: Odds

    def breed(self, parents: Parents, positions: NDArray[np.int64], rng: Generator) -> Litter:
        """Try to make a child for each position in the generation; see `rows.breeding`."""
        brood = make_brood(len(positions), self.odds.maximum_nodes)
        breed(Means(LANGUAGE, self.grammar.menus, self.shape), self.odds, parents, positions, rng, brood)
        return Litter(brood)


def parents_of(population: Sequence[Individual]) -> Parents:
    """Return a population, whose crowding distances are set, in arrays."""
    records = [item.record for item in population]
    return Parents(
        np.frombuffer(bytearray().join(records), dtype=RECORD),
        np.cumsum([0, *map(len, records)]) // RECORD.itemsize,
        np.array([item.fitness.wvalues for item in population], dtype=np.float64).reshape(-1, N_OBJECTIVES),
        np.array([item.fitness.crowding_dist for item in population], dtype=np.float64),
    )
