"""A venue that answers for something else, or not at all: nothing of it is kept."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from data.errors import DataError
from data.fetching import fetch
from data.hyperliquid.rest import HyperliquidRest
from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS
from data.lake import Lake
from data.sources.hyperliquid import HyperliquidSource
from data.sources.source import Span

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
END_MS = MIDNIGHT_MS + DAY_MS
BARS, FUNDING = Span("BTC", "1h", MIDNIGHT_MS, END_MS), Span("BTC", None, MIDNIGHT_MS, END_MS)
CANDLE = {
    "t": MIDNIGHT_MS,
    "T": MIDNIGHT_MS + HOUR_MS - 1,
    "s": "BTC",
    "i": "1h",
    "o": "100.0",
    "c": "101.0",
    "h": "102.0",
    "l": "99.0",
    "v": "5.0",
    "n": 7,
}
SETTLEMENT = {"coin": "BTC", "fundingRate": "0.0000125", "premium": "-0.0003", "time": MIDNIGHT_MS + 58}


class Venue(ThreadingHTTPServer):
    """Answers each type of question with what it was told to; counts them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        assets = [{"name": coin, "szDecimals": 5, "maxLeverage": 40} for coin in ("BTC", "ETH")]
        self.answers: dict[str, Any] = {"meta": {"universe": assets}, "l2Book": {"coin": "BTC", "time": END_MS}}
        self.statuses: dict[str, int] = {}
        self.asked: Counter[str] = Counter()


class Handler(BaseHTTPRequestHandler):
    """Answers as the venue's `/info` does."""

    def do_POST(self) -> None:
        venue = self.server
        assert isinstance(venue, Venue)
        kind = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["type"]
        venue.asked[kind] += 1
        content = json.dumps(venue.answers.get(kind)).encode()
        self.send_response(venue.statuses.get(kind, 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def venue() -> Iterator[Venue]:
    with Venue() as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served
        served.shutdown()
        thread.join()


def brought(venue: Venue, folder: Path, span: Span) -> int:
    """Fetch a span into a lake; return how many rows are new."""
    rest = HyperliquidRest(f"http://127.0.0.1:{venue.server_address[1]}", pause_s=0.001)
    return fetch(Lake(folder), HyperliquidSource(rest), span, lambda _: None).n_added


def test_what_was_asked_for_is_kept(venue: Venue, tmp_path: Path) -> None:
    """The answers below differ from these in one thing alone."""
    venue.answers["candleSnapshot"] = [
        {**CANDLE, "t": CANDLE["t"] + i * HOUR_MS, "T": CANDLE["T"] + i * HOUR_MS}  # type: ignore[operator]
        for i in range(24)
    ]
    venue.answers["fundingHistory"] = [{**SETTLEMENT, "time": MIDNIGHT_MS + i * HOUR_MS} for i in (0, 1)]
    assert brought(venue, tmp_path, BARS) == 24
    rest = HyperliquidRest(f"http://127.0.0.1:{venue.server_address[1]}")
    assert [one.coin for one in rest.funding("BTC", MIDNIGHT_MS, END_MS - 1, 24)] == ["BTC", "BTC"]


@pytest.mark.parametrize(
    ("change", "received"),
    [
        ({"s": "ETH"}, "'ETH' '1h'"),
        ({"i": "15m", "T": MIDNIGHT_MS + 15 * MINUTE_MS - 1}, "'BTC' '15m'"),
    ],
)
def test_candles_of_another_coin_or_length_are_refused(
    change: dict[str, Any], received: str, venue: Venue, tmp_path: Path
) -> None:
    venue.answers["candleSnapshot"] = [{**CANDLE, **change}]
    said = f"asked for BTC 1h, received a candle of {received} at 2024-01-01 00:00"
    with pytest.raises(DataError, match=said):
        brought(venue, tmp_path, BARS)
    assert Lake(tmp_path).list() == []


def test_funding_of_another_coin_is_refused(venue: Venue, tmp_path: Path) -> None:
    venue.answers["fundingHistory"] = [SETTLEMENT, {**SETTLEMENT, "coin": "ETH", "time": MIDNIGHT_MS + HOUR_MS}]
    with pytest.raises(DataError, match="asked for funding of BTC, received that of 'ETH'"):
        brought(venue, tmp_path, FUNDING)
    assert Lake(tmp_path).list() == []


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_question_that_the_venue_cannot_read_is_not_asked_again(status: int, venue: Venue, tmp_path: Path) -> None:
    venue.statuses["candleSnapshot"] = status
    with pytest.raises(DataError, match=f"refused candleSnapshot with HTTP {status}"):
        brought(venue, tmp_path, BARS)
    assert venue.asked["candleSnapshot"] == 1
    assert Lake(tmp_path).list() == []
