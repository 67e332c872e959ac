"""Frames on their way to one client, and what the faults make of them."""

from __future__ import annotations

from organism.venue_sim.faults import FaultDesk, FaultKind
from organism.venue_sim.settings import VenueSettings
from organism.venue_sim.stream import Frame


class FaultyWire:
    """Turns frames that are due into what is sent; replies and late frames pass it too, and silence swallows all."""

    def __init__(self, desk: FaultDesk, settings: VenueSettings) -> None:
        self.is_cut = False
        """Whether the connection has to be cut now."""
        self.silent_until_ms = 0
        """Nothing is sent before."""
        self._desk, self._settings = desk, settings
        self._late: list[Frame] = []
        self._swapped: str | None = None

    def reply(self, text: str, now_ms: int) -> list[str]:
        """Return what is sent of a reply."""
        return [] if now_ms < self.silent_until_ms else [text]

    def released(self, now_ms: int) -> list[str]:
        """Return the late frames whose time has come."""
        ready = [frame.text for frame in self._late if frame.moment_ms <= now_ms]
        self._late = [frame for frame in self._late if frame.moment_ms > now_ms]
        return [] if now_ms < self.silent_until_ms else ready

    def passed(self, frame: Frame) -> list[str]:
        """Return what is sent when a frame is due."""
        sent = self.released(frame.moment_ms)
        if frame.moment_ms < self.silent_until_ms or self.is_cut:
            return sent
        if self._swapped is not None:
            swapped, self._swapped = self._swapped, None
            return [*sent, frame.text, swapped]
        match self._desk.for_stream(frame.moment_ms):
            case FaultKind.DISCONNECT:
                self.is_cut = True
            case FaultKind.SILENCE:
                self.silent_until_ms = frame.moment_ms + self._settings.silence_ms
            case FaultKind.LATE:
                self._late.append(Frame(frame.moment_ms + self._settings.late_ms, frame.text))
            case FaultKind.REORDERED:
                self._swapped = frame.text
            case FaultKind.DUPLICATE:
                sent += [frame.text, frame.text]
            case _:
                sent.append(frame.text)
        return sent
