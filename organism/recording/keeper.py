"""The part of recording that waits for disk and venue: gaps filled over HTTP, the journal brought into the lake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from data.bars import Bars
from data.coverage import Run
from data.errors import FoundryError
from data.facts.store import keep_observation
from data.fetching import Fetched, fetch
from data.intervals import HOUR_MS, interval_ms
from data.lake import Lake
from data.lake_layout import BARS
from data.recording.bar_watch import Series
from data.recording.compaction import Compacted, compact
from data.recording.quotes import quotes_folder
from data.sources.hyperliquid import HyperliquidSource
from data.sources.source import Span
from organism.recording.venue_time import VenueTime

SETTLED_MS = 10_000
"""How long a bar has to be over before it is asked for: the venue may still be adding to one that has just ended."""
FUNDING_BACK_MS = 2 * HOUR_MS
"""A history of funding begins with two settlements."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Bars that are over, and that nobody has."""

    series: Series
    run: Run


class Keeper:
    """Everything here may take seconds or minutes, and is done by one thread.

    Parameters
    ----------
    source
        Of the venue, over HTTP.
    series
        Coins and intervals that are recorded.
    time
        Of the venue; set by what it says over HTTP.
    measure
        Asks the venue for its time.
    """

    def __init__(
        self,
        lake: Lake,
        source: HyperliquidSource,
        series: Sequence[Series],
        time: VenueTime,
        measure: Callable[[], int],
    ) -> None:
        self._lake, self._source, self._time, self._measure = lake, source, time, measure
        self.series, self.coins = tuple(series), tuple(dict.fromkeys(coin for coin, _ in series))
        self._since_ms: dict[Series, int] = {}
        self.compacted = Compacted()
        self.n_bars = self.n_settlements = 0
        """Rows that came into the lake over HTTP."""
        self.end_ms: int | None = None
        """What begins later is left alone; None while there is no end."""

    def begin(self) -> None:
        """Ask the venue for every series once, so that one that it does not have is refused before anything is kept.

        What is recorded goes on from the last bar of the lake, or begins with the last bars that are over.
        """
        self._set_time()
        known_ms = {
            (entry.coin, entry.interval): entry.last_ms
            for entry in self._lake.list()
            if (entry.kind, entry.venue) == (BARS, self._source.venue)
        }
        for series in self.series:
            coin, interval = series
            quotes_folder(self._lake.root, self._source.venue, coin)
            self._source.served(Span(coin, interval, 0, self._time.now_ms()))
            step_ms = interval_ms(interval)
            begun_ms = self._time.now_ms() // step_ms * step_ms - 2 * step_ms
            self._since_ms[series] = min(known_ms.get(series, begun_ms), begun_ms)
        # Lots, leverage and who is delisted, as of today.
        keep_observation(self._lake.root, self._source.observed_coins())

    def fill(self, wanted: Iterable[Series]) -> list[str]:
        """Bring the bars that are over and not in the lake; return what went wrong."""
        return [problem for one in sorted(wanted) if (problem := self._tried(partial(self._fill, one)))]

    def keep(self, paths: Sequence[Path]) -> list[str]:
        """Bring everything into the lake: segments of the journal, bars that the stream did not tell, funding."""
        problems = [self._tried(self._set_time), self._tried(partial(self._compact, paths)), *self.compacted.problems]
        problems += self.fill(self.series)
        problems += [self._tried(partial(self._fund, coin)) for coin in self.coins]
        return [text for text in dict.fromkeys(problems) if text]

    def gaps(self) -> list[Gap]:
        """Return the bars that are over and missing, in runs."""
        found = []
        for series in self.series:
            step_ms = interval_ms(series[1])
            since_ms, end_ms = self._since_ms[series], self._until_ms() // step_ms * step_ms
            bars = self._lake.read_bars_between(self._source.venue, *series, since_ms, max(since_ms, end_ms))
            missing = np.setdiff1d(np.arange(since_ms, end_ms, step_ms), bars.time_ms)
            for run in np.split(missing, np.flatnonzero(np.diff(missing) > step_ms) + 1):
                if run.size:
                    found.append(Gap(series, Run(int(run[0]), int(run[-1]), run.size)))
        return found

    def _set_time(self) -> None:
        self._time.measured(self._measure())

    def _compact(self, paths: Sequence[Path]) -> None:
        self.compacted.add(compact(self._lake, self._source.venue, paths, self._confirm))

    def _confirm(self, series: Series, start_ms: int, end_ms: int) -> None:
        coin, interval = series
        if series in self._since_ms:
            # An earlier recording may have left it behind: what lies between is wanted, too.
            self._since_ms[series] = min(self._since_ms[series], start_ms)
        asked = Span(coin, interval, start_ms - interval_ms(interval), min(end_ms, self._until_ms()))
        for batch in self._source.fetch(self._source.served(asked)):
            assert isinstance(batch.history, Bars)
            report = self._lake.import_bars(
                self._source.venue, coin, interval, batch.history, source=self._source.venue, on_conflict="correct"
            )
            self.n_bars += report.appended.n_added

    def _fill(self, series: Series) -> None:
        coin, interval = series
        span = Span(coin, interval, self._since_ms[series], self._until_ms())
        if span.start_ms < span.end_ms:
            self.n_bars += fetch(self._lake, self._source, span, _unwatched).n_added

    def _fund(self, coin: str) -> None:
        known = self._lake.read_funding(self._source.venue, coin)
        begun_ms = min(self._since_ms[series] for series in self.series) - FUNDING_BACK_MS
        start_ms = begun_ms if known is None else min(begun_ms, int(known.time_ms[-1]))
        span = Span(coin, None, start_ms, self._time.now_ms())
        self.n_settlements += fetch(self._lake, self._source, span, _unwatched).n_added

    def _until_ms(self) -> int:
        settled_ms = self._time.now_ms() - SETTLED_MS
        return settled_ms if self.end_ms is None else min(settled_ms, self.end_ms)

    def _tried(self, step: Callable[[], None]) -> str | None:
        """Do a step and return what went wrong: what is not in the lake yet stays in the journal, or at the venue."""
        try:
            step()
        except FoundryError as error:
            return str(error)
        return None


def _unwatched(_: Fetched) -> None:
    """Look away."""
