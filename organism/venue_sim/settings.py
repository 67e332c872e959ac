"""What can be turned about the simulated venue: what is made up, what nobody knows of the true one, and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.errors import ConfigError
from organism.venue_sim.funding import HOURLY_FROM_MS


class UnknownCoin(StrEnum):
    """What candles or funding of a coin that is not listed are answered with; of the true venue both are told."""

    SERVER_ERROR = "server_error"
    """Status 500 and the body `null`."""
    EMPTY = "empty"
    """Status 200 and an empty list."""


@dataclass(frozen=True, slots=True)
class VenueSettings:
    """Settings of one simulated venue. Milliseconds are simulated ones, seconds are real ones."""

    seed: int = 1
    """Of everything made up: trades of a bar, milliseconds of a settlement, sizes in the book."""
    backfilled_until_ms: int = 0
    """Bars that open before were never traded: no volume, `n` of 0."""
    hourly_funding_from_ms: int = HOURLY_FROM_MS
    """Funding is settled every eight hours up to here; a multiple of eight hours."""
    unknown_coin: UnknownCoin = UnknownCoin.SERVER_ERROR
    weight_a_minute: int = 1200
    """Weight of requests that one address may spend in any 60 s."""
    connections: int = 10
    """WebSockets that one address may hold."""
    connections_a_minute: int = 30
    """New WebSockets of one address in any 60 s."""
    messages_a_minute: int = 2000
    """Messages that one address may send over its WebSockets in any 60 s."""
    step_ms: int = 15_000
    """Time between two looks at the market by a stream."""
    idle_close_ms: int = 60_000
    """A WebSocket that has been sent nothing for so long is closed, once `grace_s` have passed as well."""
    grace_s: float = 1.0
    """Real time that a WebSocket may be idle whatever the speed, so that a fast clock leaves it time to subscribe."""
    hold_s: float = 30.0
    """How long an answer is held back that will never come (a fault)."""
    silence_ms: int = 120_000
    """How long a WebSocket says nothing (a fault)."""
    late_ms: int = 30_000
    """How much later than its time a late frame is sent (a fault)."""

    def __post_init__(self) -> None:
        for name in ("step_ms", "idle_close_ms", "weight_a_minute"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} of the simulated venue is {getattr(self, name)}: allowed is 1 or more")
        if self.hourly_funding_from_ms % (8 * 3_600_000):
            raise ConfigError(
                f"hourly_funding_from_ms of the simulated venue is {self.hourly_funding_from_ms}: "
                "allowed are multiples of eight hours since 1970"
            )
