"""Ctrl-C and SIGTERM, taken as a wish to stop at the next good moment."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from organism.cli.common import note

INTERRUPTED = 3
"""How a command ends that can be gone on with."""


@contextmanager
def stop_on_interrupt() -> Iterator[list[int]]:
    """Collect the first Ctrl-C (or SIGTERM) instead of dying of it; the second one interrupts at once."""
    wanted: list[int] = []

    def remember(number: int, _frame: object) -> None:
        if wanted:
            raise KeyboardInterrupt
        wanted.append(number)
        note("\nfinishing this generation; once more to stop at once")

    former = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wanted
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
