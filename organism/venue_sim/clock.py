"""The venue's time: begins where it is told, runs as fast as it is told, or stands and is moved by hand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from data.errors import ConfigError


class VenueClock:
    """Simulated UTC milliseconds.

    Parameters
    ----------
    start_ms
        Simulated moment at which the clock begins, when it is made.
    speed
        Simulated seconds in a second; 0 stands still until `advance`.
    monotonic
        Where real seconds come from.
    """

    def __init__(self, start_ms: int, speed: float = 1.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        if not (math.isfinite(speed) and speed >= 0.0):
            raise ConfigError(f"speed of the venue's clock is {speed}: allowed is 0 (standing) or more; 60 is usual")
        if start_ms < 0:
            raise ConfigError(f"start of the venue's clock is {start_ms} ms: allowed is 0 or more, UTC milliseconds")
        self.speed = speed
        self._start_ms, self._monotonic, self._began_s = start_ms, monotonic, monotonic()

    def now_ms(self) -> int:
        """Return the simulated moment."""
        return self._start_ms + int(1000.0 * self.speed * (self._monotonic() - self._began_s))

    def advance(self, milliseconds: int) -> None:
        """Jump ahead; time never goes back."""
        if milliseconds < 0:
            raise ConfigError(f"the venue's clock cannot go back by {-milliseconds} ms: allowed is 0 or more")
        self._start_ms += milliseconds
