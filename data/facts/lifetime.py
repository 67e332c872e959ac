"""From when to when a coin was traded, and how that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from data.facts.history import FactsHistory
from data.facts.observation import META
from data.intervals import DAY_MS, interval_ms
from data.lake import LakeEntry


class KnownBy(StrEnum):
    """How a date is known, the surest first."""

    FILE = "file"
    """Somebody wrote it down."""
    VENUE = "venue"
    """The venue said so: by then, for it was only then asked."""
    BARS = "bars"
    """There are bars from it, or up to it, and nothing else is known."""
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


def lifetimes(venue: str, facts: FactsHistory, entries: Sequence[LakeEntry]) -> Mapping[str, Lifetime]:
    """Return the lifetimes of all coins of a venue about which anything is known, by coin.

    Parameters
    ----------
    entries
        What the lake has; other venues' are left out.
    """
    spans: dict[str, tuple[int, int]] = {}
    for entry in entries:
        if entry.venue == venue and entry.interval is not None:
            first, end = spans.get(entry.coin, (entry.first_ms, 0))
            spans[entry.coin] = (min(first, entry.first_ms), max(end, entry.last_ms + interval_ms(entry.interval)))
    latest = max((end for _, end in spans.values()), default=0)
    coins = sorted({*spans, *facts.coins})
    return {coin: _lifetime(coin, facts, spans.get(coin), latest) for coin in coins}


def _lifetime(coin: str, facts: FactsHistory, span: tuple[int, int] | None, latest_ms: int) -> Lifetime:
    listed = _listed(coin, facts, span)
    delisted = _delisted(coin, facts, span, latest_ms)
    is_gone = delisted[0] is not None or _is_flagged(coin, facts)
    return Lifetime(coin, *listed, *delisted, is_gone)


def _listed(coin: str, facts: FactsHistory, span: tuple[int, int] | None) -> tuple[int | None, KnownBy]:
    written = [row.listed_ms for row, _ in facts.of(coin) if row.listed_ms is not None]
    if written:
        return written[-1], KnownBy.FILE
    own = [row.from_ms for row, source in facts.of(coin) if source == META]
    # A coin that an earlier look did not show was listed between the two.
    seen_ms = own[0] if own and facts.first_look_ms is not None and own[0] > facts.first_look_ms else None
    if seen_ms is not None and (span is None or seen_ms < span[0]):
        return seen_ms, KnownBy.VENUE
    return (None, KnownBy.NOTHING) if span is None else (span[0], KnownBy.BARS)


def _delisted(
    coin: str, facts: FactsHistory, span: tuple[int, int] | None, latest_ms: int
) -> tuple[int | None, KnownBy]:
    written = [row.delisted_ms for row, _ in facts.of(coin) if row.delisted_ms is not None]
    if written:
        return written[-1], KnownBy.FILE
    flags = [(row.from_ms, row.is_delisted) for row, source in facts.of(coin) if source == META]
    if flags and flags[-1][1]:
        since = next(seen for index, (seen, _) in enumerate(flags) if all(flag for _, flag in flags[index:]))
        # It was gone when it was looked at; bars say when it went.
        if span is not None and span[1] <= since:
            return span[1], KnownBy.BARS
        return (since, KnownBy.VENUE) if since != facts.first_look_ms else (None, KnownBy.NOTHING)
    if flags or span is None or latest_ms - span[1] < DAY_MS:
        return None, KnownBy.NOTHING
    return span[1], KnownBy.BARS


def _is_flagged(coin: str, facts: FactsHistory) -> bool:
    flags = [row.is_delisted for row, source in facts.of(coin) if source == META]
    return bool(flags and flags[-1])
