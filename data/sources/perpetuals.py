"""Bars and funding of perpetuals from venues that keep all of their history, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from data.bars import Bars, Funding
from data.errors import DataError
from data.intervals import DAY_MS, HOUR_MS, interval_ms
from data.lake_layout import BARS, FUNDING
from data.shown import near, shown
from data.sources.ccxt_venues import CcxtVenue
from data.sources.source import Batch, Estimate, Span

CANDLE_BYTES, SETTLEMENT_BYTES = 130, 80
"""About so many on the wire."""
SECONDS_A_REQUEST = 0.25
"""About: the venues allow more, and answer no faster."""
FIRST_FUNDING_MS = 1_567_900_800_000
"""2019-09-08: no perpetual of theirs that is paid in USDT was settled before."""
USUAL_FUNDING_MS = 8 * HOUR_MS
PERCENT_RATE = 0.003
"""A median settlement above it, of at least `ENOUGH_RATES`, is a percentage: that would be 300 % a year."""
ENOUGH_RATES = 30

Rows = list[list[float]]


class PerpetualSource:
    """See `data.sources.source.Source`.

    Parameters
    ----------
    venue
        Name under which the lake keeps what comes from here.
    """

    def __init__(self, api: CcxtVenue, venue: str) -> None:
        self._api, self.venue, self.kinds = api, venue, (BARS, FUNDING)
        self._coins: dict[str, tuple[str, int | None]] | None = None

    def describe(self) -> str:
        """Return what there is."""
        days = self._api.dialect.funding_days
        funding = "funding too" if days is None else f"funding of the last {days} days"
        return f"{self._api.dialect.title}: bars of its USDT perpetuals since they were listed, {funding}; free"

    def served(self, span: Span) -> Span:
        """Return what the venue has of a span now, by its own clock."""
        symbol, listed_ms = self._contract(span.coin)
        now_ms, days = self._api.time_ms(), self._api.dialect.funding_days
        if span.interval is None:
            oldest_ms = FIRST_FUNDING_MS if days is None else now_ms - days * DAY_MS
            return replace(span, start_ms=max(span.start_ms, oldest_ms), end_ms=min(span.end_ms, now_ms))
        known = self._api.intervals()
        if span.interval not in known:
            raise DataError(f"{self.venue} has no bars of {shown(span.interval)}; it has {', '.join(known)}")
        step = interval_ms(span.interval)
        # The bar that is not over is nobody's yet.
        end_ms = min(span.end_ms, now_ms) // step * step
        # Of a contract that does not say when it was listed nobody asks for the years before there was any.
        start_ms = -(-max(span.start_ms, FIRST_FUNDING_MS) // step) * step
        first_ms = self._api.first_ms(symbol, span.interval, start_ms, listed_ms)
        return replace(span, start_ms=end_ms if first_ms is None else -(-first_ms // step) * step, end_ms=end_ms)

    def lacks(self, span: Span) -> tuple[str, ...]:
        """Return nothing: what it lacks, the venue does not say."""
        del span
        return ()

    def estimate(self, span: Span) -> Estimate:
        """Return requests, traffic and minutes."""
        dialect, length_ms = self._api.dialect, max(0, span.end_ms - span.start_ms)
        if span.interval is None:
            page, size, count = dialect.page_settlements, SETTLEMENT_BYTES, length_ms // USUAL_FUNDING_MS
        else:
            page, size, count = dialect.page_candles, CANDLE_BYTES, length_ms // interval_ms(span.interval)
        # Of funding one request more says that there is no more.
        requests = -(-count // page) + (span.interval is None and length_ms > 0)
        return Estimate(requests, count * size / 1e6, 0.0, requests * SECONDS_A_REQUEST / 60)

    def fetch(self, span: Span) -> Iterator[Batch]:
        """Yield bars that are over, or settlements that were made, in order of time."""
        symbol, _ = self._contract(span.coin)
        if span.interval is None:
            yield from self._funding(symbol, span)
            return
        step = interval_ms(span.interval)
        page_ms = self._api.dialect.page_candles * step
        for start_ms in range(span.start_ms, span.end_ms, page_ms - step):
            # Each page begins with the last bar of the one before, so that none has a row alone.
            end_ms = min(start_ms + page_ms, span.end_ms)
            rows, n_cut = self._page(symbol, span.interval, start_ms, end_ms)
            if len(rows) > 1:
                notes = (f"{span.words}: {self.venue} cut pages short; the rest was asked for again",) * bool(n_cut)
                yield Batch(_bars(rows), notes)
            if end_ms == span.end_ms:
                return

    def _page(self, symbol: str, interval: str, start_ms: int, end_ms: int) -> tuple[Rows, int]:
        """Return the bars of a range, and how often the venue gave less of them than it had without saying so."""
        step, n_cut = interval_ms(interval), 0
        rows = self._api.candles(symbol, interval, start_ms, end_ms)
        edges = {"head", "tail"} if rows else set()
        while edges:
            # What lacks at an end may not exist, or the venue may have given only the newest, or only the oldest.
            edge = min(edges)
            first_ms, behind_ms = (start_ms, int(rows[0][0])) if edge == "head" else (int(rows[-1][0]) + step, end_ms)
            more = self._api.candles(symbol, interval, first_ms, behind_ms) if first_ms < behind_ms else []
            if not more:
                edges.discard(edge)
                continue
            n_cut += 1
            rows = [*more, *rows] if edge == "head" else [*rows, *more]
        return rows, n_cut

    def _funding(self, symbol: str, span: Span) -> Iterator[Batch]:
        pages: Rows = []
        start_ms, end_ms = span.start_ms, span.end_ms
        while start_ms < end_ms:
            found = self._api.funding(symbol, start_ms, end_ms)
            if not found:
                break
            pages += found
            if self._api.dialect.last_inclusive:
                start_ms = int(found[-1][0]) + 1
            else:
                end_ms = int(found[0][0])
        if len(pages) > 1:
            yield Batch(_settlements(sorted(pages), f"{self.venue} {span.words}"))

    def _contract(self, coin: str) -> tuple[str, int | None]:
        if self._coins is None:
            self._coins = self._api.coins()
        if coin not in self._coins:
            raise DataError(f"{self.venue} has no coin {shown(coin)}; {near(coin, self._coins)}")
        return self._coins[coin]


def _bars(rows: Rows) -> Bars:
    time_ms, *columns = (np.array(column) for column in zip(*rows, strict=True))
    return Bars(time_ms.astype(np.int64), *(column.astype(np.float64) for column in columns))


def _settlements(rows: Rows, subject: str) -> Funding:
    time_ms = np.array([row[0] for row in rows], dtype=np.int64)
    rates = np.array([row[1] for row in rows], dtype=np.float64)
    usual = float(np.median(np.abs(rates)))
    if rates.size >= ENOUGH_RATES and usual > PERCENT_RATE:
        raise DataError(
            f"{subject}: half of the settlements are above {usual:g}, as percentages are; allowed are fractions of "
            f"the position, mostly below {PERCENT_RATE:g}: mixed units"
        )
    return Funding(time_ms, rates)
