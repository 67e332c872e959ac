"""From the journal into the lake. Stopped between any two steps it loses nothing, and done again it doubles nothing.

Bars that the venue still serves are taken from it over HTTP, where they are final; those of the stream are compared
with them, and stand in only where the venue does not answer. A segment goes last, once all of it is in the lake and
confirmed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data.bars import PRICES, Bars
from data.durable import sync_folder
from data.errors import DataError
from data.hyperliquid.wire import BestBidOffer, Candle
from data.intervals import interval_ms
from data.lake import Lake
from data.market import BoolArray
from data.recording.bar_watch import Series
from data.recording.journal import DAMAGED, SUFFIX, UNCONFIRMED, read_segment
from data.recording.quotes import keep_quotes
from data.recording.records import Record
from data.recording.sampled import keep_contexts

Confirm = Callable[[Series, int, int], None]
"""Brings the final bars of a series from the first moment to the second (not included) from the venue into the lake,
or raises DataError."""
Told = dict[Series, dict[int, Candle]]
COLUMNS = (*PRICES, "volume")


@dataclass(slots=True)
class Compacted:
    """What a compaction brought into the lake."""

    contexts: int = 0
    quotes: int = 0
    bars_told: int = 0
    """Bars that the stream told whole."""
    bars_differing: int = 0
    """Of them those that are otherwise in the lake: the venue says something else over HTTP, and is believed."""
    bars_unconfirmed: int = 0
    """Bars that are in the lake as the stream told them, until the venue answers."""
    damaged_lines: int = 0
    problems: list[str] = field(default_factory=list)
    """What went wrong, in words."""

    def add(self, other: Compacted) -> None:
        """Count another compaction in."""
        for name in ("contexts", "quotes", "bars_told", "bars_differing", "damaged_lines"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        # What is wrong still is met again.
        self.bars_unconfirmed, self.problems = other.bars_unconfirmed, other.problems


def compact(lake: Lake, venue: str, paths: Sequence[Path], confirm: Confirm) -> Compacted:
    """Bring segments into the lake; nobody may write into them any more."""
    done = Compacted()
    for path in paths:
        _compact_one(lake, venue, path, confirm, done)
    return done


def _compact_one(lake: Lake, venue: str, path: Path, confirm: Confirm, done: Compacted) -> None:
    segment = read_segment(path)
    done.damaged_lines += segment.n_damaged
    is_new = path.suffix == SUFFIX
    refused: list[str] = []
    if is_new:
        source = f"{venue} stream, {path.stem}"
        n_contexts, refused = keep_contexts(lake, venue, segment.records, source)
        done.contexts += n_contexts
        quotes = [record.told for record in segment.records if isinstance(record.told, BestBidOffer)]
        done.quotes += keep_quotes(lake.root, venue, quotes, source)
    told = _bars_told(segment.records)
    n_told = sum(map(len, told.values()))
    done.bars_told += n_told if is_new else 0
    problems = [problem for series, bars in told.items() if (problem := _confirmed(confirm, series, bars))]
    if problems:
        done.problems += [text for text in problems if text not in done.problems]
        done.bars_unconfirmed += n_told
        # Contexts and quotes of it are in the lake, and need not be brought there again.
        path = path if refused else _renamed(path, UNCONFIRMED)
    for series, bars in told.items():
        try:
            done.bars_differing += _stood_in(lake, venue, series, bars)
        except DataError as error:
            refused.append(str(error))
    if problems:
        return
    if segment.n_damaged or refused:
        kept = _renamed(path, DAMAGED)
        damaged = f"{segment.n_damaged} damaged lines in {kept}, which is kept; the rest is in the lake"
        done.problems += [*refused, damaged]
        return
    path.unlink()
    sync_folder(path.parent)


def _bars_told(records: Sequence[Record]) -> Told:
    told: Told = defaultdict(dict)
    for record in records:
        if isinstance(record.told, Candle):
            told[record.told.coin, record.told.interval][record.told.open_ms] = record.told
    return told


def _confirmed(confirm: Confirm, series: Series, bars: Mapping[int, Candle]) -> str | None:
    """Let the venue confirm bars; return what it says if it does not."""
    newest = bars[max(bars)]
    try:
        confirm(series, min(bars), newest.close_ms + 1)
    except DataError as error:
        return str(error)
    return None


def _stood_in(lake: Lake, venue: str, series: Series, told: Mapping[int, Candle]) -> int:
    """Add those bars of the stream that the lake does not have; return how many it has otherwise."""
    coin, interval = series
    bars = _as_bars([told[open_ms] for open_ms in sorted(told)])
    # With the bar before, beside which a single one has its place.
    start_ms = int(bars.time_ms[0]) - interval_ms(interval)
    known = lake.read_bars_between(venue, coin, interval, start_ms, int(bars.time_ms[-1]) + 1)
    place = np.minimum(np.searchsorted(known.time_ms, bars.time_ms), max(len(known) - 1, 0))
    is_known = known.time_ms[place] == bars.time_ms if len(known) else np.zeros(len(bars), dtype=np.bool_)
    missing = _chosen(bars, ~is_known)
    if len(missing) == 1 and len(known):
        # A history of a single bar is none; one that is known goes with it.
        missing = _joined(_chosen(known, np.arange(len(known)) == place[~is_known][0]), missing)
    if len(missing) > 1:
        lake.import_bars(venue, coin, interval, missing, source=f"{venue} stream")
    return int(np.count_nonzero(_differing(_chosen(bars, is_known), known, place[is_known])))


def _as_bars(candles: Sequence[Candle]) -> Bars:
    times = np.array([candle.open_ms for candle in candles], dtype=np.int64)
    return Bars(times, *(np.array([getattr(one, name) for one in candles], dtype=np.float64) for name in COLUMNS))


def _chosen(bars: Bars, rows: BoolArray) -> Bars:
    return Bars(bars.time_ms[rows], *(getattr(bars, name)[rows] for name in COLUMNS))


def _joined(one: Bars, other: Bars) -> Bars:
    order = np.argsort(np.concatenate((one.time_ms, other.time_ms)))
    columns = (np.concatenate((getattr(one, name), getattr(other, name)))[order] for name in ("time_ms", *COLUMNS))
    return Bars(*columns)


def _differing(bars: Bars, known: Bars, place: object) -> BoolArray:
    found = np.zeros(len(bars), dtype=np.bool_)
    for name in COLUMNS:
        found |= getattr(bars, name) != getattr(known, name)[place]
    return found


def _renamed(path: Path, suffix: str) -> Path:
    to = path.with_suffix(suffix)
    path.rename(to)
    sync_folder(path.parent)
    return to
