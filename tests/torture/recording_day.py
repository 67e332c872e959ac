"""`make torture`: a day of twenty coins by the minute, recorded while something goes wrong every ten minutes.

The venue and the recorder live in a time that runs a hundred times as fast, in two processes. Afterwards every bar
that the venue had is in the lake with the venue's values, or is listed as a gap; the venue has counted how much was
asked of it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.code_version import ROOT
from data.lake import Lake
from data.market import Market
from organism.venue_sim import Fault, FaultKind, FaultPlan, VenueClock, VenueCounts, VenueSettings, VenueSimulator
from tests.torture.campaign import Campaign
from tests.torture.minutes import HOUR_MS, MINUTE_MS, START_MS, minutes
from tests.torture.recording_child import Recording

VENUE = "hyperliquid"
BEGIN_MS = START_MS + 2 * HOUR_MS
FAULT_EACH_MS = 10 * MINUTE_MS
FIELDS = ("open", "high", "low", "close", "volume")
STEPS_MS = {"1m": MINUTE_MS, "1h": HOUR_MS}
LEAST_SHARE = 0.999
SETTLED_MS = 10_000
"""A bar has to be over for so long before it is asked for."""


@dataclass(frozen=True, slots=True)
class Day:
    """What came of it."""

    said: dict[str, Any]
    """The recorder's own summary."""
    counts: VenueCounts
    expected: int
    """Bars that were over when the recording ended."""
    recovered: int
    wrong: int
    """Bars of the lake that the venue never had so."""
    unlisted: int
    """Bars that are missing and not listed as gaps, or listed and not missing."""
    faults: int
    """Faults that were planned."""

    def problems(self) -> list[str]:
        """Return which of the bars was missed."""
        share = self.recovered / self.expected
        struck = sum(self.counts.faults.values())
        weight, refused, connections = self.counts.largest_weight, self.counts.refused, self.counts.connections
        checks = {
            f"{share:.4%} of {self.expected} bars were recovered": share >= LEAST_SHARE,
            f"{self.wrong} bars are wrong": self.wrong == 0,
            f"{self.unlisted} gaps are not those that were listed": self.unlisted == 0,
            f"the largest weight of a minute was {weight}": weight <= 1_200,
            f"{refused} requests were refused": refused == 0,
            f"{connections} connections were opened in a minute": connections <= 30,
            f"{struck} of {self.faults} faults struck": struck >= self.faults - len(FaultKind),
        }
        return [text for text, is_kept in checks.items() if not is_kept]


def run_day(folder: Path, *, n_coins: int, hours: float, speed: float, seed: int) -> Day:
    """Record for so many simulated hours into `folder` and look at what is there."""
    universe = minutes(n_coins, hours + 8.0, seed=seed)
    clock = VenueClock(BEGIN_MS, speed)
    until_ms = BEGIN_MS + round(hours * HOUR_MS) + 25_000
    n_faults = int((until_ms - BEGIN_MS) / FAULT_EACH_MS)
    kinds = np.random.default_rng(seed).permutation(np.resize(np.array(list(FaultKind)), n_faults))
    faults = [Fault(BEGIN_MS + (1 + n) * FAULT_EACH_MS - 1, FaultKind(str(kind))) for n, kind in enumerate(kinds)]
    settings = VenueSettings(hold_s=40.0 / speed, seed=seed)
    with VenueSimulator(universe, clock, settings, FaultPlan(tuple(faults))) as simulator:
        told = Recording(
            root=str(folder),
            url=simulator.url,
            coins=list(universe.coins),
            intervals=list(STEPS_MS),
            until_ms=until_ms,
            told_ms=clock.now_ms(),
            at_s=time.monotonic(),
            speed=speed,
            parent=os.getpid(),
            tells_kept=False,
        )
        said = _record(told, clock)
        counts = simulator.counts()
    return _judged(Lake(folder), universe.markets, said, counts, n_faults)


def _record(told: Recording, clock: VenueClock) -> dict[str, Any]:
    with subprocess.Popen(told.command(), cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        while child.poll() is None and clock.now_ms() < told.until_ms:
            hours = max(0, clock.now_ms() - BEGIN_MS) / HOUR_MS
            sys.stderr.write(f"\rrecording_day {hours:.1f} of {(told.until_ms - BEGIN_MS) / HOUR_MS:.1f} hours   ")
            sys.stderr.flush()
            time.sleep(2.0)
        out, _ = child.communicate()
    lines = [line for line in out.splitlines() if line.startswith("done ")]
    if child.returncode or not lines:
        raise SystemExit(f"the recorder ended with {child.returncode}; its words are above")
    found: dict[str, Any] = json.loads(lines[-1].removeprefix("done "))
    return found


def _judged(lake: Lake, markets: tuple[Market, ...], said: dict[str, Any], counts: VenueCounts, n_faults: int) -> Day:
    expected = recovered = wrong = unlisted = 0
    for market in markets:
        for interval, step_ms in STEPS_MS.items():
            truth = _resampled(market, step_ms)
            first_ms = said["from"] // step_ms * step_ms - 2 * step_ms
            end_ms = (said["to"] - SETTLED_MS) // step_ms * step_ms
            wanted = np.arange(first_ms, end_ms, step_ms)
            bars = lake.read_bars(VENUE, market.coin, interval)
            rows = np.searchsorted(truth["time_ms"], bars.time_ms)
            for name in FIELDS:
                wrong += int(np.count_nonzero(getattr(bars, name) != truth[name][rows]))
            missing = np.setdiff1d(wanted, bars.time_ms)
            listed = [
                gap["first_ms"] + number * step_ms
                for gap in said["gaps"]
                if (gap["coin"], gap["interval"]) == (market.coin, interval)
                for number in range(gap["n_bars"])
            ]
            expected, recovered = expected + wanted.size, recovered + wanted.size - missing.size
            unlisted += len(set(missing.tolist()) ^ set(listed))
    return Day(said, counts, expected, recovered, wrong, unlisted, n_faults)


def _resampled(market: Market, step_ms: int) -> dict[str, Any]:
    """Return the bars of a market at an interval, whole ones only, without the code under test."""
    size = step_ms // MINUTE_MS
    n_bars = market.n_bars // size
    shape = (n_bars, size)
    cut = {name: getattr(market, name)[: n_bars * size].reshape(shape) for name in ("time_ms", *FIELDS)}
    return {
        "time_ms": cut["time_ms"][:, 0],
        "open": cut["open"][:, 0],
        "high": cut["high"].max(axis=1),
        "low": cut["low"].min(axis=1),
        "close": cut["close"][:, -1],
        # Added up in the venue's order: other orders end in other last bits.
        "volume": np.add.reduceat(market.volume[: n_bars * size], np.arange(0, n_bars * size, size)),
    }


def words(day: Day) -> list[str]:
    """Return the figures, a line each."""
    said, bars = day.said, day.said["bars"]
    return [
        f"{day.recovered} of {day.expected} bars recovered ({day.recovered / day.expected:.4%}), {day.wrong} wrong",
        f"{bars['whole']} told whole by the stream, {said['compaction']['bars_differing']} of them otherwise than over "
        f"HTTP; {bars['missed']} not; {bars['late']} messages late, {bars['older']} older, {bars['repeated']} repeated",
        f"{said['compaction']['contexts']} contexts, {said['compaction']['quotes']} quotes, "
        f"{said['settlements']} settlements, {len(said['outages'])} outages, {len(said['gaps'])} gaps",
        f"largest weight of a minute {day.counts.largest_weight}, {day.counts.refused} requests refused, "
        f"at most {day.counts.connections} connections a minute",
        f"{sum(day.counts.faults.values())} of {day.faults} faults struck: {day.counts.faults}",
    ]


def main() -> int:
    """Record the day, say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--coins", type=int, default=20)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--speed", type=float, default=100.0, help="simulated seconds in a second")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    campaign = Campaign("recording_day", round(asked.hours), vars(asked))
    folder = campaign.work / "lake"
    shutil.rmtree(folder, ignore_errors=True)
    day = run_day(folder, n_coins=asked.coins, hours=asked.hours, speed=asked.speed, seed=asked.seed)
    campaign.record(*words(day), failures=day.problems(), rounds=campaign.rounds)
    return campaign.close()


if __name__ == "__main__":
    sys.exit(main())
