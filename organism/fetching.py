"""Series of several coins from one source, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from data.errors import ConfigError
from data.fetching import Fetched, check_span, fetch
from data.hyperliquid.rest import MAINNET_URL, HyperliquidRest
from data.intervals import DAY_MS, interval_ms
from data.lake import Lake
from data.sources.hyperliquid import HyperliquidSource
from data.sources.source import Estimate, Source, Span

VENUES = ("hyperliquid",)
LAST_MS = 4_102_444_800_000
"""2100: whoever does not say until when asks for all that there is."""


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

    def spans(self) -> Iterator[Span]:
        """Yield the series, coin by coin, funding behind the bars of each.

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
            for interval in (self.interval, None) if self.has_funding else (self.interval,):
                span = Span(coin, interval, start_ms, end_ms)
                check_span(span)
                yield span


def fetch_all(lake: Lake, source: Source, wanted: Wanted, watch: Callable[[Fetched], None]) -> Iterator[Fetched]:
    """Bring each series into the lake and yield what was brought; see `data.fetching.fetch`."""
    for span in list(wanted.spans()):
        yield fetch(lake, source, span, watch)


def estimates(source: Source, wanted: Wanted) -> Sequence[tuple[Span, Estimate]]:
    """Return what each series will take, were nothing of it known."""
    served = [source.served(span) for span in wanted.spans()]
    return [(span, source.estimate(span)) for span in served]


def open_source(venue: str, url: str | None) -> Source:
    """Return the source of a venue.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    if venue not in VENUES:
        raise ConfigError(f"venue {venue!r} is none that can be asked; known are {', '.join(VENUES)}")
    return HyperliquidSource(HyperliquidRest(url or MAINNET_URL), venue)


def _milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
