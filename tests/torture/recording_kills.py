"""A recording that is killed and begun again, beside one of the same venue that lives."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from data.code_version import ROOT
from data.hyperliquid.wire import AssetContext, BestBidOffer, Candle
from data.lake import Lake
from data.market import Market
from data.recording.quotes import read_quotes
from data.recording.records import Record, decode
from organism.venue_sim import VenueClock, VenueSettings, VenueSimulator
from organism.venue_sim.venue import Venue
from tests.torture.history_kills import Outcome
from tests.torture.minutes import HOUR_MS, MINUTE_MS, START_MS, minutes
from tests.torture.recording_child import Recording

SETTLED_MS = 10_000
VENUE, SPEED, PATIENCE_S = "hyperliquid", 60.0, 300.0
BEGIN_MS = START_MS + 2 * HOUR_MS
LIVES_S = (0.5, 8.0)
"""Real time between two kills, the start of the process included."""
FIELDS = ("open", "high", "low", "close", "volume")
BAR = ("time_ms", "close", "volume")


class Child:
    """One process that records; what it acknowledged is read as it comes."""

    def __init__(self, told: Recording) -> None:
        self.kept: list[Record] = []
        self._process = subprocess.Popen(told.command(), cwd=ROOT, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def kill(self) -> bool:
        """Kill it; return whether it lived until then."""
        lived = self._process.poll() is None
        self._process.kill()
        self.end()
        return lived

    def end(self) -> int:
        """Wait for its end."""
        code = self._process.wait(PATIENCE_S)
        self._reader.join()
        return code

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as said:
            for line in said:
                # A line that was cut by the kill was not told.
                if line.startswith(b"kept ") and line.endswith(b"\n"):
                    self.kept.append(decode(line.removeprefix(b"kept ")))


def killed_recording(folder: Path, rng: np.random.Generator, attempts: int) -> Outcome:
    """Kill a recording so often, let it come to its end, and say how it differs from the one that lived."""
    lives_s = rng.uniform(*LIVES_S, attempts)
    minutes_long = int((lives_s.sum() + 15.0) * SPEED / 60.0)
    until_ms = BEGIN_MS + minutes_long * MINUTE_MS + 30_000
    universe = minutes(3, minutes_long / 60.0 + 6.0)
    clock = VenueClock(BEGIN_MS, SPEED)
    # Both ask from one address, and the killed one has no memory of what it asked before.
    settings = VenueSettings(weight_a_minute=10**6, connections_a_minute=10**3, hourly_funding_from_ms=START_MS)

    with VenueSimulator(universe, clock, settings) as simulator:

        def begun(name: str) -> Child:
            return Child(
                Recording(
                    root=str(folder / name),
                    url=simulator.url,
                    coins=list(universe.coins),
                    intervals=["1m"],
                    until_ms=until_ms,
                    told_ms=clock.now_ms(),
                    at_s=time.monotonic(),
                    speed=SPEED,
                    parent=os.getpid(),
                )
            )

        unbroken, kept = begun("unbroken"), []
        for life_s in lives_s.tolist():
            killed = begun("killed")
            time.sleep(life_s)
            if not killed.kill():
                return Outcome(0, ["a recording ended before it was killed"])
            kept += killed.kept
        last = begun("killed")
        codes = last.end(), unbroken.end()
    kept += last.kept
    if codes != (0, 0):
        return Outcome(attempts, [f"unhurt, the recordings ended with {codes}"])
    problems = [
        *(problem for market in universe for problem in _compared(folder, market, simulator.venue, until_ms)),
        *_lost(Lake(folder / "killed"), kept),
        *_lost(Lake(folder / "unbroken"), unbroken.kept),
    ]
    return Outcome(attempts, problems)


def _compared(folder: Path, market: Market, venue: Venue, until_ms: int) -> list[str]:
    """Return what is wrong with the rows of a coin."""
    problems = []
    for lake in (Lake(folder / name) for name in ("unbroken", "killed")):
        bars, funding = lake.read_bars(VENUE, market.coin, "1m"), lake.read_funding(VENUE, market.coin)
        rows = np.searchsorted(market.time_ms, bars.time_ms)
        is_true = all(getattr(bars, name).tolist() == getattr(market, name)[rows].tolist() for name in FIELDS)
        if not is_true or (np.diff(bars.time_ms) != MINUTE_MS).any():
            problems.append(f"{lake.root.name} {market.coin}: bars are {'missing' if is_true else 'wrong'}")
        last_ms = (until_ms - SETTLED_MS) // MINUTE_MS * MINUTE_MS - MINUTE_MS
        if int(bars.time_ms[-1]) < last_ms:
            problems.append(f"{lake.root.name} {market.coin}: ends with {bars.time_ms[-1]}, before {last_ms}")
        hour = np.searchsorted(market.time_ms, [] if funding is None else funding.time_ms)
        if funding is None or len(funding) < 2 or funding.rate.tolist() != market.funding_rate[hour].tolist():
            problems.append(f"{lake.root.name} {market.coin}: settlements are missing or wrong")
        strange = [row for row in _quotes(lake, market.coin) if row[1:] != _quoted(venue, market.coin, int(row[0]))]
        if strange:
            problems.append(f"{lake.root.name} {market.coin}: {len(strange)} quotes are wrong, first {strange[0]}")
    return problems


def _quoted(venue: Venue, coin: str, moment_ms: int) -> tuple[float, ...]:
    """Return what the venue quoted at a moment."""
    found = venue.listing(coin, moment_ms)
    assert found is not None
    sides = found.quotes.best(moment_ms)
    return tuple(float(side[name]) for side in sides if side is not None for name in ("px", "sz"))


def _lost(lake: Lake, kept: list[Record]) -> list[str]:
    """Return what was acknowledged and is not in the lake, and what is there twice."""
    coins = sorted({record.told.coin for record in kept})
    found: dict[str, set[Any]] = {}
    problems = []
    for coin in coins:
        contexts, quotes = lake.read_contexts(VENUE, coin), _quotes(lake, coin)
        bars = lake.read_bars(VENUE, coin, "1m")
        if len({row[0] for row in quotes}) != len(quotes):
            problems.append(f"{lake.root.name} {coin}: quotes are there twice")
        if contexts is None:
            return [f"{lake.root.name} {coin}: there are no contexts"]
        found[coin] = {
            *(("context", *row) for row in zip(contexts.time_ms.tolist(), contexts.mark_price.tolist(), strict=True)),
            *(("quote", *row) for row in quotes),
            *(
                ("bar", *row)
                for row in zip(bars.time_ms.tolist(), bars.close.tolist(), bars.volume.tolist(), strict=True)
            ),
        }
    lost = [record for record in kept if _row(record) not in found[record.told.coin]]
    if lost:
        problems.append(f"{lake.root.name}: {len(lost)} of {len(kept)} acknowledged are lost, first {lost[0]}")
    return problems


def _row(record: Record) -> tuple[Any, ...]:
    told = record.told
    match told:
        case Candle():
            return ("bar", told.open_ms, told.close, told.volume)
        case AssetContext():
            return ("context", record.received_ms, told.mark_price)
        case BestBidOffer():
            assert told.bid is not None
            assert told.ask is not None
            return ("quote", told.time_ms, told.bid.price, told.bid.size, told.ask.price, told.ask.size)


def _quotes(lake: Lake, coin: str) -> list[tuple[float, ...]]:
    table = read_quotes(lake.root, VENUE, coin)
    return [] if table is None else [tuple(row.values()) for row in table.to_pylist()]
