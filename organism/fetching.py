"""Series of several coins from one source, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol, runtime_checkable

from data.errors import ConfigError
from data.facts.observation import Observation
from data.facts.store import keep_observation
from data.fetching import Fetched, check_span, fetch
from data.intervals import DAY_MS, interval_ms
from data.lake import Lake
from data.lake_layout import CONTEXTS, FUNDING
from data.sources.source import Estimate, Source, Span

LAST_MS = 4_102_444_800_000
"""2100: whoever does not say until when asks for all that there is."""


@runtime_checkable
class KnowsCoins(Protocol):
    """A source that can say what its venue knows of its coins."""

    def observed_coins(self) -> Observation: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a source."""

    coins: tuple[str, ...]
    interval: str
    has_funding: bool
    start: date | None = None
    """First day, UTC; None for as far back as there is."""
    end: date | None = None
    """Last day, UTC, included; None for the present."""

    def spans(self, source: Source) -> Iterator[Span]:
        """Yield the series that a source has, coin by coin, bars of each first.

        Raises
        ------
        ConfigError
            If no coin is named, one is named twice, or the interval is unknown.
        DataError
            If the range ends before it begins.
        """
        interval_ms(self.interval)
        if not self.coins or len(set(self.coins)) != len(self.coins):
            raise ConfigError(f"coins are {', '.join(self.coins) or 'none'}; name each once: --coins BTC,ETH")
        start_ms = 0 if self.start is None else _milliseconds(self.start)
        end_ms = LAST_MS if self.end is None else _milliseconds(self.end) + DAY_MS
        for coin in self.coins:
            for kind in source.kinds:
                if kind is FUNDING and not self.has_funding:
                    continue
                interval = self.interval if kind.has_interval else None
                span = Span(coin, interval, start_ms, end_ms, kind is CONTEXTS)
                check_span(span)
                yield span


def fetch_all(
    lake: Lake, sources: Sequence[Source], wanted: Wanted, watch: Callable[[Fetched], None]
) -> Iterator[Fetched]:
    """Bring each series into the lake and yield what was brought; see `data.fetching.fetch`.

    What a venue says of its coins is kept as well, with the moment at which it said so.
    """
    series = series_of(sources, wanted)
    for source in sources:
        if isinstance(source, KnowsCoins):
            keep_observation(lake.root, source.observed_coins())
    for source, span in series:
        yield fetch(lake, source, span, watch)


def estimates(sources: Sequence[Source], wanted: Wanted) -> Sequence[tuple[str, Span, Estimate]]:
    """Return the venue of each series, what is served of it, and what that will take, were nothing of it known."""
    served = [(source, source.served(span)) for source, span in series_of(sources, wanted)]
    return [(source.venue, span, source.estimate(span)) for source, span in served]


def series_of(sources: Sequence[Source], wanted: Wanted) -> Sequence[tuple[Source, Span]]:
    """Return every series that is wanted, with where it is from; see `Wanted.spans` for what is refused."""
    return [(source, span) for source in sources for span in wanted.spans(source)]


def _milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
