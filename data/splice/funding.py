"""Settlements of venues with different periods, as those of one market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.bars import Funding
from data.intervals import HOUR_MS
from data.market import FloatArray, IntArray
from data.spacing import due_after, most_frequent
from data.splice.recipe import PartFunding


@dataclass(frozen=True, slots=True, eq=False)
class PartSettlements:
    """What one part settles, in its own time and by its recipe."""

    funding: Funding
    """In order of time; may be empty."""
    due_ms: IntArray
    """Shape (n_settlements,): how long after each the next one is due; see `data.spacing.due_after`."""

    @property
    def period_ms(self) -> int | None:
        """Most often between two of them; None without any."""
        return most_frequent(self.due_ms) if self.due_ms.size else None


NO_TIMES = np.empty(0, dtype=np.int64)
NOTHING = PartSettlements(Funding(NO_TIMES, np.empty(0)), NO_TIMES)


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a part's settlements are to be understood."""

    kind: PartFunding
    hours: int | None
    """Hours between them; None for the distance seen last."""
    price_factor: float
    """What the part's prices are multiplied by, oracle prices with them."""


def settlements_of(funding: Funding | None, start_ms: int, end_ms: int, meaning: Meaning) -> PartSettlements:
    """Return the settlements of a part in [start_ms, end_ms).

    An hourly share is paid from the settlement on, never before it: nobody knew the rate then.
    """
    if funding is None or meaning.kind is PartFunding.NONE:
        return NOTHING
    inside = (funding.time_ms >= start_ms) & (funding.time_ms < end_ms)
    if np.count_nonzero(inside) < 2:
        return NOTHING
    due = due_after(funding.time_ms)
    if meaning.hours:
        due = np.full_like(due, meaning.hours * HOUR_MS)
    if meaning.kind is PartFunding.HOURLY:
        # What was settled before the part begins is still being paid in it.
        funding, due = _by_the_hour(funding, due)
        inside = (funding.time_ms >= start_ms) & (funding.time_ms < end_ms)
    oracle = funding.oracle_price
    return PartSettlements(
        Funding(
            funding.time_ms[inside],
            funding.rate[inside],
            None if oracle is None else oracle[inside] * meaning.price_factor,
        ),
        due[inside],
    )


def joined(parts: Sequence[PartSettlements], ends_ms: Sequence[int]) -> Funding | None:
    """Return the settlements of all parts as one history on the shortest period that any of them has.

    Where a part, or a time of it, settles less often, settlements of nothing stand between its own, up to its end: its
    funding is known, and is zero there. A settlement that is missing stays missing. None if no part has any.

    Parameters
    ----------
    ends_ms
        End of each part, not included.
    """
    due = np.concatenate([part.due_ms for part in parts])
    if not due.size:
        return None
    shortest = int(due.min())
    filled = [_filled(part, shortest, end_ms) for part, end_ms in zip(parts, ends_ms, strict=True)]
    times, rates = (np.concatenate([getattr(part, name) for part in filled]) for name in ("time_ms", "rate"))
    if all(part.oracle_price is None for part in filled):
        return Funding(times, rates)
    return Funding(times, rates, np.concatenate([_oracle(part) for part in filled]))


def _by_the_hour(funding: Funding, due_ms: IntArray) -> tuple[Funding, IntArray]:
    counts = _room(funding.time_ms, due_ms) // HOUR_MS
    counts = np.maximum(counts, 1)
    rows = np.repeat(np.arange(counts.size), counts)
    hour = np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts, counts)
    times = funding.time_ms[rows] + hour * HOUR_MS
    oracle = funding.oracle_price
    shares = Funding(times, funding.rate[rows] / counts[rows], None if oracle is None else oracle[rows])
    return shares, np.minimum(due_ms, HOUR_MS)[rows]


def _filled(part: PartSettlements, step_ms: int, end_ms: int) -> Funding:
    funding = part.funding
    if not len(funding):
        return funding
    counts = -(-_room(funding.time_ms, part.due_ms) // step_ms)
    rows = np.repeat(np.arange(counts.size), counts)
    place = np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts, counts)
    times = funding.time_ms[rows] + place * step_ms
    is_own = place == 0
    kept = is_own | (times < end_ms)
    oracle = None if funding.oracle_price is None else np.where(is_own, funding.oracle_price[rows], np.nan)[kept]
    return Funding(times[kept], np.where(is_own, funding.rate[rows], 0.0)[kept], oracle)


def _room(time_ms: IntArray, due_ms: IntArray) -> IntArray:
    """Return for how long each settlement speaks: until the next one, at most until that is due."""
    room: IntArray = np.minimum(np.append(np.diff(time_ms), due_ms[-1]), due_ms)
    return room


def _oracle(funding: Funding) -> FloatArray:
    return np.full(len(funding), np.nan) if funding.oracle_price is None else funding.oracle_price
