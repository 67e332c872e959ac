"""What the venue's own library, unmodified, reads over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from hyperliquid.info import Info
from hyperliquid.utils.error import ClientError, ServerError

from data.errors import ConfigError
from data.market import Market, Universe
from organism.venue_sim import Fault, FaultKind, FaultPlan, UnknownCoin, VenueClock, VenueSettings, VenueSimulator

START_MS = 1_704_067_200_000
HOUR_MS = 3_600_000
NOW_MS = START_MS + 3 * HOUR_MS

Serve = Callable[..., VenueSimulator]


@contextmanager
def client(simulator: VenueSimulator, timeout: float = 5.0) -> Iterator[Info]:
    info = Info(simulator.url, skip_ws=True, timeout=timeout)
    try:
        yield info
    finally:
        info.session.close()


def post(simulator: VenueSimulator, body: Any = None, **how: Any) -> requests.Response:
    return requests.post(f"{simulator.url}/info", json=body, timeout=5.0, **how)


def three_coins(make_coin: Callable[..., Market]) -> Universe:
    """Return BTC to the end, ETH delisted after two hours, SOL listed after one; all four hours long."""
    close = [101.0, 102.0, 103.0, 104.0]
    return Universe(
        "test",
        (
            make_coin(close),
            make_coin(close, coin="ETH", available=[True, True, False, False], lot_size=1e-4, max_leverage=25),
            make_coin(close, coin="SOL", available=[False, True, True, True], lot_size=1e-2, max_leverage=20),
        ),
    )


def test_the_library_reads_candles_and_funding(serve: Serve, four_hours: Universe) -> None:
    with client(serve(four_hours, NOW_MS)) as info:
        candles = info.candles_snapshot("BTC", "1h", START_MS, NOW_MS)
        assert [(row["t"], row["o"], row["c"]) for row in candles] == [
            (START_MS, "100.0", "103.0"),
            (START_MS + HOUR_MS, "103.0", "102.0"),
            (START_MS + 2 * HOUR_MS, "102.0", "106.0"),
        ]
        rates = info.funding_history("BTC", START_MS, START_MS + 2 * HOUR_MS + 999)
        assert [row["fundingRate"] for row in rates] == ["0.00001", "0.00002", "-0.00003"]


def test_the_library_reads_the_universe(serve: Serve, make_coin: Callable[..., Market]) -> None:
    with client(serve(three_coins(make_coin), START_MS + 2 * HOUR_MS)) as info:
        # BTC and ETH were listed together, SOL an hour later; the place is the asset's number.
        assert info.coin_to_asset == {"BTC": 0, "ETH": 1, "SOL": 2, "PURR/USDC": 10000}
        assert info.asset_to_sz_decimals == {0: 5, 1: 4, 2: 2, 10000: 0}
        assert info.meta()["universe"][1] == {
            "name": "ETH", "szDecimals": 4, "maxLeverage": 25, "marginTableId": 25, "isDelisted": True,
        }  # fmt: skip
        meta, contexts = info.meta_and_asset_ctxs()
        assert [context["markPx"] for context in contexts] == ["102.0", "102.0", "102.0"]
        assert [context["impactPxs"] is None for context in contexts] == [False, True, False]
        assert contexts[0]["dayBaseVlm"] == "120.0"
        assert contexts[0]["dayNtlVlm"] == "12180.0"  # 60 x 101 + 60 x 102
        assert len(meta["universe"]) == 3


def test_a_coin_is_not_there_before_its_listing(serve: Serve, make_coin: Callable[..., Market]) -> None:
    with client(serve(three_coins(make_coin), START_MS + HOUR_MS - 1)) as info:
        assert "SOL" not in info.coin_to_asset
        assert [entry["name"] for entry in info.meta()["universe"] if "isDelisted" in entry] == []


def test_the_library_reads_mids_and_book(serve: Serve, make_coin: Callable[..., Market]) -> None:
    with client(serve(three_coins(make_coin), START_MS + 2 * HOUR_MS)) as info:
        # Six decimals less the five of a size leave BTC one; five figures leave SOL two. ETH is delisted.
        assert info.all_mids() == {"BTC": "102.05", "SOL": "102.005"}
        book = info.l2_snapshot("BTC")
        bids, asks = book["levels"]
        assert [len(bids), len(asks)] == [20, 20]
        assert [bids[0]["px"], bids[1]["px"], asks[0]["px"], asks[1]["px"]] == ["102.0", "101.9", "102.1", "102.2"]
        assert info.l2_snapshot("ETH")["levels"] == [[], []]


def test_the_same_seed_and_moment_give_the_same_bytes(serve: Serve, four_hours: Universe) -> None:
    bodies = [
        {"type": "metaAndAssetCtxs"},
        {"type": "candleSnapshot", "req": {"coin": "BTC", "interval": "1h", "startTime": 0, "endTime": NOW_MS}},
        {"type": "fundingHistory", "coin": "BTC", "startTime": 0},
        {"type": "l2Book", "coin": "BTC"},
    ]
    first, second = serve(four_hours, NOW_MS), serve(four_hours, NOW_MS)
    told = [post(first, body).content for body in bodies]
    assert [post(second, body).content for body in bodies[::-1]] == told[::-1]
    other = serve(four_hours, NOW_MS, VenueSettings(seed=2))
    assert all(post(other, body).content != content for body, content in zip(bodies[1:], told[1:], strict=True))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 10_000,
        b'{"type":"nothing"}',
        b'{"type":"candleSnapshot","req":{"coin":"BTC","interval":"7m","startTime":0,"endTime":1}}',
        b'{"type":"candleSnapshot","req":{"coin":"BTC","interval":"1h","startTime":-1,"endTime":1}}',
        b'{"type":"candleSnapshot","req":{"coin":"BTC","interval":"1h","startTime":"0","endTime":1}}',
        b'{"type":"fundingHistory","coin":"BTC","startTime":18446744073709551616}',
        b'{"type":"meta","dex":"another"}',
    ],
)
def test_a_body_that_is_none_is_answered_422(body: bytes, serve: Serve, four_hours: Universe) -> None:
    simulator = serve(four_hours, NOW_MS)
    answer = post(simulator, data=body)
    assert (answer.status_code, answer.text) == (422, "Failed to deserialize the JSON body into the target type")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert post(simulator, {"type": "meta", "dex": ""}).status_code == 200


def test_the_largest_times_are_taken(serve: Serve, four_hours: Universe) -> None:
    most = 2**64 - 1
    simulator = serve(four_hours, NOW_MS)
    wanted = {"coin": "BTC", "interval": "1h", "startTime": 0, "endTime": most}
    assert len(post(simulator, {"type": "candleSnapshot", "req": wanted}).json()) == 3
    assert post(simulator, {"type": "fundingHistory", "coin": "BTC", "startTime": most, "endTime": most}).json() == []


def test_a_body_too_large_is_refused(serve: Serve, four_hours: Universe) -> None:
    assert post(serve(four_hours, NOW_MS), data=b" " * 70_000).status_code == 413


def test_unknown_coins_are_answered_as_is_chosen(serve: Serve, four_hours: Universe) -> None:
    body = {"type": "fundingHistory", "coin": "NONE", "startTime": 0}
    error = post(serve(four_hours, NOW_MS), body)
    assert (error.status_code, error.text) == (500, "null")
    empty = post(serve(four_hours, NOW_MS, VenueSettings(unknown_coin=UnknownCoin.EMPTY)), body)
    assert (empty.status_code, empty.text) == (200, "[]")
    book = post(serve(four_hours, NOW_MS), {"type": "l2Book", "coin": "NONE"})
    assert (book.status_code, book.text) == (200, "null")


def test_beyond_the_weight_of_a_minute_the_answer_is_429_and_null(serve: Serve, four_hours: Universe) -> None:
    # Starting costs 20 + 20; three candles 20 and a part of 60 rows, 21: 54 of them make 1,134, and 1,174 in all.
    simulator = serve(four_hours, NOW_MS)
    with client(simulator) as info:
        for _ in range(54):
            info.candles_snapshot("BTC", "1h", START_MS, NOW_MS)
        info.all_mids()
        assert simulator.counts().largest_weight == 1176
        info.funding_history("BTC", START_MS)  # 20 and a part of 20 rows
        assert (simulator.counts().largest_weight, simulator.counts().refused) == (1197, 0)
        info.all_mids()
        with pytest.raises(ClientError) as refused:
            info.all_mids()
        assert (refused.value.status_code, refused.value.error_message) == (429, "null")
        assert (simulator.counts().largest_weight, simulator.counts().refused) == (1201, 1)
        simulator.clock.advance(59_999)
        with pytest.raises(ClientError):
            info.all_mids()
        simulator.clock.advance(1)
        assert info.all_mids() == {"BTC": "105.95"}  # a minute on the way from 106 to 105 in 20


def test_each_fault_of_an_answer_is_what_the_library_then_meets(serve: Serve, four_hours: Universe) -> None:
    kinds = [FaultKind.SERVER_ERROR, FaultKind.HTML, FaultKind.TRUNCATED, FaultKind.TIMEOUT]
    plan = FaultPlan(tuple(Fault(NOW_MS + hour * HOUR_MS, kind) for hour, kind in enumerate(kinds, 1)))
    simulator = serve(four_hours, NOW_MS, VenueSettings(hold_s=0.3), plan)
    with client(simulator) as info:
        assert info.all_mids()
        simulator.clock.advance(HOUR_MS)
        with pytest.raises(ServerError, match="502 Bad Gateway"):
            info.all_mids()
        assert info.meta()["universe"]
        simulator.clock.advance(HOUR_MS)
        assert info.all_mids()["error"].startswith("Could not parse JSON: <html>")
        simulator.clock.advance(HOUR_MS)
        assert info.all_mids()["error"].startswith('Could not parse JSON: {"BTC"')
        simulator.clock.advance(HOUR_MS)
        info.timeout = 0.1
        with pytest.raises(requests.exceptions.ReadTimeout):
            info.all_mids()
        assert info.all_mids()
    assert simulator.counts().faults == {str(kind): 1 for kind in kinds}


def test_an_answer_that_never_comes_ends_without_one(serve: Serve, four_hours: Universe) -> None:
    plan = FaultPlan((Fault(NOW_MS, FaultKind.TIMEOUT),))
    simulator = serve(four_hours, NOW_MS, VenueSettings(hold_s=0.05), plan)
    with pytest.raises(requests.exceptions.ConnectionError):
        post(simulator, {"type": "meta"})


def test_a_port_that_is_taken_is_told(serve: Serve, four_hours: Universe) -> None:
    port = int(serve(four_hours, NOW_MS).url.rsplit(":", 1)[1])
    with (
        pytest.raises(ConfigError, match=f"port {port} cannot be used .*: choose another"),
        VenueSimulator(four_hours, VenueClock(NOW_MS), port=port),
    ):
        pass
