"""The recorder lives in the time of a simulated venue and loses no bar, whatever goes wrong there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from data.bars import Bars
from data.errors import ConfigError, DataError
from data.hyperliquid.wire import BestBidOffer, Candle
from data.lake import Lake
from data.lock import exclusive
from data.market import Universe
from data.recording.journal import Journal, segments
from data.recording.quotes import read_quotes
from data.recording.records import Record
from organism.recording.opening import Surroundings, Wanted, record
from organism.recording.patience import Patience
from organism.recording.recorded import Progress, Recorded
from organism.venue_sim import Fault, FaultKind, FaultPlan, VenueClock, VenueSettings, VenueSimulator
from organism.views.recorded import progress_line, recorded_lines, recorded_view
from tests.data.recording.test_journal import files_of_at_most
from tests.torture.minutes import HOUR_MS, MINUTE_MS, START_MS, LivedTime, minutes

BEGIN_MS = START_MS + HOUR_MS + 20_000
SPEED = 240.0
SETTINGS = VenueSettings(hold_s=0.3, hourly_funding_from_ms=START_MS)


@pytest.fixture(scope="module")
def universe() -> Universe:
    return minutes(2, 2.5)


def lived(clock: VenueClock, **named: object) -> Surroundings:
    return Surroundings(LivedTime(clock), timeout_s=0.2, margin_s=30.0, **named)  # type: ignore[arg-type]


def recorded(
    universe: Universe,
    root: Path,
    *,
    minutes_long: float,
    faults: Iterable[Fault] = (),
    intervals: tuple[str, ...] = ("1m",),
    **named: object,
) -> tuple[Recorded, VenueSimulator]:
    """Record every coin for some simulated minutes."""
    clock = VenueClock(BEGIN_MS, SPEED)
    with VenueSimulator(universe, clock, SETTINGS, FaultPlan(tuple(faults))) as simulator:
        wanted = Wanted(tuple(universe.coins), intervals, url=simulator.url, hours=minutes_long / 60.0)
        return record(root, wanted, lived(clock, **named)), simulator


def assert_true(universe: Universe, root: Path, bars: Bars, coin: str) -> None:
    """Every bar of the lake is the market's, and none is missing between the first and the last."""
    market = universe[coin]
    assert np.all(np.diff(bars.time_ms) == MINUTE_MS)
    rows = np.searchsorted(market.time_ms, bars.time_ms)
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(bars, name).tolist() == getattr(market, name)[rows].tolist()


def test_whatever_goes_wrong_every_bar_is_in_the_lake_as_it_was(universe: Universe, tmp_path: Path) -> None:
    kept: list[Record] = []
    # One each minute from the third on; those of HTTP strike the next request.
    kinds = (FaultKind.DISCONNECT, *FaultKind)
    faults = [Fault(BEGIN_MS + (2 + number) * MINUTE_MS, kind) for number, kind in enumerate(kinds)]
    done, simulator = recorded(universe, tmp_path, minutes_long=14.0, faults=faults, kept=kept.extend)
    counts = simulator.counts()
    assert counts.faults == {str(kind): 1 + (kind is FaultKind.DISCONNECT) for kind in FaultKind}
    assert (counts.refused, counts.largest_weight <= 1_200, counts.connections <= 15) == (0, True, True)
    assert done.gaps == ()
    assert done.problems == ()
    assert len(done.outages) == done.stream.connections - 1 >= 3
    lake = Lake(tmp_path)
    for coin in universe.coins:
        bars = lake.read_bars("hyperliquid", coin, "1m")
        assert_true(universe, tmp_path, bars, coin)
        # From the two before the one in progress to the last that was over for ten seconds.
        assert int(bars.time_ms[0]) == BEGIN_MS - 20_000 - 2 * MINUTE_MS
        assert done.to_ms - int(bars.time_ms[-1]) < 3 * MINUTE_MS
        funding = lake.read_funding("hyperliquid", coin)
        assert funding is not None
        assert funding.time_ms.tolist() == [START_MS, START_MS + HOUR_MS]
        told = read_quotes(tmp_path, "hyperliquid", coin)
        times = told.column("time_ms").to_pylist()
        assert times == sorted(set(times))
        assert times == sorted(
            {one.told.time_ms for one in kept if isinstance(one.told, BestBidOffer) and one.told.coin == coin}
        )
    # What the stream told whole is what the venue says over HTTP.
    assert done.compacted.bars_differing == 0
    assert done.compacted.bars_told == done.bars.whole > 10
    assert segments(tmp_path / "journal" / "venue=hyperliquid") == []
    view, lines = recorded_view(done), "\n".join(recorded_lines(done, Wanted(("C00",), ("1m",))))
    assert (view["records"], view["gaps"]) == (len(kept), [])
    assert f"{done.n_bars} bars" in lines
    assert "stretches without a stream" in lines
    assert "data check C00 1m --venue hyperliquid" in lines


def test_what_an_earlier_recording_left_behind_is_brought_in_and_its_end_is_where_this_one_begins(
    universe: Universe, tmp_path: Path
) -> None:
    left, folder = BEGIN_MS - 30 * MINUTE_MS, tmp_path / "journal" / "venue=hyperliquid"
    market, open_ms = universe["C00"], (BEGIN_MS - 30 * MINUTE_MS) // MINUTE_MS * MINUTE_MS
    row = int(np.searchsorted(market.time_ms, open_ms))
    prices = [float(getattr(market, name)[row]) for name in ("open", "high", "low", "close", "volume")]
    candle = Candle(open_ms, open_ms + MINUTE_MS - 1, "C00", "1m", *prices, 7)
    journal = Journal(folder, lambda: left)
    journal.append(Record(left, candle))
    journal.append(Record(left, BestBidOffer("C00", left, None, None)))
    journal.flush()
    journal.close()
    progress: list[Progress] = []
    done, _ = recorded(universe, tmp_path, minutes_long=2.0, watch=progress.append)
    assert (done.compacted.bars_told - done.bars.whole, done.compacted.bars_differing) == (1, 0)
    bars = Lake(tmp_path).read_bars("hyperliquid", "C00", "1m")
    assert_true(universe, tmp_path, bars, "C00")
    # The bar before that one came along; what lies between was fetched.
    assert int(bars.time_ms[0]) == open_ms - MINUTE_MS
    assert read_quotes(tmp_path, "hyperliquid", "C00").column("time_ms")[0].as_py() == left
    assert segments(folder) == []
    assert progress[-1].kept == done.kept
    assert "0 reconnects" in progress_line(progress[-1])


def test_while_http_fails_the_stream_stands_in_and_the_next_recording_confirms(
    universe: Universe, tmp_path: Path
) -> None:
    # Each answer over HTTP from the second minute on is a page of words.
    faults = [Fault(BEGIN_MS + 90_000, FaultKind.HTML)] * 10_000
    clock = VenueClock(BEGIN_MS, SPEED)
    ends: list[asyncio.Event] = []

    def ready(stop: asyncio.Event, _: Patience) -> None:
        ends.append(stop)

    def watch(_: Progress) -> None:
        if clock.now_ms() > BEGIN_MS + 5 * MINUTE_MS:
            ends[0].set()

    with VenueSimulator(universe, clock, SETTINGS, FaultPlan(tuple(faults))) as simulator:
        wanted = Wanted(tuple(universe.coins), ("1m",), url=simulator.url)
        done = record(tmp_path, wanted, lived(clock, ready=ready, watch=watch))
    assert done.problems
    assert done.compacted.bars_unconfirmed >= 4
    for coin in universe.coins:
        assert_true(universe, tmp_path, Lake(tmp_path).read_bars("hyperliquid", coin, "1m"), coin)
    assert [path.suffix for path in segments(tmp_path / "journal" / "venue=hyperliquid")] == [".unconfirmed"]


def test_a_full_disk_ends_it_with_an_error_and_what_was_kept_comes_into_the_lake_later(
    universe: Universe, tmp_path: Path
) -> None:
    kept: list[Record] = []
    with files_of_at_most(8_000), pytest.raises(OSError, match=r"\.journal"):
        recorded(universe, tmp_path, minutes_long=5.0, kept=kept.extend)
    assert len(kept) > 20
    recorded(universe, tmp_path, minutes_long=1.0)
    for coin in universe.coins:
        times = read_quotes(tmp_path, "hyperliquid", coin).column("time_ms").to_pylist()
        assert {one.told.time_ms for one in kept if isinstance(one.told, BestBidOffer) and one.told.coin == coin} <= {
            *times
        }


@pytest.mark.parametrize(
    ("coins", "intervals", "venue", "match"),
    [
        ((), ("1h",), "hyperliquid", "coins are none; name each once"),
        (("BTC", "BTC"), ("1h",), "hyperliquid", "coins are BTC, BTC; name each once"),
        (("BTC",), ("1h", "1h"), "hyperliquid", "intervals are 1h, 1h; name each once"),
        (("BTC",), ("7m",), "hyperliquid", "interval '7m' is unknown"),
        (("BTC",), ("1h",), "nowhere", "venue 'nowhere' is none that can be recorded; known are hyperliquid"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    coins: tuple[str, ...], intervals: tuple[str, ...], venue: str, match: str
) -> None:
    with pytest.raises(ConfigError, match=match):
        Wanted(coins, intervals, venue)


def test_a_coin_that_there_is_not_is_refused_before_anything_is_kept(universe: Universe, tmp_path: Path) -> None:
    clock = VenueClock(BEGIN_MS, SPEED)
    with VenueSimulator(universe, clock, SETTINGS) as simulator:
        wanted = Wanted(("C00", "C0O"), ("1m",), url=simulator.url)
        with pytest.raises(DataError, match=r"has no coin 'C0O'; did you mean C0[01], C0[01]"):
            record(tmp_path, wanted, lived(clock))
        assert simulator.counts().connections == 0
    assert list(Lake(tmp_path).list()) == []


def test_two_recordings_of_one_venue_into_one_lake_are_refused(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path / "journal" / "venue=hyperliquid" / ".lock", "somebody"),
        pytest.raises(ConfigError, match=r"recording hyperliquid into .* is being worked on by process"),
    ):
        record(tmp_path, Wanted(("BTC",), ("1h",)), Surroundings())
