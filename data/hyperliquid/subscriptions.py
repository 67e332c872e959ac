"""What is asked of the venue's WebSocket, and which of it has been acknowledged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.errors import DataError
from data.hyperliquid.frames import Acknowledgement, Complaint
from data.plain_json import parse_plain_json

ACKNOWLEDGED_WITHIN_S = 10.0
ATTEMPTS = 3
"""Of one connection at one subscription; what has no answer then is a connection that does not work."""
PING = '{"method":"ping"}'


@dataclass(frozen=True, slots=True)
class Subscription:
    """One feed: its type and what else names it, of a market or of a user."""

    type: str
    details: tuple[tuple[str, str], ...] = ()

    def asked(self) -> dict[str, str]:
        """Return what the venue is told, and repeats in its acknowledgement."""
        return {"type": self.type, **dict(self.details)}

    def message(self) -> str:
        """Return the message that begins the feed."""
        return json.dumps({"method": "subscribe", "subscription": self.asked()}, separators=(",", ":"))

    def __str__(self) -> str:
        return " ".join((self.type, *(value for _name, value in self.details)))


def candle_feed(coin: str, interval: str) -> Subscription:
    """Return the feed of a coin's candles, each told while it develops."""
    return Subscription("candle", (("coin", coin), ("interval", interval)))


def context_feed(coin: str) -> Subscription:
    """Return the feed of a coin's mark, oracle, funding and open interest."""
    return Subscription("activeAssetCtx", (("coin", coin),))


def quote_feed(coin: str) -> Subscription:
    """Return the feed of a coin's best bid and offer."""
    return Subscription("bbo", (("coin", coin),))


class Acknowledgements:
    """Which subscriptions of one connection run, which the venue refuses, and which have to be asked for again."""

    def __init__(self, subscriptions: Sequence[Subscription]) -> None:
        self._attempts = dict.fromkeys(subscriptions, 0)
        self._asked_s: dict[Subscription, float] = {}
        self._open = set(subscriptions)
        self.refused: dict[Subscription, str] = {}
        """What the venue said to the last attempt at each of them."""

    @property
    def is_settled(self) -> bool:
        """Whether every subscription runs, or was refused as often as it is asked for."""
        return not self._open

    def to_ask(self, now_s: float) -> list[Subscription]:
        """Return what has to be asked for now, for the first time or again, in the order in which it was given."""
        return [
            one
            for one, attempts in self._attempts.items()
            if one in self._open
            and attempts < ATTEMPTS
            and (one not in self._asked_s or now_s - self._asked_s[one] >= ACKNOWLEDGED_WITHIN_S)
        ]

    def asked(self, one: Subscription, now_s: float) -> None:
        """Note that a subscription was asked for."""
        self._attempts[one] += 1
        self._asked_s[one] = now_s

    def unanswered(self, now_s: float) -> Subscription | None:
        """Return a subscription that was asked for as often as it may be and has no answer at all."""
        for one in self._attempts:
            is_last = one in self._open and self._attempts[one] >= ATTEMPTS
            if is_last and now_s - self._asked_s[one] >= ACKNOWLEDGED_WITHIN_S:
                return one
        return None

    def acknowledged(self, frame: Acknowledgement) -> None:
        """Note that a feed runs; one that ends by another's wish is not ours."""
        if frame.method == "subscribe":
            self._settle([one for one in self._open if frame.confirms(one.asked())])

    def complained(self, frame: Complaint) -> Subscription | None:
        """Return the subscription that a complaint is about, None if it is about none of them.

        Whoever has it already needs no more: the acknowledgement was lost. Anything else is asked for again when its
        time is over, unless that was the last attempt.
        """
        said = _subscription_in(frame.text)
        about = [one for one in self._attempts if said is not None and _is_about(one, said)]
        if not about:
            return None
        if frame.text.startswith("Already subscribed"):
            self._settle(about)
            return None
        self.refused.update(dict.fromkeys(about, frame.text))
        self._open -= {one for one in about if self._attempts[one] >= ATTEMPTS}
        return about[0]

    def _settle(self, subscriptions: list[Subscription]) -> None:
        for one in subscriptions:
            self._open.discard(one)
            self.refused.pop(one, None)


def _is_about(one: Subscription, said: dict[str, Any]) -> bool:
    return all(said.get(name) == value for name, value in one.asked().items())


def _subscription_in(text: str) -> dict[str, Any] | None:
    """Return the object that a complaint quotes behind its words."""
    begin, end = text.find("{"), text.rfind("}")
    try:
        found = parse_plain_json(text[begin : end + 1].encode(), "complaint") if 0 <= begin < end else None
    except DataError:
        return None
    return found if isinstance(found, dict) else None
