"""What a condition is added to: an entry of a rule, what is left of it without one of two conditions, or nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evolution.opcodes.types import BOOL
from evolution.rows.chance import State, uniform
from evolution.rows.codes import CODES, NEVER_CODE
from evolution.rows.genes import MAX_HOLD, N_GENES, NONE, REGIME_MASK, Genes
from evolution.rows.growing import FULL
from evolution.rows.language import LANGUAGE
from evolution.rows.measures import N_ROOTS, Row, measure_sizes
from evolution.rows.mirroring import mirror
from evolution.rows.operators import Sizes, follow, is_mirrored, place_of_root, spliced
from evolution.rows.records import Record

AND_CODE = CODES["and", (BOOL, BOOL)]
NEVER, ALWAYS = np.array([NEVER_CODE], dtype=np.int16), np.array([], dtype=np.int16)
REPLACED_SHARE = 0.4
"""Share of entries of two conditions of which one is left out, so that it is found anew beside the other."""


class Entries(NamedTuple):
    """Who enters when, for how long: all that a screen needs to know of a rule."""

    long: bytes
    """Row of the long entry; `NEVER` if that side is left as it is, `ALWAYS` if nothing is asked yet."""
    short: bytes
    max_hold: int
    """Grid index of the bars after which a position is left."""
    regime_mask: int | None


class Base(NamedTuple):
    """Where in a rule a condition is added, and to what."""

    entries: Entries
    row: Row
    sizes: Sizes
    place: int
    """Of the entry that changes."""
    kept: Row
    """What stays of it."""
    is_mirrored: bool
    """Whether the short side goes on mirroring the long one."""
    is_short: bool

    def with_condition(self, condition: Row, child: Row) -> int:
        """Write the four roots with one condition more; return their end, or `FULL`."""
        joint = [AND_CODE] if len(self.kept) else []
        entry = np.concatenate((np.array(joint, dtype=np.int16), self.kept, condition))
        end = spliced(self.row, self.place, self.place + self.sizes[self.place], entry, child)
        if end == FULL or not self.is_mirrored:
            return int(end)
        return int(follow(LANGUAGE, self.row, self.sizes, child, end))


def draw_base(record: Record, rng: State) -> Base | None:
    """Draw where a condition is added to a rule; None if it is not left after a number of bars, or enters never."""
    genes, row = record[:N_GENES], record[N_GENES:]
    sizes = np.empty(len(row), dtype=np.int64)
    measure_sizes(LANGUAGE, row, sizes)
    short = place_of_root(sizes, 2)
    has_long, has_short = row[0] != NEVER_CODE, row[short] != NEVER_CODE
    if genes[MAX_HOLD] == NONE or not (has_long or has_short):
        return None
    mirrors = bool(is_mirrored(LANGUAGE, row, sizes))
    is_short = not mirrors and bool(has_short and (not has_long or uniform(rng) < 0.5))
    place = short if is_short else 0
    return _base(genes, row, sizes, place, _kept(row, sizes, place, rng), mirrors, is_short)


def draw_nothing(genes: Genes, mirrored_share: float, rng: State) -> Base:
    """Draw whether the first condition is for both sides, or else for which of them."""
    row, sizes = np.repeat(NEVER, N_ROOTS), np.ones(N_ROOTS, dtype=np.int64)
    mirrors = uniform(rng) < mirrored_share
    is_short = not mirrors and uniform(rng) < 0.5
    return _base(genes, row, sizes, 2 if is_short else 0, ALWAYS, mirrors, is_short)


def _base(genes: Genes, row: Row, sizes: Sizes, place: int, kept: Row, mirrors: bool, is_short: bool) -> Base:
    other = kept.copy()
    if len(other):
        mirror(LANGUAGE, other)
    sides = (kept, other) if mirrors else (NEVER, kept) if is_short else (kept, NEVER)
    mask = None if genes[REGIME_MASK] == NONE else int(genes[REGIME_MASK])
    entries = Entries(sides[0].tobytes(), sides[1].tobytes(), int(genes[MAX_HOLD]), mask)
    return Base(entries, row, sizes, place, kept, mirrors, is_short)


def _kept(row: Row, sizes: Sizes, place: int, rng: State) -> Row:
    if row[place] == AND_CODE and uniform(rng) < REPLACED_SHARE:
        first = place + 1
        place = first if uniform(rng) < 0.5 else first + int(sizes[first])
    return row[place : place + sizes[place]]
