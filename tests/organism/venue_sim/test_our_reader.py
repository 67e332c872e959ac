"""Our own reader takes everything that the simulated venue says, as it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from data.hyperliquid.frames import Acknowledgement, AllMids, Complaint, Pong, parse_frame
from data.hyperliquid.rest import HyperliquidRest
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle, parse_contexts
from data.market import Universe
from data.worlds import make_world
from organism.venue_sim import Fault, FaultPlan, VenueSettings, VenueSimulator
from organism.venue_sim.faults import REQUEST_FAULTS
from organism.venue_sim.info import answer
from organism.venue_sim.stream import Stream
from organism.venue_sim.venue import Venue

HOUR_MS = 3_600_000

Serve = Callable[..., VenueSimulator]


@pytest.fixture(scope="module")
def world() -> Universe:
    """Half a year of four coins."""
    return Universe("", make_world("planted", 1, years=0.5).markets)


def test_bars_and_funding_come_back_as_they_are_in_the_market(serve: Serve, world: Universe) -> None:
    now_ms = int(world.time_ms[-1]) + HOUR_MS // 2
    simulator = serve(world, now_ms, VenueSettings(hourly_funding_from_ms=0))
    rest = HyperliquidRest(simulator.url)
    assert rest.time_ms() == now_ms
    assert {asset.name for asset in rest.meta()} == set(world.coins)
    market = world["ETH"]
    *candles, running = rest.candles("ETH", "1h", 0, now_ms, 5000)
    assert [one.close for one in candles] == market.close[:-1].tolist()
    assert [one.volume for one in candles] == market.volume[:-1].tolist()
    assert running.open == market.open[-1]
    assert running.low >= market.low[-1]
    rows = rest.funding("ETH", int(world.time_ms[0]), now_ms, 500)
    assert [row.rate for row in rows] == market.funding_rate[:500].round(10).tolist()


def test_contexts_are_taken(world: Universe) -> None:
    venue = Venue(world)
    told = answer(venue, b'{"type":"metaAndAssetCtxs"}', int(world.time_ms[100]))
    assets, contexts = parse_contexts(json.loads(told.body))
    assert [asset.name for asset in assets] == [context.coin for context in contexts] == list(world.coins)


def test_frames_are_taken(world: Universe) -> None:
    now_ms = int(world.time_ms[100])
    stream = Stream(Venue(world, VenueSettings(step_ms=900_000)), now_ms)
    feeds = [
        *({"type": kind, "coin": coin} for kind in ("bbo", "activeAssetCtx") for coin in world.coins),
        *({"type": "candle", "coin": coin, "interval": name} for coin in world.coins for name in ("1h", "1d", "1M")),
        {"type": "allMids"},
    ]
    for feed in feeds:
        ack = parse_frame(stream.receive(json.dumps({"method": "subscribe", "subscription": feed}), now_ms))
        assert isinstance(ack, Acknowledgement)
        assert ack.confirms(feed)
    found = [parse_frame(frame.text) for frame in stream.due(now_ms + 8 * HOUR_MS)]
    assert {type(frame) for frame in found} == {Candle, BestBidOffer, AssetContext, AllMids}
    assert len(found) == len(feeds) * 32
    assert isinstance(parse_frame(stream.receive('{"method":"ping"}', now_ms)), Pong)
    assert isinstance(parse_frame(stream.receive("{", now_ms)), Complaint)


def test_a_reader_that_asks_again_gets_all_of_it_in_spite_of_faults(serve: Serve, world: Universe) -> None:
    now_ms = int(world.time_ms[-1])
    plan = FaultPlan(tuple(Fault(now_ms, kind) for kind in REQUEST_FAULTS))
    simulator = serve(world, now_ms, VenueSettings(hold_s=0.01), plan)
    candles = HyperliquidRest(simulator.url, pause_s=0.001).candles("BTC", "1h", 0, now_ms - 1, 5000)
    assert [one.close for one in candles] == world["BTC"].close[:-1].tolist()
    assert simulator.counts().faults == {str(kind): 1 for kind in REQUEST_FAULTS}
