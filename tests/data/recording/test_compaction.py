"""The journal comes into the lake once, whole, and with the venue's word before the stream's.

That it may be killed at any step is seen in `tests/torture/test_history.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.bars import Bars
from data.errors import DataError
from data.hyperliquid.wire import BestBidOffer, Candle, Level
from data.lake import Lake
from data.recording.bar_watch import Series
from data.recording.compaction import Compacted, compact
from data.recording.journal import DAMAGED, UNCONFIRMED, Journal, segments
from data.recording.records import Record, Told

T0 = 1_704_067_200_000
MINUTE = 60_000


def candle(minute: int, close: float = 101.0) -> Candle:
    open_ms = T0 + minute * MINUTE
    return Candle(open_ms, open_ms + MINUTE - 1, "BTC", "1m", 100.0, 105.0, 95.0, close, 3.0, 4)


def quote(second: int) -> BestBidOffer:
    return BestBidOffer("BTC", T0 + 1_000 * second, Level(99.0, 1.0), Level(100.0, 1.0))


def bars(first: int, *closes: float) -> Bars:
    times = T0 + MINUTE * np.arange(first, first + len(closes), dtype=np.int64)
    fixed = [np.full(len(closes), value) for value in (100.0, 105.0, 95.0)]
    return Bars(times, *fixed, np.array(closes), np.full(len(closes), 3.0))


class Place:
    """A lake, its journal, and what the venue says when it is asked to confirm."""

    def __init__(self, root: Path) -> None:
        self.lake, self.folder = Lake(root), root / "journal"
        self.says: Bars | None = None
        """None: it does not answer."""
        self.asked: list[tuple[Series, int, int]] = []

    def record(self, *told: Told, at_ms: int = T0) -> None:
        journal = Journal(self.folder, lambda: at_ms)
        for one in told:
            journal.append(Record(at_ms, one))
        journal.flush()
        journal.close()

    def compact(self) -> Compacted:
        return compact(self.lake, "hyperliquid", segments(self.folder), self._confirm)

    def closes(self) -> dict[int, float]:
        read = self.lake.read_bars("hyperliquid", "BTC", "1m")
        return dict(zip(((read.time_ms - T0) // MINUTE).tolist(), read.close.tolist(), strict=True))

    def _confirm(self, series: Series, start_ms: int, end_ms: int) -> None:
        self.asked.append((series, (start_ms - T0) // MINUTE, (end_ms - T0) // MINUTE))
        if self.says is None:
            raise DataError("the venue does not answer")
        self.lake.import_bars("hyperliquid", "BTC", "1m", self.says, source="venue", on_conflict="correct")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_the_venue_confirms_is_in_the_lake_and_the_segment_is_gone(place: Place) -> None:
    place.record(quote(1), candle(0), quote(61), candle(1, 102.0))
    place.says = bars(0, 101.0, 102.0)
    done = place.compact()
    assert (done.bars_told, done.bars_differing, done.bars_unconfirmed, done.quotes) == (2, 0, 0, 2)
    assert place.asked == [(("BTC", "1m"), 0, 2)]
    assert place.closes() == {0: 101.0, 1: 102.0}
    assert segments(place.folder) == []
    assert place.compact() == Compacted()


def test_where_the_venue_says_something_else_it_is_believed_and_counted(place: Place) -> None:
    place.record(candle(0), candle(1, 102.0))
    place.says = bars(0, 101.0, 102.5)
    assert place.compact().bars_differing == 1
    assert place.closes() == {0: 101.0, 1: 102.5}
    [entry] = place.lake.list()
    assert entry.n_corrections == 0


def test_while_the_venue_does_not_answer_the_stream_stands_in_and_is_confirmed_later(place: Place) -> None:
    place.record(candle(0), candle(1, 102.0), quote(5))
    done = place.compact()
    assert (done.bars_unconfirmed, done.quotes, done.problems) == (2, 1, ["the venue does not answer"])
    assert place.closes() == {0: 101.0, 1: 102.0}
    assert [path.suffix for path in segments(place.folder)] == [UNCONFIRMED]
    again = place.compact()
    assert (again.bars_unconfirmed, again.quotes, again.bars_told) == (2, 0, 0)
    place.says = bars(0, 101.0, 102.5)
    place.compact()
    assert place.closes() == {0: 101.0, 1: 102.5}
    assert segments(place.folder) == []
    # What the stream had said is kept as the version before.
    [entry] = place.lake.list()
    assert (entry.n_rows, entry.n_corrections) == (2, 1)


def test_bars_that_the_venue_has_no_more_are_those_of_the_stream(place: Place) -> None:
    place.record(candle(0), candle(1, 102.0), candle(2, 103.0))
    place.says = bars(1, 102.0, 103.0)
    assert place.compact().bars_differing == 0
    assert place.closes() == {0: 101.0, 1: 102.0, 2: 103.0}


def test_a_single_bar_comes_into_a_lake_that_knows_its_neighbour(place: Place) -> None:
    place.lake.import_bars("hyperliquid", "BTC", "1m", bars(0, 101.0, 102.0), source="before")
    place.record(candle(2, 103.0))
    place.compact()
    assert place.closes() == {0: 101.0, 1: 102.0, 2: 103.0}


def test_a_segment_with_a_damaged_line_is_kept_aside_and_the_rest_of_it_is_in_the_lake(place: Place) -> None:
    place.record(candle(0), quote(1), candle(1, 102.0))
    [path] = segments(place.folder)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b"99.0", b"98.0") + lines[2])
    place.says = bars(0, 101.0, 102.0)
    done = place.compact()
    assert (done.damaged_lines, done.quotes) == (1, 0)
    assert "which is kept" in done.problems[0]
    assert place.closes() == {0: 101.0, 1: 102.0}
    assert [item.suffix for item in place.folder.iterdir()] == [DAMAGED]
    assert place.compact() == Compacted()
