"""Kill an operation at every call that touches files, one kill an attempt, until an attempt survives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.torture.cases import Case
from tests.torture.strace import CALLS, count_calls, killed_at


@dataclass(frozen=True)
class Kill:
    """One kill and what it left."""

    case: str
    call: str
    nth: int
    found: str
    """`old`, `new`, or what is wrong."""
    is_sound: bool


def sweep(case: Case, work: Path, call: str, *, start: int = 1) -> Iterator[Kill]:
    """Yield every kill at a call; the last attempt, which nothing hit, must have come to the new state."""
    folder, nth = work / "attempt", start
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        case.prepare(folder)
        if not killed_at(lambda: case.operate(folder), call, nth):
            assert case.judge(folder) == "new", f"{case.name} without a kill is not in its new state"
            return
        yield _look(case, folder, call, nth)
        nth += 1


def calls_of(case: Case, work: Path, calls: Sequence[str] = CALLS) -> dict[str, int]:
    """Return how often the operation makes each call; no calls given means every one there is."""
    folder = work / "counted"
    shutil.rmtree(folder, ignore_errors=True)
    case.prepare(folder)
    return count_calls(lambda: case.operate(folder), work / "calls.txt", calls)


def _look(case: Case, folder: Path, call: str, nth: int) -> Kill:
    try:
        found = case.judge(folder)
        case.go_on(folder)
    except Exception as error:  # whatever goes wrong after a kill is a finding, not an end
        return Kill(case.name, call, nth, f"{type(error).__name__}: {error}", False)
    return Kill(case.name, call, nth, found, True)
