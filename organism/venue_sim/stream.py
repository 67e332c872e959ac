"""One WebSocket without its network: what a client asks for, and the frames that the market gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from organism.venue_sim.subscriptions import (
    FEED,
    MESSAGE,
    BestFeed,
    CandleFeed,
    ContextFeed,
    Feed,
    MidsFeed,
    Ping,
    compact,
)
from organism.venue_sim.venue import Venue

MOST_FEEDS = 1000
"""Feeds of one address at the venue; counted for each WebSocket here."""


class Frame(NamedTuple):
    """Text for the client, and the simulated moment that it is of."""

    moment_ms: int
    text: str


class Stream:
    """Feeds of one client.

    The market is looked at on a grid of moments (`step_ms`): at each, every feed whose data has changed gives a
    frame, so that a candle is told while it develops and once more when it is complete. The frames depend on
    the moments alone, not on when they are asked for.
    """

    def __init__(self, venue: Venue, now_ms: int) -> None:
        self._venue, self._step_ms = venue, venue.settings.step_ms
        self._step = now_ms // self._step_ms
        self._feeds: dict[str, Feed] = {}
        self._last: dict[str, Any] = {}

    def receive(self, text: str, now_ms: int) -> str:
        """Return the reply to a message."""
        try:
            message = MESSAGE.validate_json(text)
        except ValidationError:
            return _error(f"Error parsing JSON into valid websocket request: {text}")
        if isinstance(message, Ping):
            return compact({"channel": "pong"})
        feed = self._feed(message.subscription, now_ms)
        if feed is None:
            return _error(f"Invalid subscription {compact(message.subscription)}")
        key = compact(feed.model_dump())
        is_wanted = message.method == "subscribe"
        if is_wanted == (key in self._feeds):
            return _error(f"Already {message.method}d: {compact(message.subscription)}")
        if is_wanted and len(self._feeds) >= MOST_FEEDS:
            return _error(f"Cannot track more than {MOST_FEEDS} total subscriptions.")
        if is_wanted:
            self._feeds[key] = feed
        else:
            del self._feeds[key]
            self._last.pop(key, None)
        echo = {"method": message.method, "subscription": feed.model_dump()}
        return compact({"channel": "subscriptionResponse", "data": echo})

    def due(self, now_ms: int) -> Iterator[Frame]:
        """Yield the frames of every moment of the grid since the last call, oldest first."""
        while (self._step + 1) * self._step_ms <= now_ms:
            self._step += 1
            moment_ms = self._step * self._step_ms
            for key, feed in tuple(self._feeds.items()):
                told = self._told(feed, moment_ms)
                if told is None or self._last.get(key) == told:
                    continue
                self._last[key] = told
                data = {**told, "time": moment_ms} if isinstance(feed, BestFeed) else told
                yield Frame(moment_ms, compact({"channel": feed.type, "data": data}))

    def _feed(self, subscription: dict[str, Any], now_ms: int) -> Feed | None:
        try:
            feed = FEED.validate_python(subscription)
        except ValidationError:
            return None
        is_known = isinstance(feed, MidsFeed) or self._venue.listing(feed.coin, now_ms) is not None
        return feed if is_known else None

    def _told(self, feed: Feed, moment_ms: int) -> dict[str, Any] | None:
        """Return the data of a feed at a moment, None where there is nothing to tell."""
        if isinstance(feed, MidsFeed):
            return {"mids": self._venue.all_mids(moment_ms)}
        found = self._venue.listing(feed.coin, moment_ms)
        if found is None or found.is_delisted(moment_ms - 1):
            return None
        match feed:
            case CandleFeed(interval=interval):
                return found.candles.at(interval, moment_ms)
            case ContextFeed(coin=coin):
                return {"coin": coin, "ctx": found.quotes.context(moment_ms)}
            case BestFeed(coin=coin):
                return {"coin": coin, "bbo": found.quotes.best(moment_ms)}


def _error(text: str) -> str:
    return compact({"channel": "error", "data": text})
