"""A journal that is brought into the lake, killed anywhere: what is found then, and what comes of doing it again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.bars import PRICES, Bars
from data.errors import DataError
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle, Level
from data.lake import Lake
from data.lake_layout import BARS
from data.recording.bar_watch import Series
from data.recording.compaction import compact
from data.recording.journal import Journal, read_segment, segments
from data.recording.quotes import read_quotes
from data.recording.records import Record
from tests.torture.minutes import MINUTE_MS, START_MS

VENUE, COINS = "hyperliquid", ("BTC", "ETH")
COLUMNS = (*PRICES, "volume")


class CompactionCase:
    """Two segments of a few bars, contexts and quotes.

    Parameters
    ----------
    is_confirmed
        Whether the venue answers; if not, the stream's bars stand in and the segments stay.
    """

    def __init__(self, *, is_confirmed: bool, n_minutes: int = 3, coins: tuple[str, ...] = COINS) -> None:
        self.name = "compaction" if is_confirmed else "compaction without the venue"
        self._is_confirmed, self._n_minutes, self._coins = is_confirmed, n_minutes, coins
        self._records = [record for minute in range(2 * n_minutes) for record in _minute(minute, coins)]

    def prepare(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        half = len(self._records) // 2
        for number, part in enumerate((self._records[:half], self._records[half:])):
            journal = Journal(folder / "journal", lambda number=number: START_MS + number)  # type: ignore[misc]
            for record in part:
                journal.append(record)
            journal.flush()
            journal.close()

    def operate(self, folder: Path) -> None:
        lake = Lake(folder / "lake")
        compact(lake, VENUE, segments(folder / "journal"), lambda *asked: self._confirm(lake, *asked))

    def judge(self, folder: Path) -> str:
        """Whatever is not in the lake is in a segment still; nothing is in the lake twice, or otherwise."""
        left = [record for path in segments(folder / "journal") for record in read_segment(path).records]
        found = _in_lake(folder / "lake")
        for record in self._records:
            assert record in left or _row(record) in found, f"lost: {record}"
        assert len(found) == len(set(found)), "rows are there twice"
        assert set(found) <= {_row(record) for record in self._records}, "rows that nobody recorded"
        is_new = len(found) == len(self._records) and not (self._is_confirmed and left)
        return "new" if is_new else "old"

    def go_on(self, folder: Path) -> None:
        self.operate(folder)
        assert self.judge(folder) == "new", "done again, something is missing"
        # In the end the venue answers.
        whole = CompactionCase(is_confirmed=True, n_minutes=self._n_minutes, coins=self._coins)
        whole.operate(folder)
        assert whole.judge(folder) == "new", "once the venue answers, something is missing"

    def _confirm(self, lake: Lake, series: Series, start_ms: int, end_ms: int) -> None:
        if not self._is_confirmed:
            raise DataError("the venue does not answer")
        told = [record.told for record in self._records if isinstance(record.told, Candle)]
        rows = [one for one in told if one.coin == series[0] and start_ms <= one.open_ms < end_ms]
        columns = (np.array([getattr(one, name) for one in rows]) for name in COLUMNS)
        bars = Bars(np.array([one.open_ms for one in rows], dtype=np.int64), *columns)
        lake.import_bars(VENUE, *series, bars, source=VENUE, on_conflict="correct")


def _minute(minute: int, coins: tuple[str, ...]) -> list[Record]:
    open_ms = START_MS + minute * MINUTE_MS
    price = 100.0 + minute
    found = []
    for coin in coins:
        candle = Candle(open_ms, open_ms + MINUTE_MS - 1, coin, "1m", 100.0, 5_000.0, 50.0, price, 3.0, 7)
        context = AssetContext(coin, 1e-5, 5.0, price, None, 101.0, None, 7.0)
        quote = BestBidOffer(coin, open_ms + 1, Level(price, 1.0), Level(price + 1.0, 1.0))
        found += [Record(open_ms + 2, told) for told in (candle, context, quote)]
    return found


def _row(record: Record) -> tuple[object, ...]:
    told = record.told
    match told:
        case Candle():
            return ("bar", told.coin, told.open_ms, told.close)
        case AssetContext():
            return ("context", told.coin, record.received_ms, told.mark_price)
        case BestBidOffer(bid=Level(price=price)):
            return ("quote", told.coin, told.time_ms, price)
    raise AssertionError(record)


def _in_lake(root: Path) -> list[tuple[object, ...]]:
    lake = Lake(root)
    rows: list[tuple[object, ...]] = []
    for entry in lake.list():
        if entry.kind is BARS:
            bars = lake.read_bars(VENUE, entry.coin, "1m")
            rows += [("bar", entry.coin, *row) for row in zip(bars.time_ms.tolist(), bars.close.tolist(), strict=True)]
    for coin in COINS:
        contexts, quotes = lake.read_contexts(VENUE, coin), read_quotes(root, VENUE, coin)
        if contexts is not None:
            values = zip(contexts.time_ms.tolist(), contexts.mark_price.tolist(), strict=True)
            rows += [("context", coin, *row) for row in values]
        if quotes is not None:
            values = zip(quotes.column("time_ms").to_pylist(), quotes.column("bid_price").to_pylist(), strict=True)
            rows += [("quote", coin, *row) for row in values]
    return rows
