"""The archive on a served bucket: fetched once, whole, resumed anywhere; missing and unreadable days stop nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.errors import DataError
from data.fetching import Fetched, fetch
from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS
from data.lake import Lake
from data.sources.archive_days import BUCKET, ArchiveDays, midnight_ms
from data.sources.hyperliquid_archive import ArchiveSource, months
from data.sources.s3 import Bucket
from data.sources.source import Source, Span
from tests.support.archive_bucket import CREDENTIALS, ArchiveBucket, moto_server, served_bucket
from tests.support.asset_ctxs import packed, row

FIRST = date(2024, 1, 30)
START_MS = midnight_ms(FIRST)
END_MS = START_MS + 100 * DAY_MS
BARS, FUNDING = Span("BTC", "1m", 0, END_MS), Span("BTC", None, 0, END_MS)
CONTEXTS = Span("BTC", None, 0, END_MS, True)


def price_at(time_ms: int) -> float:
    """Return the price of BTC: a coin dearer each minute."""
    return 40_000.0 + (time_ms - START_MS) // MINUTE_MS


def day_file(day: date, coins: tuple[str, ...] = ("BTC", "ETH"), n_minutes: int = 1440, step: int = 5) -> bytes:
    """Return a day of samples every few minutes, with three more around each hour, so that a day stays small."""
    times = [midnight_ms(day) + MINUTE_MS * minute for minute in range(n_minutes)]
    chosen = [time for time in times if (time // MINUTE_MS) % step in {0, 1} or (time // MINUTE_MS) % 60 == 59]
    return packed([row(time, coin, price_at(time)) for time in chosen for coin in coins])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ArchiveBucket]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with served_bucket(server) as served:
        yield served


def sources(bucket: ArchiveBucket, folder: Path) -> tuple[ArchiveSource, ArchiveSource]:
    days = ArchiveDays(Bucket(BUCKET, bucket.url), folder)
    return ArchiveSource(days, "mid"), ArchiveSource(days, "mark")


def watched(_: Fetched) -> None:
    """Look on."""


def rows(lake: Lake) -> dict[str, Any]:
    """Return everything that the lake has of BTC, as lists."""
    bars = lake.read_bars("hyperliquid-archive", "BTC", "1m")
    funding = lake.read_funding("hyperliquid-archive", "BTC")
    contexts = lake.read_contexts("hyperliquid-archive", "BTC")
    assert funding is not None
    assert contexts is not None
    return {
        **{f"bars {name}": getattr(bars, name).tolist() for name in ("time_ms", "open", "close", "volume")},
        **{f"funding {name}": getattr(funding, name).tolist() for name in ("time_ms", "rate", "oracle_price")},
        **{f"contexts {name}": getattr(contexts, name).tolist() for name in ("time_ms", "mark_price", "bid_price")},
    }


def test_days_become_bars_funding_and_contexts_across_midnight_and_months(
    bucket: ArchiveBucket, tmp_path: Path
) -> None:
    for number in range(3):
        bucket.put(FIRST + timedelta(days=number), day_file(FIRST + timedelta(days=number)))
    lake, (mid, mark) = Lake(tmp_path / "lake"), sources(bucket, tmp_path / "days")
    for source, span in ((mid, BARS), (mid, FUNDING), (mid, CONTEXTS), (mark, BARS)):
        fetch(lake, source, span, watched)
    bars = lake.read_bars("hyperliquid-archive", "BTC", "1m")
    minutes = (bars.time_ms - START_MS) // MINUTE_MS
    # Between the samples at :00 and :01, :05 and :06 ..., and the one at :59 with that of the hour that follows.
    assert minutes[:4].tolist() == [0, 5, 10, 15]
    assert minutes[11:14].tolist() == [55, 59, 60]
    assert 1439 in minutes, "the last bar of a day is closed by the first sample of the next"
    assert 2 * 1440 - 1 in minutes, "of a month, too"
    assert bars.open.tolist() == [40_000.0 + minute for minute in minutes]
    assert bars.close.tolist() == [40_001.0 + minute for minute in minutes]
    funding = lake.read_funding("hyperliquid-archive", "BTC")
    assert funding is not None
    # At the first midnight nothing was said before, at the last the archive ends.
    assert ((funding.time_ms - START_MS) // HOUR_MS).tolist() == list(range(1, 72))
    assert set(funding.rate) == {1.25e-5}
    contexts = lake.read_contexts("hyperliquid-archive", "BTC")
    assert contexts is not None
    assert len(contexts) == 3 * (2 * 288 + 24)
    assert len(lake.read_bars("hyperliquid-mark", "BTC", "1m")) == len(bars)


def test_longer_bars_are_made_of_whole_ones_only(bucket: ArchiveBucket, tmp_path: Path) -> None:
    bucket.put(FIRST, day_file(FIRST, step=1, n_minutes=200))
    lake, (mid, _) = Lake(tmp_path / "lake"), sources(bucket, tmp_path / "days")
    fetch(lake, mid, Span("BTC", "1h", 0, END_MS), watched)
    bars = lake.read_bars("hyperliquid-archive", "BTC", "1h")
    assert ((bars.time_ms - START_MS) // HOUR_MS).tolist() == [0, 1, 2]
    assert (bars.open.tolist(), bars.close.tolist()) == ([40_000.0, 40_060.0, 40_120.0], [40_060.0, 40_120.0, 40_180.0])


def test_a_bar_that_is_alone_in_its_month_is_not_lost(bucket: ArchiveBucket, tmp_path: Path) -> None:
    """A batch is judged by two rows at least, and a month's part of a range may have one: the 31st, or the 1st."""
    for number in range(4):
        bucket.put(FIRST + timedelta(days=number), day_file(FIRST + timedelta(days=number), ("BTC",), step=1))
    lake, (mid, _) = Lake(tmp_path / "lake"), sources(bucket, tmp_path / "days")
    fetched = fetch(lake, mid, Span("BTC", "1d", START_MS + DAY_MS, START_MS + 3 * DAY_MS), watched)
    assert fetched.n_added == 2
    bars = lake.read_bars("hyperliquid-archive", "BTC", "1d")
    assert ((bars.time_ms - START_MS) // DAY_MS).tolist() == [1, 2]
    again = fetch(lake, mid, Span("BTC", "1d", START_MS, END_MS), watched)
    # The fourth day lacks the sample behind it, which closes its bar.
    assert (again.n_added, len(lake.read_bars("hyperliquid-archive", "BTC", "1d"))) == (1, 3)


@pytest.mark.parametrize(
    ("first", "n_days", "lengths"),
    [
        (date(2024, 1, 30), 3, [3]),
        (date(2024, 1, 30), 4, [2, 2]),
        (date(2024, 1, 31), 31, [31]),
        (date(2024, 1, 31), 32, [30, 2]),
        (date(2024, 1, 31), 1, [1]),
        (date(2024, 1, 31), 30, [30]),
        (date(2024, 1, 1), 61, [31, 30]),
        (date(2024, 1, 1), 62, [31, 29, 2]),
    ],
)
def test_months_shorter_than_two_days_go_with_their_neighbours(first: date, n_days: int, lengths: list[int]) -> None:
    start_ms = midnight_ms(first)
    parts = list(months(start_ms, start_ms + n_days * DAY_MS))
    assert [(end_ms - begin_ms) // DAY_MS for begin_ms, end_ms in parts] == lengths
    assert [begin_ms for begin_ms, _ in parts[1:]] == [end_ms for _, end_ms in parts[:-1]]
    assert (parts[0][0], parts[-1][1]) == (start_ms, start_ms + n_days * DAY_MS)


def test_a_missing_day_and_an_unreadable_one_are_gaps_and_are_told(bucket: ArchiveBucket, tmp_path: Path) -> None:
    for number in (0, 2, 4):
        bucket.put(FIRST + timedelta(days=number), day_file(FIRST + timedelta(days=number)))
    bucket.put(FIRST + timedelta(days=3), b"<html>no such day</html>")
    lake, (mid, _) = Lake(tmp_path / "lake"), sources(bucket, tmp_path / "days")
    fetched = fetch(lake, mid, BARS, watched)
    assert "the archive has no file of 1 days: 2024-01-31" in fetched.notes
    assert any("asset_ctxs of 2024-02-02: not packed as an LZ4 frame" in note for note in fetched.notes)
    days = set(((lake.read_bars("hyperliquid-archive", "BTC", "1m").time_ms - START_MS) // DAY_MS).tolist())
    assert days == {0, 2, 4}
    bucket.put(FIRST + timedelta(days=3), day_file(FIRST + timedelta(days=3)))
    again = fetch(lake, sources(bucket, tmp_path / "days")[0], BARS, watched)
    assert again.n_added > 288, "the day was put right, and is fetched"
    assert not any("not packed" in note for note in again.notes)


def test_funding_of_a_day_that_was_put_right_is_fetched_too(bucket: ArchiveBucket, tmp_path: Path) -> None:
    """Settlements that are missing between others are asked for again, as bars are."""
    for number in (0, 2, 3):
        bucket.put(FIRST + timedelta(days=number), day_file(FIRST + timedelta(days=number)))
    bucket.put(FIRST + timedelta(days=1), b"<html>no such day</html>")
    lake = Lake(tmp_path / "lake")
    # Hours 1 to 24 of the first day, the last of them told by its last minute, and all that follow the second.
    assert fetch(lake, sources(bucket, tmp_path / "days")[0], FUNDING, watched).n_added == 24 + 47
    bucket.put(FIRST + timedelta(days=1), day_file(FIRST + timedelta(days=1)))
    assert fetch(lake, sources(bucket, tmp_path / "days")[0], FUNDING, watched).n_added == 24
    funding = lake.read_funding("hyperliquid-archive", "BTC")
    assert funding is not None
    assert ((funding.time_ms - START_MS) // HOUR_MS).tolist() == list(range(1, 96))


def test_a_day_is_fetched_once_whatever_is_asked_of_it(bucket: ArchiveBucket, tmp_path: Path) -> None:
    bucket.put(FIRST, day_file(FIRST))
    lake, (mid, mark) = Lake(tmp_path / "lake"), sources(bucket, tmp_path / "days")
    fetch(lake, mid, BARS, watched)
    bucket.remove(FIRST)
    assert fetch(lake, mark, BARS, watched).n_added > 288
    assert fetch(lake, mid, Span("ETH", "1m", 0, END_MS), watched).n_added > 288


def test_an_estimate_counts_each_day_once_and_only_what_is_not_kept(bucket: ArchiveBucket, tmp_path: Path) -> None:
    contents = [day_file(FIRST + timedelta(days=number)) for number in range(3)]
    for number, content in enumerate(contents):
        bucket.put(FIRST + timedelta(days=number), content)
    mid, mark = sources(bucket, tmp_path / "days")
    [first, second] = [mid.estimate(mid.served(span)) for span in (BARS, FUNDING)]
    assert (first.requests, second.requests) == (3, 0)
    assert first.megabytes == pytest.approx(sum(map(len, contents)) / 1e6)
    assert first.dollars == pytest.approx(first.megabytes * 0.114 / 1000 + 3 * 0.0004 / 1000)
    assert not (tmp_path / "days").exists(), "nothing was fetched"
    one_day = Span("BTC", "1m", START_MS, START_MS + HOUR_MS)
    fetch(Lake(tmp_path / "lake"), mid, one_day, watched)
    again = sources(bucket, tmp_path / "days")[0]
    assert again.estimate(again.served(BARS)).requests == 2
    assert mark.served(BARS).start_ms == START_MS


class StoppedError(Exception):
    """What ends a fetch in its middle."""


def test_a_fetch_that_is_stopped_after_any_batch_or_day_goes_on_to_the_same_end(
    bucket: ArchiveBucket, tmp_path: Path
) -> None:
    for number in range(4):
        bucket.put(FIRST + timedelta(days=number), day_file(FIRST + timedelta(days=number)))
    spans = (BARS, FUNDING, CONTEXTS)

    def fetch_all(lake: Lake, source: Source, watch: Any) -> None:
        for span in spans:
            fetch(lake, source, span, watch)

    unbroken = Lake(tmp_path / "unbroken")
    fetch_all(unbroken, sources(bucket, tmp_path / "days")[0], watched)

    def stop(fetched: Fetched) -> None:
        if fetched.n_added:
            raise StoppedError

    lake, n_stops = Lake(tmp_path / "lake"), 0
    while True:
        try:
            fetch_all(lake, sources(bucket, tmp_path / "other days")[0], stop)
            break
        except StoppedError:
            n_stops += 1
            # Half of a day that was being kept, as a kill leaves it.
            (tmp_path / "other days" / ".20240131.parquet.1.tmp").write_bytes(b"half")
            assert n_stops < 20
    assert n_stops >= 6, "two months of three series"
    assert rows(lake) == rows(unbroken)


def test_an_unknown_coin_is_refused_with_near_ones(bucket: ArchiveBucket, tmp_path: Path) -> None:
    bucket.put(FIRST, day_file(FIRST, ("BTC", "kBONK")))
    mid, _ = sources(bucket, tmp_path / "days")
    with pytest.raises(DataError, match=r"no coin 'BTX' on 1 days .*; did you mean BTC"):
        fetch(Lake(tmp_path / "lake"), mid, Span("BTX", "1m", 0, END_MS), watched)
    assert Lake(tmp_path / "lake").list() == []


def test_a_coin_that_came_later_is_no_unknown_one(bucket: ArchiveBucket, tmp_path: Path) -> None:
    for number in range(3):
        coins = ("BTC", "NEW") if number else ("BTC",)
        bucket.put(FIRST + timedelta(days=number), day_file(FIRST + timedelta(days=number), coins))
    mid, _ = sources(bucket, tmp_path / "days")
    lake = Lake(tmp_path / "lake")
    new = Span("NEW", "1m", 0, END_MS)
    assert fetch(lake, mid, new, watched).n_added > 500
    assert fetch(lake, mid, new, watched).n_added == 0


def test_a_day_that_the_archive_changes_is_believed_and_both_are_kept(bucket: ArchiveBucket, tmp_path: Path) -> None:
    bucket.put(FIRST, day_file(FIRST, n_minutes=600))
    lake = Lake(tmp_path / "lake")
    before = fetch(lake, sources(bucket, tmp_path / "days")[0], CONTEXTS, watched).n_added
    changed = [row(START_MS + MINUTE_MS * minute, "BTC", price_at(START_MS) + minute // 599) for minute in range(700)]
    bucket.put(FIRST, packed(changed))
    later = fetch(lake, sources(bucket, tmp_path / "days")[0], CONTEXTS, watched)
    # Of 600 minutes :00 and :01, :05 and :06 ..., and :59 were there; now all of 700, at other prices. The first one is
    # not looked at: what is missing begins behind the second.
    assert (before, later.n_added, later.n_corrected, later.n_known) == (250, 450, 249, 0)


def test_an_empty_bucket_has_nothing(bucket: ArchiveBucket, tmp_path: Path) -> None:
    fetched = fetch(Lake(tmp_path / "lake"), sources(bucket, tmp_path / "days")[0], BARS, watched)
    assert fetched.n_added == 0
    assert "has nothing from" in fetched.notes[0]


def test_without_credentials_it_says_what_is_needed(
    bucket: ArchiveBucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    mid, _ = sources(bucket, tmp_path / "days")
    with pytest.raises(DataError, match=r"no AWS credentials found .*aws configure.*AWS_ACCESS_KEY_ID.*--dry-run"):
        mid.served(BARS)


def test_a_bucket_that_refuses_or_is_not_there_is_told(bucket: ArchiveBucket, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="refused to list asset_ctxs/: 'NoSuchBucket'"):
        Bucket("no-such-bucket", bucket.url).files("asset_ctxs/")
    with pytest.raises(DataError, match="did not answer to list asset_ctxs/ in 6 attempts: EndpointConnectionError"):
        Bucket(BUCKET, "http://127.0.0.1:9").files("asset_ctxs/")
    with pytest.raises(DataError, match="cannot be asked"):
        Bucket(BUCKET, "no address").files("asset_ctxs/")
