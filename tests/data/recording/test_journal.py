"""The journal: whatever is cut off or changed, what was kept is read as it was written."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle, Level
from data.recording.journal import SUFFIX, Journal, read_segment, segments
from data.recording.records import Record, decode, encode

NOW_MS = 1_704_067_200_000
QUOTE = BestBidOffer("BTC", NOW_MS, Level(99.5, 1.0), None)
CONTEXT = AssetContext("kPEPE", 1.25e-05, 37470.12454, 84543.0, None, 84577.0, None, 1134990950.909)
CANDLE = Candle(NOW_MS, NOW_MS + 59_999, "BTC", "1m", 100.0, 103.0, 99.0, 101.5, 0.98639, 189)
RECORDS = [Record(NOW_MS + number, told) for number, told in enumerate((QUOTE, CONTEXT, CANDLE, QUOTE))]

prices = st.floats(1e-12, 1e12)
levels = st.none() | st.builds(Level, prices, st.floats(0.0, 1e18))
quotes = st.builds(BestBidOffer, st.sampled_from(["BTC", "ETH"]), st.integers(NOW_MS, 2 * NOW_MS), levels, levels)
many = st.lists(st.builds(Record, st.integers(NOW_MS, 2 * NOW_MS), quotes | st.sampled_from([CONTEXT, CANDLE])))


def written(folder: Path, records: list[Record], now_ms: int = NOW_MS) -> Path:
    journal = Journal(folder, lambda: now_ms)
    for record in records:
        journal.append(record)
    assert journal.flush() == len(records)
    journal.close()
    return segments(folder)[-1]


@given(many)
def test_a_line_says_what_was_recorded(records: list[Record]) -> None:
    assert [decode(encode(record)) for record in records] == records


def test_a_line_is_its_checksum_and_json() -> None:
    assert encode(RECORDS[0]) == b'e365416b ["quote",1704067200000,"BTC",1704067200000,99.5,1.0,null,null]\n'


@given(records=many, cut=st.floats(0.0, 1.0))
def test_of_a_segment_that_was_cut_anywhere_a_prefix_is_left(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], cut: float
) -> None:
    path = tmp_path_factory.mktemp("cut") / "segment"
    lines = [encode(record) for record in records]
    content = b"".join(lines)
    size = round(cut * len(content))
    path.write_bytes(content[:size])
    whole = [record for number, record in enumerate(records) if len(b"".join(lines[: number + 1])) <= size]
    segment = read_segment(path)
    assert list(segment.records) == whole
    assert segment.n_damaged == 0


@given(place=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_changed_byte_costs_no_line_but_its_own(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    path = tmp_path_factory.mktemp("changed") / "segment"
    content = bytearray(b"".join(map(encode, RECORDS)))
    place %= len(content)
    is_changed, content[place] = content[place] != byte, byte
    path.write_bytes(content)
    segment = read_segment(path)
    # A newline that goes joins two lines.
    assert len(segment.records) >= len(RECORDS) - 2 * is_changed
    assert [record for record in RECORDS if record in segment.records] == list(segment.records)
    assert (list(segment.records) == RECORDS) is not is_changed


def test_what_is_flushed_is_told_as_kept_and_not_before(tmp_path: Path) -> None:
    kept: list[Record] = []
    journal = Journal(tmp_path / "new", lambda: NOW_MS, kept.extend)
    journal.append(RECORDS[0])
    assert (kept, segments(tmp_path / "new")) == ([], [])
    assert journal.flush() == 1
    journal.append(RECORDS[1])
    assert journal.flush() == 1
    assert journal.flush() == 0
    assert kept == RECORDS[:2]
    [path] = segments(tmp_path / "new")
    assert list(read_segment(path).records) == kept
    journal.close()


def test_a_journal_never_writes_into_a_segment_that_it_finds(tmp_path: Path) -> None:
    first = written(tmp_path, RECORDS[:2])
    torn = first.read_bytes()[:-5]
    first.write_bytes(torn)
    second = written(tmp_path, RECORDS[2:], NOW_MS + 1)
    assert first.read_bytes() == torn
    assert segments(tmp_path) == [first, second]
    assert [*read_segment(first).records, *read_segment(second).records] == [RECORDS[0], *RECORDS[2:]]


@contextmanager
def files_of_at_most(n_bytes: int) -> Iterator[None]:
    """Let the disk be full: no file may grow beyond so many bytes."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_told_and_what_comes_later_goes_into_another_segment(tmp_path: Path) -> None:
    kept: list[Record] = []
    journal = Journal(tmp_path, lambda: NOW_MS, kept.extend)
    journal.append(RECORDS[0])
    journal.flush()
    [first] = segments(tmp_path)
    for record in RECORDS[1:]:
        journal.append(record)
    with files_of_at_most(first.stat().st_size + 10), pytest.raises(OSError, match=SUFFIX):
        journal.flush()
    assert kept == RECORDS[:1]
    assert list(read_segment(first).records) == RECORDS[:1]
    assert journal.flush() == 3
    journal.close()
    [second] = [path for path in segments(tmp_path) if path != first]
    assert list(read_segment(second).records) == RECORDS[1:]


def test_lines_of_another_version_are_damaged_lines_not_an_end(tmp_path: Path) -> None:
    path = written(tmp_path, RECORDS)
    newer = encode(RECORDS[0]).partition(b" ")[2].replace(b"quote", b"trade").rstrip(b"\n")
    import zlib

    path.write_bytes(b"%08x %b\n" % (zlib.crc32(newer), newer) + path.read_bytes())
    segment = read_segment(path)
    assert (list(segment.records), segment.n_damaged) == (RECORDS, 1)
