"""From when to when a coin was traded, and how that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from data.alignment import ENDED_MS
from data.facts.history import FactsHistory
from data.facts.observation import META
from data.intervals import interval_ms

if TYPE_CHECKING:
    # Whoever maps a snapshot into memory needs neither Parquet nor DuckDB.
    from data.lake_entries import LakeEntry


class KnownBy(StrEnum):
    """How a date is known, the surest first."""

    FILE = "file"
    """Somebody wrote it down."""
    VENUE = "venue"
    """The venue said so: by then, for it was only then asked."""
    BARS = "bars"
    """There are bars or settlements from it, or bars up to it, and nothing else is known."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When a coin was traded at a venue, as far as is known."""

    coin: str
    listed_ms: int | None
    listed_by: KnownBy
    delisted_ms: int | None
    """None while it is traded; of a coin that is gone and has no bars also where nobody knows since when."""
    delisted_by: KnownBy
    is_gone: bool
    """Whether it is no longer traded, or its bars end while those of others go on."""

    def is_traded_at(self, time_ms: int) -> bool:
        """Tell whether it was traded at a moment; of a coin without any date nobody knows, and it was not."""
        if self.listed_ms is None or self.listed_ms > time_ms:
            return False
        return self.delisted_ms is None or time_ms < self.delisted_ms


def said_listed(coin: str, facts: FactsHistory) -> int | None:
    """Return when the last file that says so says that a coin was listed; None if none does."""
    written = [row.listed_ms for row in facts.written(coin) if row.listed_ms is not None]
    return written[-1] if written else None


def said_delisted(coin: str, facts: FactsHistory) -> int | None:
    """Return when the last file that says so says that a coin was delisted; None if none does."""
    written = [row.delisted_ms for row in facts.written(coin) if row.delisted_ms is not None]
    return written[-1] if written else None


def lifetimes(venue: str, facts: FactsHistory, entries: Sequence[LakeEntry]) -> Mapping[str, Lifetime]:
    """Return the lifetimes of all coins of a venue about which anything is known, by coin.

    Parameters
    ----------
    entries
        What the lake has; other venues' are left out.
    """
    spans = _spans([entry for entry in entries if entry.venue == venue])
    coins = sorted({*spans, *facts.coins})
    return {coin: _lifetime(coin, facts, spans.get(coin)) for coin in coins}


@dataclass(frozen=True, slots=True)
class _Span:
    first_ms: int
    """Open of the first bar, or the first settlement."""
    end_ms: int
    """Close of the last bar."""
    has_ended: bool
    """Whether bars of other coins, of the same interval, go on for a day or more."""


def _spans(entries: Sequence[LakeEntry]) -> Mapping[str, _Span]:
    latest: dict[str | None, int] = {}
    for entry in entries:
        latest[entry.interval] = max(latest.get(entry.interval, 0), entry.last_ms)
    of_coin: dict[str, list[LakeEntry]] = {}
    for entry in entries:
        of_coin.setdefault(entry.coin, []).append(entry)
    found = {}
    for coin, all_own in of_coin.items():
        own = [entry for entry in all_own if entry.interval is not None]
        if not own:
            continue
        found[coin] = _Span(
            # Settlements reach back further than the bars that a venue serves.
            min(entry.first_ms for entry in all_own),
            max(entry.last_ms + interval_ms(entry.interval or "") for entry in own),
            all(latest[entry.interval] - entry.last_ms >= ENDED_MS for entry in own),
        )
    return found


def _lifetime(coin: str, facts: FactsHistory, span: _Span | None) -> Lifetime:
    flags = [(row.from_ms, bool(row.is_delisted)) for row, source in facts.of(coin) if source == META]
    listed, delisted = _listed(coin, facts, span), _delisted(coin, facts, span, flags)
    return Lifetime(coin, *listed, *delisted, is_gone=delisted[0] is not None or bool(flags and flags[-1][1]))


def _listed(coin: str, facts: FactsHistory, span: _Span | None) -> tuple[int | None, KnownBy]:
    written = said_listed(coin, facts)
    if written is not None:
        return written, KnownBy.FILE
    looks = [row.from_ms for row, source in facts.of(coin) if source == META]
    # A coin that an earlier look did not show was listed between the two.
    is_new = bool(looks) and facts.first_look_ms is not None and looks[0] > facts.first_look_ms
    if is_new and (span is None or looks[0] < span.first_ms):
        return looks[0], KnownBy.VENUE
    return (None, KnownBy.NOTHING) if span is None else (span.first_ms, KnownBy.BARS)


def _delisted(
    coin: str, facts: FactsHistory, span: _Span | None, flags: Sequence[tuple[int, bool]]
) -> tuple[int | None, KnownBy]:
    written = said_delisted(coin, facts)
    if written is not None:
        return written, KnownBy.FILE
    if not flags:
        return (span.end_ms, KnownBy.BARS) if span is not None and span.has_ended else (None, KnownBy.NOTHING)
    if not flags[-1][1]:
        return None, KnownBy.NOTHING
    since = next(seen for row, (seen, _) in enumerate(flags) if all(flag for _, flag in flags[row:]))
    # It was gone when the venue was asked; bars say when it went.
    if span is not None and span.end_ms <= since:
        return span.end_ms, KnownBy.BARS
    return (None, KnownBy.NOTHING) if since == facts.first_look_ms else (since, KnownBy.VENUE)
