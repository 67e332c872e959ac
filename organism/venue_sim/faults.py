"""What goes wrong, and when: listed, or drawn from a seed, always at simulated moments."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from data.errors import ConfigError
from data.intervals import MINUTE_MS
from organism.venue_sim.chance import drawn, drawn_below


class FaultKind(StrEnum):
    """Ways in which the venue fails its clients."""

    TIMEOUT = "timeout"
    """The answer never comes."""
    SERVER_ERROR = "server_error"
    """Status 502 and a page of HTML."""
    HTML = "html"
    """Status 200 and a page of HTML."""
    TRUNCATED = "truncated"
    """Status 200 and half of the JSON."""
    SILENCE = "silence"
    """A WebSocket stays open and says nothing; what would have been sent is lost."""
    DUPLICATE = "duplicate"
    """A frame is sent twice."""
    LATE = "late"
    """A frame is sent later than others that came after it."""
    REORDERED = "reordered"
    """A frame changes places with the next one."""
    DISCONNECT = "disconnect"
    """A WebSocket is cut without a word."""


REQUEST_FAULTS = (FaultKind.TIMEOUT, FaultKind.SERVER_ERROR, FaultKind.HTML, FaultKind.TRUNCATED)
"""Faults of an answer to a request."""
STREAM_FAULTS = tuple(kind for kind in FaultKind if kind not in REQUEST_FAULTS)
"""Faults of a WebSocket."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: it strikes the first request, or the first WebSocket with something to send, from then on."""

    at_ms: int
    """Simulated UTC milliseconds."""
    kind: FaultKind


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Which faults strike: those listed, and those drawn."""

    faults: tuple[Fault, ...] = ()
    """Each strikes once, however long it has to wait for something to strike."""
    rate: float = 0.0
    """Chance that a simulated minute has a drawn fault; one that finds nothing to strike before the next is dropped."""
    seed: int = 1
    kinds: tuple[FaultKind, ...] = tuple(FaultKind)
    """What is drawn from."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.rate) and 0.0 <= self.rate <= 1.0):
            raise ConfigError(f"rate of faults is {self.rate}: allowed is 0 to 1, the chance of each simulated minute")
        if self.rate and not self.kinds:
            raise ConfigError("faults are to be drawn from no kinds: give at least one, or a rate of 0")

    def drawn_in(self, minute: int) -> Fault | None:
        """Return the fault of a simulated minute since 1970, if it has one."""
        place = np.array([minute], dtype=np.int64)
        if self.rate * 2.0**64 <= float(drawn(self.seed, "fault", place)[0]):
            return None
        offset_ms = int(drawn_below(MINUTE_MS, self.seed, "fault moment", place)[0])
        kind = self.kinds[int(drawn_below(len(self.kinds), self.seed, "fault kind", place)[0])]
        return Fault(minute * MINUTE_MS + offset_ms, kind)


class FaultDesk:
    """Hands out each fault once, when its moment has come, and counts those that struck."""

    def __init__(self, plan: FaultPlan, start_ms: int) -> None:
        self.struck: Counter[FaultKind] = Counter()
        """How many faults of each kind struck."""
        self._plan, self._minute = plan, start_ms // MINUTE_MS
        ordered = sorted(plan.faults, key=lambda fault: fault.at_ms)
        self._listed = {
            kinds: deque(fault for fault in ordered if fault.kind in kinds) for kinds in (REQUEST_FAULTS, STREAM_FAULTS)
        }
        self._drawn: dict[tuple[FaultKind, ...], Fault] = {}
        self._start_ms = start_ms

    def for_request(self, now_ms: int) -> FaultKind | None:
        """Return what strikes the request that came now."""
        return self._take(REQUEST_FAULTS, now_ms)

    def for_stream(self, now_ms: int) -> FaultKind | None:
        """Return what strikes the WebSocket that is to send a frame now."""
        return self._take(STREAM_FAULTS, now_ms)

    def _take(self, kinds: tuple[FaultKind, ...], now_ms: int) -> FaultKind | None:
        self._draw(now_ms)
        listed = self._listed[kinds]
        if listed and listed[0].at_ms <= now_ms:
            kind = listed.popleft().kind
        elif kinds in self._drawn:
            kind = self._drawn.pop(kinds).kind
        else:
            return None
        self.struck[kind] += 1
        return kind

    def _draw(self, now_ms: int) -> None:
        """Take up the drawn faults whose moment has come; of those that wait, the newest of each side stays."""
        while self._plan.rate and self._minute * MINUTE_MS <= now_ms:
            fault = self._plan.drawn_in(self._minute)
            if fault is not None and fault.at_ms > now_ms:
                return
            if fault is not None and fault.at_ms >= self._start_ms:
                side = REQUEST_FAULTS if fault.kind in REQUEST_FAULTS else STREAM_FAULTS
                self._drawn[side] = fault
            self._minute += 1
