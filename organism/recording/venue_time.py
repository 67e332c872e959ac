"""The venue's clock, as far as it is known here: ours, and how much it is ahead."""

from __future__ import annotations

from data.clock import Clock

LARGEST_STEP_MS = 120_000
"""By which a message may put the clock on; whatever says more is asked about over HTTP, or wrong."""


class VenueTime:
    """UTC milliseconds of the venue: whether a bar is over is for its clock to say, not for ours."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.ahead_ms = clock, 0

    def now_ms(self) -> int:
        """Return the present moment."""
        return self._clock.now_ms() + self.ahead_ms

    def of(self, ours_ms: int) -> int:
        """Return the venue's time at a moment of our clock."""
        return ours_ms + self.ahead_ms

    def measured(self, venue_ms: int) -> None:
        """Take what the venue says its time is."""
        self.ahead_ms = venue_ms - self._clock.now_ms()

    def told(self, venue_ms: int) -> None:
        """Take the time of a message, which cannot be of the future."""
        late_ms = venue_ms - self.now_ms()
        if 0 < late_ms <= LARGEST_STEP_MS:
            self.ahead_ms += late_ms
