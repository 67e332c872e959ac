"""From a venue that is simulated, by real requests, into the lake: whole, once, and whatever goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data.bars import Bars, Funding
from data.errors import ConfigError, DataError
from data.fetching import Fetched, fetch
from data.hyperliquid.limiter import WeightLimiter
from data.hyperliquid.rest import HyperliquidRest
from data.intervals import DAY_MS, HOUR_MS
from data.lake import Lake
from data.market import Universe
from data.sources.hyperliquid import HyperliquidSource
from data.sources.source import Span
from data.worlds import make_world
from organism.fetching import LAST_MS, Wanted, estimates, fetch_all, series_of
from organism.venue_sim import Fault, FaultKind, FaultPlan, VenueClock, VenueSettings, VenueSimulator
from organism.venues import open_sources

BARS = Span("BTC", "1h", 0, LAST_MS)
FUNDING = Span("BTC", None, 0, LAST_MS)
SERVED = 5_000
FIRST_MS = 1_704_067_200_000
"""2024-01-01."""


@pytest.fixture(scope="module")
def universe() -> Universe:
    """Return the year 2024 of two coins by the hour."""
    markets = make_world("planted", 1, years=1.0).markets[:2]
    times = FIRST_MS + HOUR_MS * np.arange(markets[0].n_bars, dtype=np.int64)
    return Universe("year", tuple([replace(market, time_ms=times) for market in markets]))


@contextmanager
def venue(
    universe: Universe,
    *,
    minutes_later: int = 30,
    settings: VenueSettings | None = None,
    faults: FaultPlan | None = None,
) -> Iterator[VenueSimulator]:
    """Serve a universe at a moment in its last bar; the clock stands."""
    now_ms = int(universe.time_ms[-1]) + minutes_later * 60_000
    with VenueSimulator(universe, VenueClock(now_ms, 0.0), settings, faults) as simulator:
        yield simulator


def source_of(simulator: VenueSimulator, timeout_s: float = 15.0) -> HyperliquidSource:
    return HyperliquidSource(HyperliquidRest(simulator.url, timeout_s=timeout_s, pause_s=0.01))


def watched(_: Fetched) -> None:
    """Look on."""


def rows(history: Bars | Funding | None) -> dict[str, list[float]]:
    assert history is not None
    names = ("time_ms", "open", "high", "low", "close", "volume") if isinstance(history, Bars) else ("time_ms", "rate")
    return {name: getattr(history, name).tolist() for name in names}


@pytest.fixture(scope="module")
def unbroken(universe: Universe, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Return the lake of a fetch that nothing disturbed."""
    lake = Lake(tmp_path_factory.mktemp("unbroken"))
    with venue(universe) as simulator:
        for span in (BARS, FUNDING):
            fetch(lake, source_of(simulator), span, watched)
    return lake


def test_every_bar_that_is_over_and_served_is_in_the_lake(universe: Universe, unbroken: Lake) -> None:
    market, bars = universe.markets[0], unbroken.read_bars("hyperliquid", "BTC", "1h")
    # The newest 5,000 but for the one that is not over.
    kept = slice(-SERVED, -1)
    np.testing.assert_array_equal(bars.time_ms, market.time_ms[kept])
    for name in ("open", "high", "low", "close"):
        # Read back as they were written, to the last bit.
        np.testing.assert_allclose(getattr(bars, name), getattr(market, name)[kept], rtol=0.0)


def test_every_settlement_is_in_the_lake_on_its_hour(universe: Universe, unbroken: Lake) -> None:
    market, funding = universe.markets[0], unbroken.read_funding("hyperliquid", "BTC")
    assert funding is not None
    assert np.all(np.diff(funding.time_ms) == HOUR_MS)
    settled = np.searchsorted(market.time_ms, funding.time_ms)
    np.testing.assert_allclose(funding.rate, market.funding_rate[settled], atol=1e-9)
    # Two at the edges of the universe and of the present may differ.
    assert len(funding) >= market.n_bars - 2


def test_what_is_known_is_not_fetched_again_and_what_is_new_is(universe: Universe, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with venue(universe, minutes_later=-9 * 60) as simulator:
        source = source_of(simulator)
        first = fetch(lake, source, BARS, watched)
        again = fetch(lake, source, BARS, watched)
        assert (first.n_added, first.n_missing) == (SERVED - 1, 0)
        assert (again.n_added, again.n_batches) == (0, 0)
        simulator.clock.advance(3 * HOUR_MS)
        later = fetch(lake, source, BARS, watched)
        assert (later.n_added, later.n_known) == (3, 1)
        times = lake.read_bars("hyperliquid", "BTC", "1h").time_ms
        assert int(times[-1]) == simulator.clock.now_ms() // HOUR_MS * HOUR_MS - HOUR_MS


@pytest.mark.parametrize("span", [BARS, FUNDING], ids=["bars", "funding"])
def test_a_fetch_that_is_stopped_anywhere_goes_on_to_the_same_end(
    span: Span, universe: Universe, unbroken: Lake, tmp_path: Path
) -> None:
    class StoppedError(Exception):
        pass

    def stop(fetched: Fetched) -> None:
        if fetched.n_added:
            raise StoppedError

    lake, n_stops = Lake(tmp_path), 0
    # Time stands still here, and with it the minute in which weight is counted.
    with venue(universe, settings=VenueSettings(weight_a_minute=10**6)) as simulator:
        while True:
            try:
                fetch(lake, source_of(simulator), span, stop)
                break
            except StoppedError:
                n_stops += 1
                assert n_stops < 50
    assert n_stops > 2
    if span is BARS:
        assert rows(lake.read_bars("hyperliquid", "BTC", "1h")) == rows(unbroken.read_bars("hyperliquid", "BTC", "1h"))
    else:
        assert rows(lake.read_funding("hyperliquid", "BTC")) == rows(unbroken.read_funding("hyperliquid", "BTC"))


@pytest.mark.parametrize(
    "kind", [FaultKind.TIMEOUT, FaultKind.SERVER_ERROR, FaultKind.HTML, FaultKind.TRUNCATED], ids=str
)
def test_what_passes_is_asked_again(kind: FaultKind, universe: Universe, unbroken: Lake, tmp_path: Path) -> None:
    faults = FaultPlan(tuple([Fault(0, kind)] * 3))
    with venue(universe, settings=VenueSettings(hold_s=0.7), faults=faults) as simulator:
        source = source_of(simulator, 0.5 if kind is FaultKind.TIMEOUT else 15.0)
        fetched = fetch(Lake(tmp_path), source, BARS, watched)
        assert simulator.counts().faults == {str(kind): 3}
    assert fetched.n_added == SERVED - 1
    assert rows(Lake(tmp_path).read_bars("hyperliquid", "BTC", "1h")) == rows(
        unbroken.read_bars("hyperliquid", "BTC", "1h")
    )


def test_a_venue_that_stays_down_is_given_up_and_what_was_fetched_is_kept(universe: Universe, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with venue(universe, faults=FaultPlan(tuple([Fault(0, FaultKind.HTML)] * 99))) as simulator:
        source = source_of(simulator)
        with pytest.raises(
            DataError, match=r"did not answer meta in 10 attempts, last: an answer that is no JSON; .* goes on"
        ):
            fetch(lake, source, BARS, watched)
    assert list(lake.list()) == []
    with pytest.raises(DataError, match=r"did not answer meta in 10 attempts, last: ConnectionError"):
        fetch(lake, source, BARS, watched)


def test_the_weight_that_the_venue_allows_is_never_exceeded(universe: Universe, tmp_path: Path) -> None:
    """Its minute is a simulated one, which does not pass here."""
    with venue(universe) as simulator:
        for span in (BARS, FUNDING):
            fetch(Lake(tmp_path), source_of(simulator), span, watched)
        counts = simulator.counts()
    assert counts.refused == 0
    assert 100 < counts.largest_weight <= 1_200


def test_too_many_requests_are_asked_again_later(universe: Universe, tmp_path: Path) -> None:
    settings = VenueSettings(weight_a_minute=100)
    with venue(universe, settings=settings) as simulator, ThreadPoolExecutor(1) as beside:
        fetching = beside.submit(fetch, Lake(tmp_path), source_of(simulator), BARS, watched)
        n_refused = 0
        while not fetching.done():
            time.sleep(0.01)
            if simulator.counts().refused > n_refused:
                n_refused = simulator.counts().refused
                simulator.clock.advance(60_000)
        assert n_refused > 0
    assert fetching.result().n_added == SERVED - 1


def test_a_source_that_changes_its_past_is_believed_and_both_are_kept(universe: Universe, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with venue(universe, minutes_later=-60) as simulator:
        fetch(lake, source_of(simulator), BARS, watched)
    before = lake.read_bars("hyperliquid", "BTC", "1h")
    market = universe.markets[0]
    other = replace(market, volume=market.volume * 2.0)
    with venue(Universe("other", (other, universe.markets[1])), minutes_later=60) as simulator:
        later = fetch(lake, source_of(simulator), BARS, watched)
    # One row is compared, two are new.
    assert (later.n_corrected, later.n_added) == (1, 2)
    after = lake.read_bars("hyperliquid", "BTC", "1h")
    assert after.volume[-3:].tolist() == other.volume[-3:].tolist()
    np.testing.assert_array_equal(after.volume[:-3], before.volume[:-1])


def test_a_range_is_cut_to_what_there_is_and_says_so(universe: Universe, tmp_path: Path) -> None:
    first_ms = int(universe.time_ms[0])
    with venue(universe) as simulator:
        source = source_of(simulator)
        early = fetch(Lake(tmp_path / "a"), source, Span("BTC", "1h", first_ms, LAST_MS), watched)
        [said] = early.notes
        assert "asked for from" in said
        assert early.n_added == SERVED - 1
        before = fetch(Lake(tmp_path / "b"), source, Span("BTC", "1h", first_ms, first_ms + DAY_MS), watched)
        assert (before.n_added, "has nothing from" in before.notes[0]) == (0, True)


def test_bars_that_the_venue_made_up_are_told(universe: Universe, tmp_path: Path) -> None:
    made_up_until_ms = int(universe.time_ms[-100])
    with venue(universe, settings=VenueSettings(backfilled_until_ms=made_up_until_ms)) as simulator:
        fetched = fetch(Lake(tmp_path), source_of(simulator), BARS, watched)
    assert sum("without a trade: made up by the venue" in note for note in fetched.notes) >= 2


@pytest.mark.parametrize(
    ("coin", "interval", "match"),
    [("BTX", "1h", "has no coin 'BTX'; did you mean BTC"), ("BTC", "1hour", "interval")],
)
def test_what_there_is_not_is_refused_before_anything_is_kept(
    coin: str, interval: str, match: str, universe: Universe, tmp_path: Path
) -> None:
    with venue(universe) as simulator, pytest.raises((DataError, ConfigError), match=match):
        list(fetch_all(Lake(tmp_path), [source_of(simulator)], Wanted((coin,), interval, True), watched))
    assert list(Lake(tmp_path).list()) == []


@pytest.mark.parametrize(
    ("wanted", "match"),
    [
        (Wanted((), "1h", True), "name each once"),
        (Wanted(("BTC", "BTC"), "1h", True), "name each once"),
        (Wanted(("BTC",), "1h", True, date(2025, 2, 2), date(2025, 2, 1)), "ends before it begins"),
    ],
)
def test_what_cannot_be_meant_is_refused(wanted: Wanted, match: str) -> None:
    with pytest.raises((ConfigError, DataError), match=match):
        series_of(open_sources("hyperliquid", "http://127.0.0.1:9", Path("unused")), wanted)
    with pytest.raises(ConfigError, match="known are hyperliquid"):
        open_sources("nowhere", None, Path("unused"))


def test_an_estimate_is_what_it_takes(universe: Universe, tmp_path: Path) -> None:
    wanted = Wanted(("BTC", "DOGE"), "1h", True)
    with venue(universe, settings=VenueSettings(weight_a_minute=10**6)) as simulator:
        # What two coins weigh together is more than the real venue allows in a minute, which would pass here.
        source = HyperliquidSource(HyperliquidRest(simulator.url, limiter=WeightLimiter(10**6)))
        expected = estimates([source], wanted)
        brought = list(fetch_all(Lake(tmp_path), [source], wanted, watched))
        asked = simulator.counts().requests
    assert [span.words for _, span, _ in expected] == ["BTC 1h", "BTC funding", "DOGE 1h", "DOGE funding"]
    bars = [estimate.requests for _, span, estimate in expected if span.interval]
    assert sum(bars) == asked["candleSnapshot"]
    funding = [estimate.requests for _, span, estimate in expected if not span.interval]
    # Of funding it is not known before when it begins; at each end one more request says that there is no more.
    assert 2 * 8_760 / 500 <= asked["fundingHistory"] <= sum(funding)
    assert [item.n_missing for item in brought] == [0, 0, 0, 0]
