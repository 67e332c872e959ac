"""From a recipe and the venues' histories to one market, and how far they agree at each joint."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from data.bars import PRICES, Bars, Funding
from data.canonical import hash_array, hash_json
from data.errors import DataError
from data.intervals import DAY_MS, interval_ms, utc_text
from data.splice.funding import Meaning, PartSettlements, joined, settlements_of
from data.splice.joint import Joint, Meeting, Overlap, joint_of, overlap_of, scale_of
from data.splice.recipe import Part, Recipe, milliseconds


class Histories(Protocol):
    """Where the venues' bars and funding are; `data.lake.Lake` is one."""

    def read_bars(self, venue: str, coin: str, interval: str) -> Bars: ...

    def read_funding(self, venue: str, coin: str) -> Funding | None: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one venue gave."""

    venue: str
    coin: str
    """As the venue spells it."""
    first_ms: int
    """Open of its first bar."""
    end_ms: int
    """Close of its last bar."""
    n_bars: int
    price_factor: float
    """What its prices were multiplied by."""
    bars_sha256: str
    """Of its own bars in this stretch, before anything was done to them."""
    n_settlements: int
    """As they are used, before any of nothing are put between them."""
    funding_hours: float | None
    """Hours between them, most often; None without any."""
    funding_sha256: str | None
    """Of these settlements; None without any."""


@dataclass(frozen=True, slots=True, eq=False)
class Spliced:
    """One long market, and where each bar of it is from."""

    recipe: Recipe
    bars: Bars
    funding: Funding | None
    stretches: tuple[Stretch, ...]
    """In order of time."""
    joints: tuple[Joint, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Every limit that a joint does not keep, in words."""
        return tuple(
            f"{joint.before} to {joint.after} at {utc_text(joint.time_ms)}: {problem}"
            for joint in self.joints
            for problem in joint.problems
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """One part with its venue's whole history."""

    part: Part
    coin: str
    whole: Bars
    used: Bars
    funding: Funding | None
    end_ms: int
    """Up to when its settlements count."""


def splice(recipe: Recipe, histories: Histories) -> Spliced:
    """Put the parts of a recipe end to end; nothing is kept and no joint refused.

    Raises
    ------
    DataError
        If a venue has no such history, or none of it in its part.
    """
    step = interval_ms(recipe.interval)
    sources = [_source(recipe, index, histories) for index in range(len(recipe.part))]
    pairs = list(pairwise(sources))
    overlaps = [_overlap(before, after, recipe.overlap_days) for before, after in pairs]
    factors = [1.0]
    for overlap in reversed(overlaps):
        factors.insert(0, factors[0] * scale_of(overlap, recipe.join))
    pieces = [_scaled(source.used, factor) for source, factor in zip(sources, factors, strict=True)]
    joints = tuple(
        joint_of(_meeting(pair, pieces[index], pieces[index + 1], step), overlap, step, recipe.join, recipe.limits)
        for index, (pair, overlap) in enumerate(zip(pairs, overlaps, strict=True))
    )
    settled = [_settled(source, factor) for source, factor in zip(sources, factors, strict=True)]
    bars = Bars(*(np.concatenate([getattr(p, name) for p in pieces]) for name in ("time_ms", *PRICES, "volume")))
    return Spliced(
        recipe,
        bars,
        joined(settled, [source.end_ms for source in sources]),
        tuple(map(_stretch, sources, factors, settled, [step] * len(sources))),
        joints,
    )


def hash_bars(bars: Bars) -> str:
    """Return the sha256 of what bars say."""
    return hash_json([hash_array(getattr(bars, name)) for name in ("time_ms", *PRICES, "volume")])


def hash_funding(funding: Funding) -> str:
    """Return the sha256 of what settlements say; an oracle price that is unknown everywhere is none."""
    oracle = funding.oracle_price
    # One form for zero and for NaN, whatever the file that they were read from made of them.
    rate = funding.rate + 0.0
    known = None if oracle is None or np.isnan(oracle).all() else hash_array(np.where(np.isnan(oracle), np.nan, oracle))
    return hash_json([hash_array(funding.time_ms), hash_array(rate), known])


def _source(recipe: Recipe, index: int, histories: Histories) -> _Source:
    part = recipe.part[index]
    coin = recipe.coin_of(part)
    whole = _in_units(histories.read_bars(part.venue, coin, recipe.interval), part.units)
    following = recipe.part[index + 1].start if index + 1 < len(recipe.part) else None
    start_ms = int(whole.time_ms[0]) if part.start is None else milliseconds(part.start)
    ends = [milliseconds(day) for day in (part.end, following) if day is not None]
    last_ms = int(whole.time_ms[-1]) + interval_ms(recipe.interval)
    end_ms = min(ends, default=last_ms)
    rows = slice(*np.searchsorted(whole.time_ms, (start_ms, end_ms)).tolist())
    used = Bars(*(getattr(whole, name)[rows] for name in ("time_ms", *PRICES, "volume")))
    if not len(used):
        raise DataError(
            f"part {index + 1} of {recipe.venue}: {part.venue} has no bar of {coin} {recipe.interval} from "
            f"{utc_text(start_ms)} to {utc_text(end_ms)}; it has {utc_text(int(whole.time_ms[0]))} to "
            f"{utc_text(last_ms)}: change the days"
        )
    return _Source(part, coin, whole, used, histories.read_funding(part.venue, coin), end_ms)


def _in_units(bars: Bars, units: float) -> Bars:
    """Return bars as if the venue counted in the recipe's coin."""
    if units == 1.0:
        return bars
    return _changed(bars, 1.0 / units, units)


def _scaled(bars: Bars, factor: float) -> Bars:
    if factor == 1.0:
        return bars
    return _changed(bars, factor, 1.0)


def _changed(bars: Bars, price_factor: float, volume_factor: float) -> Bars:
    open_, high, low, close = (getattr(bars, name) * price_factor for name in PRICES)
    return Bars(bars.time_ms, open_, high, low, close, bars.volume * volume_factor)


def _overlap(before: _Source, after: _Source, days: int) -> Overlap:
    joint_ms = _joint_ms(after)
    return overlap_of(before.whole, after.whole, joint_ms - days * DAY_MS, joint_ms + days * DAY_MS)


def _joint_ms(after: _Source) -> int:
    assert after.part.start is not None
    return milliseconds(after.part.start)


def _meeting(pair: tuple[_Source, _Source], before: Bars, after: Bars, step: int) -> Meeting:
    return Meeting(
        time_ms=_joint_ms(pair[1]),
        before=pair[0].part.venue,
        after=pair[1].part.venue,
        step=float(after.open[0] / before.close[-1]) - 1.0,
        n_missing=(int(after.time_ms[0]) - int(before.time_ms[-1])) // step - 1,
    )


def _settled(source: _Source, factor: float) -> PartSettlements:
    part = source.part
    meaning = Meaning(part.funding, part.funding_hours, factor / part.units)
    start_ms = int(source.used.time_ms[0]) if part.start is None else milliseconds(part.start)
    return settlements_of(source.funding, start_ms, source.end_ms, meaning)


def _stretch(source: _Source, factor: float, settled: PartSettlements, step: int) -> Stretch:
    period = settled.period_ms
    return Stretch(
        venue=source.part.venue,
        coin=source.coin,
        first_ms=int(source.used.time_ms[0]),
        end_ms=int(source.used.time_ms[-1]) + step,
        n_bars=len(source.used),
        price_factor=factor,
        bars_sha256=hash_bars(source.used),
        n_settlements=len(settled.funding),
        funding_hours=None if period is None else period / 3_600_000,
        funding_sha256=None if period is None else hash_funding(settled.funding),
    )
