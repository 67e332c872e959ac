"""What one call may take of a run, so that it ends before something else ends it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

import typer

FULL = "Stop when this process holds so much memory (MiB)"
RESUMED = "the run can be resumed"
HoursOption = Annotated[float | None, typer.Option(min=0.0, help=f"Stop after so many hours; {RESUMED}.")]
MegabytesOption = Annotated[int | None, typer.Option(min=64, help=f"{FULL}; {RESUMED}.")]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of time and memory; None: none. They stop a run between two generations and change nothing in it."""

    hours: float | None = None
    """Of wall clock, from now on."""
    megabytes: float | None = None
    """Memory (MiB) of this process, its workers apart."""
    _begun: float = field(default_factory=time.monotonic)

    def is_reached(self, say: Callable[[str], None]) -> bool:
        """Tell whether one of them is reached, and say which."""
        from evolution.run.pace import memory_megabytes

        if self.hours is not None and time.monotonic() - self._begun >= 3600.0 * self.hours:
            say(f"the limit of {self.hours:g} hours is reached")
            return True
        if self.megabytes is not None and memory_megabytes() >= self.megabytes:
            say(f"the limit of {self.megabytes:g} MiB is reached: this process holds {memory_megabytes():.0f}")
            return True
        return False
