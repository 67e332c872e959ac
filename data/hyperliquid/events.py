"""What a stream tells its listener."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from data.hyperliquid.frames import Frame
from data.hyperliquid.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Connected:
    """Every feed runs, but for those that were refused."""

    at_ms: int
    lost_since_ms: int | None
    """From when on something may be missing; None for the first connection."""
    refused: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone; another one is on its way."""

    since_ms: int
    """When the last message came: what the venue said after it is not known."""
    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No connection could be made; it will be tried again."""

    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Complained:
    """The venue does not like a message of ours."""

    text: str
    about: Subscription | None
    """None where it is about no subscription that is known."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a feed."""

    frame: Frame
    at_ms: int


Event: TypeAlias = Connected | Lost | Unreachable | Complained | Heard


@dataclass(slots=True)
class StreamCounts:
    """What has come and gone since the stream began."""

    frames: int = 0
    unreadable: int = 0
    """Messages that were no message of the venue, or said something impossible."""
    unknown: int = 0
    """Messages of channels that are not read."""
    complaints: int = 0
    connections: int = 0
    """Connections that came to run."""
    failures: int = 0
    """Attempts at a connection that failed."""
    last_unreadable: str = ""
    """What was wrong with the last unreadable message."""
