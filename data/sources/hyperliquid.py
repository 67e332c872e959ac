"""Bars and funding of Hyperliquid's perpetuals, as far back as the venue serves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from data.bars import Bars, Funding
from data.errors import DataError
from data.facts.observation import Observation, seen
from data.hyperliquid.limiter import weight_of
from data.hyperliquid.rest import HyperliquidRest
from data.hyperliquid.wire import Candle, FundingSettlement
from data.intervals import HOUR_MS, interval_ms, utc_text
from data.lake_layout import BARS, FUNDING
from data.shown import near, shown
from data.sources.source import Batch, Estimate, Span

SERVED_CANDLES = 5_000
"""Newest ones of each coin and interval; those before are nowhere to be had over HTTP."""
PAGE_CANDLES = 2_000
PAGE_SETTLEMENTS = 500
FIRST_FUNDING_MS = 1_683_849_600_000
"""2023-05-12: before, the venue has no funding."""
CANDLE_BYTES, SETTLEMENT_BYTES = 150, 110
"""About so many on the wire."""
WEIGHT_PER_MINUTE = 1_200


class HyperliquidSource:
    """See `data.sources.source.Source`.

    Parameters
    ----------
    venue
        Name under which the lake keeps what comes from here.
    """

    def __init__(self, rest: HyperliquidRest, venue: str = "hyperliquid") -> None:
        self._rest, self.venue, self.kinds = rest, venue, (BARS, FUNDING)

    def describe(self) -> str:
        """Return what there is."""
        return (
            f"Hyperliquid: the newest {SERVED_CANDLES:,} bars of each interval (1h: 208 days), "
            f"funding since {utc_text(FIRST_FUNDING_MS)}; free, {WEIGHT_PER_MINUTE:,} weight a minute"
        )

    def observed_coins(self) -> Observation:
        """Return what the venue says of its coins now, by its own clock."""
        return seen(self.venue, self._rest.meta(), self._rest.time_ms())

    def served(self, span: Span) -> Span:
        """Return what the venue has of a span now, by its own clock."""
        self._check_coin(span.coin)
        now_ms = self._rest.time_ms()
        if span.interval is None:
            return replace(span, end_ms=min(span.end_ms, now_ms))
        step = interval_ms(span.interval)
        running_ms = now_ms // step * step
        oldest_ms = running_ms - (SERVED_CANDLES - 1) * step
        start_ms = max(-(-span.start_ms // step) * step, oldest_ms)
        return replace(span, start_ms=start_ms, end_ms=min(span.end_ms // step * step, running_ms))

    def lacks(self, span: Span) -> tuple[str, ...]:
        """Return nothing: what it lacks, the venue does not say."""
        del span
        return ()

    def estimate(self, span: Span) -> Estimate:
        """Return requests, traffic and minutes."""
        if span.interval is None:
            page, size, kind = PAGE_SETTLEMENTS, SETTLEMENT_BYTES, "fundingHistory"
            count = max(0, span.end_ms - max(span.start_ms, FIRST_FUNDING_MS)) // HOUR_MS
        else:
            page, size, kind = PAGE_CANDLES, CANDLE_BYTES, "candleSnapshot"
            count = max(0, span.end_ms - span.start_ms) // interval_ms(span.interval)
        requests = -(-count // page)
        minutes = requests * weight_of({"type": kind}, min(count, page)) / WEIGHT_PER_MINUTE
        return Estimate(requests, count * size / 1e6, 0.0, minutes)

    def fetch(self, span: Span) -> Iterator[Batch]:
        """Yield bars that are over, or settlements that were made, in order of time."""
        if span.interval is None:
            yield from self._funding(span)
        else:
            yield from self._bars(span, span.interval)

    def _bars(self, span: Span, interval: str) -> Iterator[Batch]:
        step = interval_ms(interval)
        for page_ms in range(span.start_ms, span.end_ms, PAGE_CANDLES * step):
            first_ms = max(span.start_ms, page_ms - step)
            end_ms = min(page_ms + PAGE_CANDLES * step, span.end_ms)
            found = self._rest.candles(span.coin, interval, first_ms, end_ms - 1, (end_ms - first_ms) // step)
            # The venue adds the candle that holds the first moment, and may add one that is not over.
            kept = [candle for candle in found if first_ms <= candle.open_ms < end_ms]
            untraded = sum(candle.n_trades == 0 for candle in kept)
            notes = (
                f"{untraded} bars of {span.words} from {utc_text(first_ms)} on without a trade: made up by the venue",
            )
            if len(kept) > 1:
                yield Batch(_bars_of(kept), notes if untraded else ())

    def _funding(self, span: Span) -> Iterator[Batch]:
        start_ms = span.start_ms
        while True:
            found = self._rest.funding(span.coin, start_ms, span.end_ms - 1, PAGE_SETTLEMENTS)
            if len(found) < 2:
                return
            latest_ms = found[-1].time_ms
            if not start_ms <= found[0].time_ms < latest_ms < span.end_ms:
                raise DataError(
                    f"{span.words} from {utc_text(start_ms)} to {utc_text(span.end_ms)}: received settlements from "
                    f"{utc_text(found[0].time_ms)} to {utc_text(latest_ms)}; they are not kept, try again"
                )
            yield Batch(_funding_of(found))
            # The last one again: whatever comes next has a row that is known.
            start_ms = latest_ms

    def _check_coin(self, coin: str) -> None:
        names = [asset.name for asset in self._rest.meta()]
        if coin not in names:
            raise DataError(f"{self.venue} has no coin {shown(coin)}; {near(coin, names)}")


def _bars_of(candles: Sequence[Candle]) -> Bars:
    columns = ("open", "high", "low", "close", "volume")
    times = np.array([candle.open_ms for candle in candles], dtype=np.int64)
    return Bars(times, *(np.array([getattr(candle, name) for candle in candles], dtype=np.float64) for name in columns))


def _funding_of(settlements: Sequence[FundingSettlement]) -> Funding:
    times = np.array([one.time_ms for one in settlements], dtype=np.int64)
    return Funding(times, np.array([one.rate for one in settlements], dtype=np.float64))
