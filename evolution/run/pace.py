"""Where the time of a generation goes, and how much memory the run holds."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE_BYTES = resource.getpagesize()
MEMORY = Path("/proc/self/statm")


class Pace:
    """Seconds by part since the last `told`."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what passes inside towards a part."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - begun

    def told(self) -> dict[str, float]:
        """Return the seconds of each part, to the microsecond, and begin again."""
        seconds = {name: round(value, 6) for name, value in sorted(self._seconds.items())}
        self._seconds = {}
        return seconds


def memory_megabytes() -> float:
    """Return what this process holds now (MiB); the most it has ever held where the system tells no more."""
    try:
        return int(MEMORY.read_text(encoding="ascii").split()[1]) * PAGE_BYTES / (1 << 20)
    except (OSError, IndexError, ValueError):
        # Kilobytes on Linux.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
