"""Bars, funding and contexts from Hyperliquid's archive of asset contexts; see ADR 21 for what these bars are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any, Literal, TypeVar

import numpy as np

from data.bars import Bars, Contexts, Funding
from data.errors import DataError
from data.hyperliquid.minutes import LATEST_SAMPLE_MS, minute_bars, settlements
from data.intervals import DAY_MS, MINUTE_MS, interval_ms
from data.lake_layout import BARS, CONTEXTS, FUNDING
from data.resampling import resample
from data.shown import near, shown
from data.sources.archive_days import ArchiveDays, day_at, midnight_ms
from data.sources.source import Batch, Estimate, Span

MID_VENUE, MARK_VENUE = "hyperliquid-archive", "hyperliquid-mark"
DOLLARS_A_GB = 0.114
"""What Amazon asks for traffic out of its dearest region that the bucket may be in; the first 100 GB a month may be
free."""
DOLLARS_A_REQUEST = 0.0004 / 1000
BYTES_A_MINUTE = 300e6
"""A guess, about 40 Mbit/s."""
SECONDS_A_DAY = 1.0
"""Reading a day and keeping it, about."""
LOOK_EACH_DAYS = 30
"""How many days apart are those in which a coin is looked for before it is called unknown."""
SHOWN_DAYS = 5
SHORTEST_PART_MS = 2 * DAY_MS

Price = Literal["mid", "mark"]
History = TypeVar("History", Bars, Funding, Contexts)


class ArchiveSource:
    """See `data.sources.source.Source`.

    Parameters
    ----------
    days
        Shared by the sources of both prices, so that a day is fetched once.
    price
        Which price bars are made of. Bars of the mid, with funding and contexts, are kept as those of the venue
        `hyperliquid-archive`; bars of the mark alone as those of `hyperliquid-mark`.
    """

    def __init__(self, days: ArchiveDays, price: Price = "mid") -> None:
        self._days, self._price = days, price
        self.venue = MID_VENUE if price == "mid" else MARK_VENUE
        self.kinds = (BARS, FUNDING, CONTEXTS) if price == "mid" else (BARS,)
        self._asked: dict[str, Span] = {}

    def describe(self) -> str:
        """Return what there is."""
        return (
            f"Hyperliquid's archive of contexts, a sample a minute since 2023-05-20: bars of the {self._price} price; "
            "Amazon S3, whoever reads pays for the traffic"
        )

    def served(self, span: Span) -> Span:
        """Return the part of a span between the first day that the archive has and the last."""
        step = MINUTE_MS if span.interval is None else interval_ms(span.interval)
        listed = list(self._days.listed())
        if not listed:
            return replace(span, end_ms=span.start_ms)
        first_ms, end_ms = midnight_ms(listed[0]), midnight_ms(listed[-1]) + DAY_MS
        start_ms = max(-(-span.start_ms // step) * step, first_ms)
        served = replace(span, start_ms=start_ms, end_ms=min(span.end_ms // step * step, end_ms))
        self._asked[span.coin] = served
        return served

    def lacks(self, span: Span) -> tuple[str, ...]:
        """Return which days the archive lacks."""
        days = [day for day in _days_of(span.start_ms, span.end_ms - 1) if day not in self._days.listed()]
        if not days:
            return ()
        named = ", ".join(map(str, days[:SHOWN_DAYS])) + (", ..." if len(days) > SHOWN_DAYS else "")
        return (f"the archive has no file of {len(days)} days: {named}",)

    def estimate(self, span: Span) -> Estimate:
        """Return what it takes to fetch the days that are not kept; those counted before are not counted again."""
        new = self._days.count_new(_days_of(span.start_ms, self._last_ms(span)))
        n_bytes = sum(stored.n_bytes for stored in new)
        dollars = n_bytes / 1e9 * DOLLARS_A_GB + len(new) * DOLLARS_A_REQUEST
        minutes = n_bytes / BYTES_A_MINUTE + len(new) * SECONDS_A_DAY / 60
        return Estimate(len(new), n_bytes / 1e6, dollars, minutes)

    def fetch(self, span: Span) -> Iterator[Batch]:
        """Yield a batch a month."""
        self._check_coin(span.coin)
        for start_ms, end_ms in months(span.start_ms, span.end_ms):
            yield self._batch(replace(span, start_ms=start_ms, end_ms=end_ms), earliest_ms=span.start_ms)

    def _batch(self, part: Span, earliest_ms: int) -> Batch:
        # A settlement is told by the sample before it, a bar is closed by the one behind it.
        before_ms = LATEST_SAMPLE_MS if part.kind is FUNDING else 0
        start_ms = max(part.start_ms - before_ms, earliest_ms)
        contexts, notes = self._samples(part.coin, start_ms, self._last_ms(part))
        if len(contexts) == 0:
            return Batch(None, notes)
        history: Bars | Funding | Contexts = _between(contexts, part.start_ms, part.end_ms)
        if part.kind is FUNDING:
            history = _between(settlements(contexts), part.start_ms, part.end_ms)
            notes = (*notes, "funding is estimated from the last sample before each settlement")
        if part.interval is not None:
            price = contexts.mid_price if self._price == "mid" else contexts.mark_price
            minutes = _between(minute_bars(contexts, price), part.start_ms, part.end_ms)
            history = resample(minutes, MINUTE_MS, interval_ms(part.interval))
        # One row alone cannot be judged; what is missing is asked for again with its neighbours.
        return Batch(history if len(history) > 1 else None, notes)

    def _last_ms(self, span: Span) -> int:
        return span.end_ms if span.kind is BARS else span.end_ms - 1

    def _samples(self, coin: str, start_ms: int, last_ms: int) -> tuple[Contexts, tuple[str, ...]]:
        """Return the contexts of a coin from one moment to another, both included."""
        parts: list[Contexts] = []
        notes: list[str] = []
        for day in _days_of(start_ms, last_ms):
            opened = self._days.open(day)
            if opened is None:
                continue
            notes += opened.notes
            found = opened.read(coin)
            if found is not None:
                parts.append(found)
        names = [item.name for item in fields(Contexts)]
        if not parts:
            return Contexts(np.empty(0, dtype=np.int64), *(np.empty(0) for _ in names[1:])), tuple(notes)
        joined = Contexts(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
        return _between(joined, start_ms, last_ms + 1), tuple(notes)

    def _check_coin(self, coin: str) -> None:
        asked = self._asked[coin]
        days = [day for day in _days_of(asked.start_ms, asked.end_ms - 1) if day in self._days.listed()]
        # From the newest on: who asks for a coin mostly asks for one that there is.
        looked = [*days[::-1][::LOOK_EACH_DAYS], *days[:1]]
        names: set[str] = set()
        for day in looked:
            opened = self._days.open(day)
            if opened is not None and coin in opened.rows:
                return
            names |= set(opened.rows) if opened is not None else set()
        if names:
            raise DataError(
                f"{self.venue} has no coin {shown(coin)} on {len(set(looked))} days from {looked[-1]} to {looked[0]}; "
                f"{near(coin, names)}"
            )


def _days_of(first_ms: int, last_ms: int) -> Sequence[date]:
    first, last = day_at(first_ms), day_at(last_ms)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def months(start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
    """Yield the calendar months of a range; what is shorter than two days at its ends goes with its neighbour.

    Two rows are needed to judge a batch: the bar of a single day would be left out, however often it is asked for.
    """
    while start_ms < end_ms:
        border_ms = _next_month_ms(start_ms)
        if border_ms - start_ms < SHORTEST_PART_MS:
            border_ms = _next_month_ms(border_ms)
        if end_ms - border_ms < SHORTEST_PART_MS:
            border_ms = end_ms
        yield start_ms, border_ms
        start_ms = border_ms


def _next_month_ms(time_ms: int) -> int:
    month = day_at(time_ms).replace(day=1)
    return midnight_ms((month + timedelta(days=32)).replace(day=1))


def _between(history: History, start_ms: int, end_ms: int) -> History:
    first, stop = np.searchsorted(history.time_ms, (start_ms, end_ms)).tolist()
    arrays: dict[str, Any] = {item.name: getattr(history, item.name) for item in fields(history)}
    cut: dict[str, Any] = {name: None if array is None else array[first:stop] for name, array in arrays.items()}
    return type(history)(**cut)
