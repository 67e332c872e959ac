"""Waits for the venue in a thread of their own, which the main one can end."""

from __future__ import annotations

import threading

from data.clock import Clock
from data.errors import DataError

LOOK_S = 0.2
"""Real time between two looks at whether the wait has been ended, at most."""


class Patience:
    """How long it is waited for the venue: as long as it takes, until somebody says otherwise."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._ended = clock, threading.Event()
        self._until_s = float("inf")

    def end(self) -> None:
        """Let whoever waits, or begins to, give up."""
        self._ended.set()

    def renew(self, seconds: float) -> None:
        """Allow waits again, all of them together for so long."""
        self._until_s = self._clock.seconds() + seconds
        self._ended.clear()

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds of the clock.

        Raises
        ------
        DataError
            If the wait is ended before.
        """
        until_s = self._clock.seconds() + seconds
        while (left_s := until_s - self._clock.seconds()) > 0:
            if self._ended.is_set() or self._clock.seconds() > self._until_s:
                raise DataError("the venue was not waited for any longer: the recording ends")
            self._clock.pause(min(left_s, LOOK_S))
