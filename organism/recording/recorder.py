"""Records a venue: listens, writes down each second, and lets the keeper bring it into the lake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path

from data.clock import Clock
from data.hyperliquid.events import Complained, Connected, Event, Heard, Lost, Unreachable
from data.hyperliquid.stream import VenueStream
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle
from data.intervals import HOUR_MS
from data.recording.bar_watch import BarWatch, Series
from data.recording.journal import Journal, segments
from data.recording.records import Record
from organism.recording.keeper import Keeper
from organism.recording.patience import Patience
from organism.recording.recorded import Outage, Progress, Recorded
from organism.recording.venue_time import VenueTime

FLUSH_S = 1.0
"""What was heard is on the disk after so long, with one flush for all of it."""
FILL_S = 600.0
"""Between two rounds of asking for what the stream did not tell: each makes a file of every series in question."""
KEEP_MS = 4 * HOUR_MS
"""Between two compactions, each of which makes a file of everything."""
KEEP_AFTER_MS = 90_000
"""After the hour, when its last bar is settled."""
LAST_S = 300.0
"""How long the venue is waited for at the end."""
MOST_NOTES = 20


class Recorder:
    """One recording, from its beginning to its end.

    Parameters
    ----------
    stream
        Feeds of the candles, contexts and quotes that are wanted.
    keeper, patience
        What takes time, and the end of its waits.
    journal, folder
        Where records go first.
    clock, time
        Of every wait, and the venue's.
    hours
        After which it ends, by the venue's clock; None for never.
    watch
        Told each second how it stands.
    """

    def __init__(
        self,
        stream: VenueStream,
        keeper: Keeper,
        journal: Journal,
        *,
        clock: Clock,
        time: VenueTime,
        patience: Patience,
        hours: float | None,
        watch: Callable[[Progress], None],
    ) -> None:
        self._stream, self._keeper, self._journal = stream, keeper, journal
        self._clock, self._time, self._patience, self._watch = clock, time, patience, watch
        self._from_ms, self._began_s = time.now_ms(), clock.seconds()
        self._end_ms = None if hours is None else self._from_ms + round(hours * HOUR_MS)
        self._bars = BarWatch(keeper.series, self._from_ms)
        self._newest: dict[tuple[type, str], Record] = {}
        self._is_connected, self._kept = False, 0
        self._outages: list[Outage] = []
        self._notes: list[str] = []
        self._wanted: set[Series] = set()
        self._keep_ms, self._fill_s = self._from_ms, 0.0

    async def run(self, stop: asyncio.Event) -> Recorded:
        """Record until told to stop, or the end has come; then bring everything into the lake.

        Raises
        ------
        OSError
            If the disk is full or fails; what was kept before is on it.
        """
        listening = asyncio.create_task(self._listen())
        with ThreadPoolExecutor(1, thread_name_prefix="keeper") as pool:
            work = self._next_work(pool)
            try:
                while not (stop.is_set() or self._is_over()):
                    await self._clock.sleep(FLUSH_S)
                    self._write()
                    if work is None or work.done():
                        work = self._next_work(pool, work)
                    if listening.done():
                        # It ends by an error alone.
                        listening.result()
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
                self._patience.end()
            self._write()
            if work is not None:
                await asyncio.wrap_future(work)
            self._patience.renew(LAST_S)
            end_ms = self._keeper.end_ms = self._time.now_ms()
            last = pool.submit(self._keeper.keep, self._closed_segments())
            problems = await asyncio.wrap_future(last)
            gaps = await asyncio.wrap_future(pool.submit(self._keeper.gaps))
        return Recorded(
            from_ms=self._from_ms,
            to_ms=end_ms,
            kept=self._kept,
            bars=self._bars.counts,
            stream=self._stream.counts,
            compacted=self._keeper.compacted,
            n_bars=self._keeper.n_bars,
            n_settlements=self._keeper.n_settlements,
            outages=tuple(self._outages),
            gaps=tuple(gaps),
            problems=tuple(problems),
            notes=tuple(self._notes),
        )

    def _is_over(self) -> bool:
        return self._end_ms is not None and self._time.now_ms() >= self._end_ms

    async def _listen(self) -> None:
        async with aclosing(self._stream.events()) as events:
            async for event in events:
                self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case Heard(frame=Candle() as candle):
                self._bars.hear(candle, self._time.now_ms())
            case Heard(frame=AssetContext() as context):
                self._observe(context, event.at_ms)
            case Heard(frame=BestBidOffer() as quote):
                self._time.told(quote.time_ms)
                self._bars.told(quote.time_ms)
                self._observe(quote, event.at_ms)
            case Connected():
                self._connected(event)
            case Lost():
                self._bars.lost()
                self._is_connected = False
                self._note(event.reason)
            case Unreachable(reason=words) | Complained(text=words):
                self._note(words)

    def _observe(self, told: AssetContext | BestBidOffer, at_ms: int) -> None:
        """Take up a context or quote, unless it says what the one before it said."""
        key, moment_ms = (type(told), told.coin), self._time.of(at_ms)
        newest = self._newest.get(key)
        if newest is None or newest.told != told:
            # A context has no other time: no two of a coin may have one.
            record = Record(moment_ms if newest is None else max(moment_ms, newest.received_ms + 1), told)
            self._newest[key] = record
            self._journal.append(record)

    def _connected(self, event: Connected) -> None:
        self._bars.connected()
        self._is_connected = True
        if event.lost_since_ms is not None:
            self._outages.append(Outage(self._time.of(event.lost_since_ms), self._time.of(event.at_ms)))
            self._wanted.update(self._keeper.series)
        for one in event.refused:
            self._note(f"the venue refuses {one}")

    def _note(self, text: str) -> None:
        if text not in self._notes and len(self._notes) < MOST_NOTES:
            self._notes.append(text)

    def _write(self) -> None:
        """Bring everything that was heard onto the disk, and say how it stands."""
        now_ms = self._time.now_ms()
        settled = self._bars.settle(now_ms)
        self._wanted |= settled.missed
        for candle in settled.whole:
            self._journal.append(Record(now_ms, candle))
        self._kept += self._journal.flush()
        if self._journal.is_full:
            self._journal.close()
        self._watch(self._progress())

    def _progress(self) -> Progress:
        heard_ms = self._stream.heard_ms
        return Progress(
            is_connected=self._is_connected,
            bars=self._bars.counts.whole,
            kept=self._kept,
            rate=self._kept / max(self._clock.seconds() - self._began_s, 1.0),
            age_s=None if heard_ms is None else max(0, self._clock.now_ms() - heard_ms) / 1000.0,
            reconnects=max(0, self._stream.counts.connections - 1),
            outages=len(self._outages),
        )

    def _next_work(self, pool: ThreadPoolExecutor, done: Future[list[str]] | None = None) -> Future[list[str]] | None:
        """Begin what is due: a compaction, or a round of asking for what the stream did not tell."""
        if done is not None and done.result():
            # It did not come whole, and is asked for again.
            self._wanted.update(self._keeper.series)
        now_ms, now_s = self._time.now_ms(), self._clock.seconds()
        if now_ms >= self._keep_ms:
            self._keep_ms = (now_ms // KEEP_MS + 1) * KEEP_MS + KEEP_AFTER_MS
            self._fill_s = now_s + FILL_S
            self._wanted.clear()
            return pool.submit(self._keeper.keep, self._closed_segments())
        if self._wanted and now_s >= self._fill_s:
            self._fill_s = now_s + FILL_S
            wanted, self._wanted = self._wanted, set()
            return pool.submit(self._keeper.fill, wanted)
        return None

    def _closed_segments(self) -> Sequence[Path]:
        """Return every segment there is; whatever is kept from now on goes into another."""
        self._journal.close()
        return segments(self._journal.folder)
