"""A recording in a process of its own, in the time of a venue that another process simulates.

It takes a JSON object (`Recording`) and writes lines to stdout: `ready` once it listens, `kept` and a line of the
journal for each record that is on the disk, and at the end `done` and the view of what was recorded.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from data.leash import end_with_parent
from data.recording.records import Record, encode
from organism.recording.opening import Surroundings, Wanted, record
from organism.recording.recorded import Progress
from organism.views.recorded import recorded_view
from tests.torture.minutes import HOUR_MS, LivedTime


@dataclass(frozen=True)
class Recording:
    """What a child is told."""

    root: str
    url: str
    coins: list[str]
    intervals: list[str]
    until_ms: int
    """By the venue's clock."""
    told_ms: int
    at_s: float
    speed: float
    """See `tests.torture.minutes.LivedTime.of`."""
    parent: int
    tells_kept: bool = True

    def command(self) -> list[str]:
        """Return what starts the child."""
        return [sys.executable, "-m", "tests.torture.recording_child", json.dumps(asdict(self))]


def main() -> None:
    """Record as told."""
    told = Recording(**json.loads(sys.argv[1]))
    end_with_parent(told.parent)
    clock = LivedTime.of(told.told_ms, told.at_s, told.speed)
    is_ready = False

    def watch(progress: Progress) -> None:
        nonlocal is_ready
        if progress.is_connected and not is_ready:
            is_ready = True
            _say("ready")

    def kept(records: Sequence[Record]) -> None:
        if told.tells_kept:
            sys.stdout.write("".join(f"kept {encode(one).decode()}" for one in records))
            sys.stdout.flush()

    hours = (told.until_ms - clock.now_ms()) / HOUR_MS
    wanted = Wanted(tuple(told.coins), tuple(told.intervals), url=told.url, hours=max(hours, 0.0))
    # A second of the machine is many of the venue: an answer that was under way for long arrives in another minute.
    around = Surroundings(clock, timeout_s=20.0 / told.speed, margin_s=30.0, watch=watch, kept=kept, note=_note)
    _say(f"done {json.dumps(recorded_view(record(Path(told.root), wanted, around)))}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
