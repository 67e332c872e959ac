"""A fetch and a compaction, killed at moments drawn from a seed and begun again until they come to their end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pa_parquet

from data.code_version import ROOT
from data.lake import Lake
from data.lake_layout import BARS
from organism.venue_sim import VenueClock, VenueSettings, VenueSimulator
from tests.torture.compaction import CompactionCase
from tests.torture.minutes import HOUR_MS, START_MS, minutes

VENUE, PATIENCE_S, KILLED = "hyperliquid", 120.0, -9
SHARE = 0.9
"""Of the life of an unbroken one in which kills fall: on a machine that is busy no two take equally long."""
COMPACTION = """
import sys
from pathlib import Path
from data.leash import end_with_parent
from tests.torture.history_kills import case
end_with_parent(int(sys.argv[2]))
print("ready", flush=True)
case().operate(Path(sys.argv[1]))
"""


def case() -> CompactionCase:
    """Return a journal of several hours."""
    return CompactionCase(is_confirmed=True, n_minutes=200)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one scenario."""

    kills: int
    problems: list[str]


def killed_compaction(folder: Path, rng: np.random.Generator, attempts: int) -> Outcome:
    """Kill compactions of one journal; say what is wrong with the lake after each, and in the end."""
    command = [sys.executable, "-c", COMPACTION]
    unbroken, killed = folder / "unbroken", folder / "killed"
    for place in (unbroken, killed):
        case().prepare(place)
    life_s, _ = _live([*command, str(unbroken), str(os.getpid())], None)
    kills, problems = 0, []
    for _ in range(attempts):
        # Each finds what those before it have left.
        _, code = _live([*command, str(killed), str(os.getpid())], SHARE * float(rng.uniform(0.0, life_s)))
        kills += code == KILLED
        problems += _judged(killed, "after a kill")
        if code != KILLED:
            break
    _live([*command, str(killed), str(os.getpid())], None)
    return Outcome(kills, problems + _judged(killed, "in the end", is_last=True))


def killed_fetch(folder: Path, rng: np.random.Generator, attempts: int) -> Outcome:
    """Kill `organism data fetch` anywhere in its life; say how its lake differs from an unbroken one's."""
    universe = minutes(3, 50.0)
    settings = VenueSettings(weight_a_minute=10**6, hourly_funding_from_ms=START_MS)
    kills = 0
    with VenueSimulator(universe, VenueClock(START_MS + 49 * HOUR_MS, 0.0), settings) as simulator:
        ask = ["data", "fetch", "--coins", "C00,C01,C02", "--interval", "1m", "--venue-url", simulator.url]
        command = [sys.executable, "-m", "organism.cli.main", *ask, "--home"]
        life_s, first = _live([*command, str(folder / "unbroken")], None)
        for _ in range(attempts):
            _, code = _live([*command, str(folder / "killed")], SHARE * float(rng.uniform(0.0, life_s)))
            kills += code == KILLED
            if code != KILLED:
                break
        _, last = _live([*command, str(folder / "killed")], None)
    if first or last:
        return Outcome(kills, [f"unhurt, a fetch ended with {first or last}"])
    return Outcome(kills, differences(Lake(folder / "unbroken" / "lake"), Lake(folder / "killed" / "lake")))


def differences(one: Lake, other: Lake) -> list[str]:
    """Return where two lakes do not have the same rows, and where the other one has rows twice."""
    entries = [
        [(entry.kind.name, entry.coin, entry.interval, entry.n_rows) for entry in lake.list()] for lake in (one, other)
    ]
    problems = [] if entries[0] == entries[1] else [f"{entries[1]} instead of {entries[0]}"]
    for entry in one.list():
        problems += [] if _rows(one, entry) == _rows(other, entry) else [f"other rows of {entry.coin} {entry.interval}"]
    n_rows = sum(entry.n_rows for entry in other.list())
    n_written = sum(pa_parquet.read_metadata(path).num_rows for path in other.root.rglob("*.parquet"))
    return problems + [f"{n_written} rows were written for {n_rows}"] * (n_rows != n_written)


def _rows(lake: Lake, entry: Any) -> list[list[float]]:
    if entry.kind is BARS:
        bars = lake.read_bars(VENUE, entry.coin, entry.interval)
        return [getattr(bars, name).tolist() for name in BARS.columns]
    funding = lake.read_funding(VENUE, entry.coin)
    return [] if funding is None else [funding.time_ms.tolist(), funding.rate.tolist()]


def _judged(place: Path, when: str, *, is_last: bool = False) -> list[str]:
    try:
        found = case().judge(place)
    except AssertionError as error:
        return [f"{when}: {error}"]
    return [f"{when}: not everything is in the lake"] if is_last and found != "new" else []


def _live(command: Sequence[str], life_s: float | None) -> tuple[float, int]:
    """Let a process live so long, or to its end; return for how long it lived, from its `ready` on if it says so."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        started = time.monotonic()
        assert process.stdout is not None
        if "-c" in command and process.stdout.readline() != "ready\n":
            raise SystemExit("a compaction did not begin; its words are above")
        if "-c" in command:
            started = time.monotonic()
        timer = threading.Timer(PATIENCE_S if life_s is None else life_s, process.kill)
        timer.start()
        process.stdout.read()
        code = process.wait()
        timer.cancel()
    return time.monotonic() - started, code
