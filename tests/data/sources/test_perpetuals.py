"""Binance and OKX through ccxt, from a server that speaks as they do: whole, once, and whatever goes wrong."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data.errors import DataError
from data.fetching import Fetched, fetch
from data.intervals import DAY_MS, HOUR_MS
from data.lake import Lake
from data.sources import ccxt_venues
from data.sources.ccxt_venues import BINANCE, OKX, CcxtVenue
from data.sources.perpetuals import PerpetualSource
from data.sources.source import Span
from tests.support.perpetual_venues import FUNDING_MS, LISTED_MS, PerpetualVenue

BARS, FUNDING = Span("BTC", "1h", 0, 4_102_444_800_000), Span("BTC", None, 0, 4_102_444_800_000)
N_BARS = 3_000
DIALECTS = {"binance": BINANCE, "okx": OKX}


@pytest.fixture(params=DIALECTS)
def served(request: pytest.FixtureRequest) -> Iterator[PerpetualVenue]:
    with PerpetualVenue(request.param) as venue:
        yield venue


def source_of(venue: PerpetualVenue, timeout_s: float = 15.0) -> PerpetualSource:
    api = CcxtVenue(DIALECTS[venue.venue], venue.url, timeout_s=timeout_s, pause_s=0.01)
    return PerpetualSource(api, venue.venue)


def watched(_: Fetched) -> None:
    """Look on."""


def check_bars(lake: Lake, venue: str, n_bars: int = N_BARS, holes: tuple[int, ...] = ()) -> None:
    """Assert that the lake has every bar that is over, with the values that the server makes of its number."""
    bars = lake.read_bars(venue, "BTC", "1h")
    numbers = ((bars.time_ms - LISTED_MS) // HOUR_MS).tolist()
    assert numbers == [number for number in range(n_bars) if number not in holes]
    assert bars.open.tolist() == [100.0 + number % 50 for number in numbers]
    assert bars.close.tolist() == [100.5 + number % 50 for number in numbers]
    assert set(bars.volume.tolist()) == {5.0}, "in coins, not in contracts"


def test_all_bars_that_are_over_are_fetched_and_only_once(served: PerpetualVenue, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    fetched = fetch(lake, source_of(served), BARS, watched)
    assert (fetched.n_added, fetched.n_missing, fetched.notes) == (N_BARS, 0, ())
    check_bars(lake, served.venue)
    assert fetch(lake, source_of(served), BARS, watched).n_added == 0
    served.plan.now_ms += 2 * HOUR_MS
    assert fetch(lake, source_of(served), BARS, watched).n_added == 2
    check_bars(lake, served.venue, N_BARS + 2)


def test_all_funding_is_fetched_at_the_times_of_its_settlements(served: PerpetualVenue, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    fetch(lake, source_of(served), FUNDING, watched)
    funding = lake.read_funding(served.venue, "BTC")
    assert funding is not None
    last = served.plan.now_ms // FUNDING_MS
    # OKX keeps 90 days, which are 270 settlements: three pages.
    first = LISTED_MS // FUNDING_MS if served.venue == "binance" else last - 269
    assert (funding.time_ms // FUNDING_MS).tolist() == list(range(first, last + 1))
    assert set((funding.time_ms % FUNDING_MS).tolist()) == {0}
    assert set(funding.rate.tolist()) == {0.0001}, "what was paid, not what was foreseen"
    assert fetch(lake, source_of(served), FUNDING, watched).n_added == 0


def test_a_page_that_is_cut_short_without_a_word_is_completed(served: PerpetualVenue, tmp_path: Path) -> None:
    served.plan.page_cap = 40
    lake = Lake(tmp_path)
    fetched = fetch(lake, source_of(served), BARS, watched)
    check_bars(lake, served.venue)
    assert "cut pages short; the rest was asked for again" in fetched.notes[0]
    fetch(lake, source_of(served), FUNDING, watched)
    funding = lake.read_funding(served.venue, "BTC")
    assert funding is not None
    n_settled = served.plan.now_ms // FUNDING_MS - LISTED_MS // FUNDING_MS + 1
    assert len(funding) == (270 if served.venue == "okx" else n_settled)


def test_bars_that_the_venue_never_had_are_a_gap(served: PerpetualVenue, tmp_path: Path) -> None:
    holes = (0, 1, 99, 100, 500, 999, 1000, 1001)
    served.plan.holes = frozenset(holes)
    lake = Lake(tmp_path)
    fetched = fetch(lake, source_of(served), BARS, watched)
    check_bars(lake, served.venue, holes=holes)
    assert fetched.n_missing == 6
    assert fetched.notes == (), "nothing was cut"


@pytest.mark.parametrize("fault", ["timeout", "429", "418", "503", "html", "truncated"])
def test_what_passes_is_asked_again(served: PerpetualVenue, fault: str, tmp_path: Path) -> None:
    span = Span("BTC", "4h", LISTED_MS, LISTED_MS + 60 * DAY_MS)
    served.plan.faults = ["", fault, "", fault, fault, "", "", fault]
    lake = Lake(tmp_path)
    source = source_of(served, 0.3 if fault == "timeout" else 15.0)
    assert fetch(lake, source, span, watched).n_added == 360
    assert served.plan.faults in ([], [fault])


def test_a_venue_that_wants_to_be_left_alone_is(served: PerpetualVenue, tmp_path: Path) -> None:
    served.plan.faults, served.plan.retry_after = ["418"], "7200"
    with pytest.raises(DataError, match="asks to be left alone for 7200 s; what was fetched is kept"):
        fetch(Lake(tmp_path), source_of(served), BARS, watched)
    assert sum(served.requests.values()) == 1, "it was not asked again"


def test_a_wait_that_is_asked_for_is_kept(served: PerpetualVenue, tmp_path: Path) -> None:
    served.plan.faults, served.plan.retry_after = ["429"], "1"
    began = time.monotonic()
    source_of(served).served(FUNDING)
    assert time.monotonic() - began >= 1.0
    assert sum(served.requests.values()) == 3


def test_a_venue_that_stays_down_is_given_up_and_what_was_fetched_is_kept(
    served: PerpetualVenue, tmp_path: Path
) -> None:
    lake = Lake(tmp_path)
    source = source_of(served)
    batches: list[Any] = []

    def stop_it(fetched: Fetched) -> None:
        batches.append(fetched)
        served.plan.faults = ["html"] * 99

    with pytest.raises(
        DataError, match=r"did not answer about bars of BTC/USDT:USDT 1h in 8 attempts, last: an answer that is no JSON"
    ):
        fetch(lake, source, BARS, stop_it)
    assert len(batches) == 1
    served.plan.faults = []
    fetch(lake, source_of(served), BARS, watched)
    check_bars(lake, served.venue)


def test_a_fetch_that_is_stopped_anywhere_goes_on_to_the_same_end(served: PerpetualVenue, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(fetched: Fetched) -> None:
        if fetched.n_added:
            raise StoppedError

    lake, source, n_stops = Lake(tmp_path), source_of(served), 0
    span = Span("BTC", "1h", LISTED_MS, LISTED_MS + 40 * DAY_MS)
    while True:
        try:
            fetch(lake, source, span, stop)
            break
        except StoppedError:
            n_stops += 1
            assert n_stops < 50
    assert n_stops == (1 if served.venue == "binance" else 10)
    check_bars(lake, served.venue, 960)


@pytest.mark.parametrize(
    ("coin", "interval", "said"),
    [
        ("BTX", "1h", "has no coin 'BTX'; did you mean BTC"),
        ("PEP", "1h", "did you mean (1000)?PEPE"),
        ("BTC", "7m", "has no bars of '7m'; it has .*15m, 30m, 1h"),
    ],
)
def test_what_there_is_not_is_refused_with_what_is_near(
    served: PerpetualVenue, coin: str, interval: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=said):
        fetch(Lake(tmp_path), source_of(served), Span(coin, interval, 0, LISTED_MS), watched)
    assert Lake(tmp_path).list() == []


def test_a_range_before_the_listing_is_cut_and_said(served: PerpetualVenue, tmp_path: Path) -> None:
    early = Span("BTC", "1h", LISTED_MS - 9 * DAY_MS, LISTED_MS + DAY_MS)
    fetched = fetch(Lake(tmp_path), source_of(served), early, watched)
    assert fetched.n_added == 24
    assert "the source begins at 2024-01-01 00:00" in fetched.notes[0]
    before = Span("BTC", "1h", LISTED_MS - 9 * DAY_MS, LISTED_MS - DAY_MS)
    assert "has nothing from" in fetch(Lake(tmp_path), source_of(served), before, watched).notes[0]


def test_rates_in_percent_are_refused(served: PerpetualVenue, tmp_path: Path) -> None:
    served.plan.rate = "0.01"
    with pytest.raises(DataError, match=r"half of the settlements are above 0.01, as percentages are.*mixed units"):
        fetch(Lake(tmp_path), source_of(served), FUNDING, watched)
    assert Lake(tmp_path).list() == []


def test_an_estimate_is_what_it_takes(served: PerpetualVenue, tmp_path: Path) -> None:
    source = source_of(served)
    bars, funding = source.served(BARS), source.served(FUNDING)
    before = sum(served.requests.values())
    for span in (bars, funding):
        list(source.fetch(span))
    taken = sum(served.requests.values()) - before
    expected = source.estimate(bars).requests + source.estimate(funding).requests
    # A page less one row is new, and of Binance's funding the time before the listing is counted, too.
    assert taken - 1 <= expected <= taken + 6
    assert source.estimate(bars).dollars == 0.0


def test_an_answer_without_end_is_none(served: PerpetualVenue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ccxt_venues, "MOST_BYTES", 1 << 19)
    served.plan.faults = ["huge"] * 9
    with pytest.raises(DataError, match="received more than 524,288 bytes"):
        source_of(served).served(BARS)


def test_nobody_at_an_address_is_told(tmp_path: Path) -> None:
    source = PerpetualSource(CcxtVenue(BINANCE, "http://127.0.0.1:9", pause_s=0.001), "binance")
    with pytest.raises(DataError, match="did not answer about its contracts in 8 attempts"):
        source.served(BARS)
    source = PerpetualSource(CcxtVenue(OKX, "no address", pause_s=0.001), "okx")
    with pytest.raises(DataError, match="no address"):
        source.served(BARS)


def answered(served: PerpetualVenue, path: str, change: Callable[[Any], Any]) -> None:
    """Let the server change what it answers at a path."""
    name = f"_{path.replace('-', '_')}"
    usual = getattr(served, name)
    setattr(served, name, lambda query: change(usual(query)))


def with_column(served: PerpetualVenue, column: int, value: object) -> None:
    """Let the server answer with bars whose column (time, open and three prices, volume) says something else."""

    def change(answer: Any) -> Any:
        for row in answer if served.venue == "binance" else answer["data"]:
            row[6 if served.venue == "okx" and column == 5 else column] = value
        return answer

    answered(served, "klines" if served.venue == "binance" else "history-candles", change)


NO_JSON = "in 8 attempts, last: an answer that is no JSON"
NO_NUMBER = "received .*; allowed are a UTC ms and 5 finite numbers"


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        *[(column, value, NO_JSON) for column in (0, 1, 5) for value in (float("nan"), 10**400)],
        *[(column, value, NO_NUMBER) for column in (1, 5) for value in (True, "1e999", None)],
        (1, -(10**18), "24 of 24 rows with zero or negative open"),
        (5, -(10**18), "24 of 24 rows with negative volume"),
    ],
)
def test_a_bar_that_cannot_be_is_refused(
    column: int, value: object, said: str, served: PerpetualVenue, tmp_path: Path
) -> None:
    with_column(served, column, value)
    with pytest.raises(DataError, match=said):
        fetch(Lake(tmp_path), source_of(served), Span("BTC", "1h", LISTED_MS, LISTED_MS + DAY_MS), watched)
    assert Lake(tmp_path).list() == []
    n_asked = served.requests["klines"] + served.requests["history-candles"]
    # What cannot be a bar is not asked for again: a page, and before it on Binance the first bar of all.
    assert n_asked == 8 if said is NO_JSON else n_asked <= 2


@pytest.mark.parametrize("value", [True, "1e999", None, -(10**18)])
def test_a_bar_without_a_time_is_none(value: object, served: PerpetualVenue, tmp_path: Path) -> None:
    """The library leaves such rows out, and nothing is said but that there is nothing."""
    with_column(served, 0, value)
    fetched = fetch(Lake(tmp_path), source_of(served), Span("BTC", "1h", LISTED_MS, LISTED_MS + DAY_MS), watched)
    assert fetched.n_added == 0
    assert Lake(tmp_path).list() == []
    assert served.requests["klines"] + served.requests["history-candles"] == 1


@pytest.mark.parametrize(
    ("paths", "answer"),
    [
        (("exchangeInfo", "instruments"), {"symbols": [{"symbol": 5, "status": []}], "data": [{"instId": 5}]}),
        (("fundingRate", "funding-rate-history"), {"0": 1, "code": "0", "data": [None]}),
        (("fundingRate", "funding-rate-history"), [{"fundingRate": 10**400, "fundingTime": 10**400}] * 3),
        (("klines", "history-candles"), {"code": "0", "data": [{}]}),
        (("time", "time"), {"serverTime": 10**400, "code": "0", "data": [{"ts": 10**400}]}),
    ],
)
def test_an_answer_of_another_shape_is_refused_or_none(
    paths: tuple[str, str], answer: Any, served: PerpetualVenue, tmp_path: Path
) -> None:
    answered(served, paths[served.venue == "okx"], lambda _: answer)
    span = FUNDING if "unding" in paths[0] else BARS
    with contextlib.suppress(DataError):
        assert fetch(Lake(tmp_path), source_of(served), span, watched).n_added == 0
    assert Lake(tmp_path).list() == []


@pytest.mark.parametrize("listed", ["", "1" + "0" * 40, "-5"])
def test_a_contract_that_does_not_say_when_it_was_listed_has_bars_all_the_same(listed: str, tmp_path: Path) -> None:
    with PerpetualVenue("okx") as served:

        def change(answer: Any) -> Any:
            answer["data"][0]["listTime"] = listed
            return answer

        answered(served, "instruments", change)
        fetched = fetch(Lake(tmp_path), source_of(served), Span("BTC", "1d", 0, LISTED_MS + 9 * DAY_MS), watched)
        assert fetched.n_added == 9
        # From 2019-09-08 on, 99 days a page, and each of the empty ones once.
        assert served.requests["history-candles"] <= 1_600 // 99 + 4
