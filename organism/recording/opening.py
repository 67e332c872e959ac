"""From what is asked for to a recorder: the lock, the stream, HTTP and disk put together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data.clock import Clock, SystemClock
from data.errors import ConfigError
from data.hyperliquid.allowance import Allowance
from data.hyperliquid.limiter import WeightLimiter
from data.hyperliquid.rest import MAINNET_URL, TIMEOUT_S, HyperliquidRest
from data.hyperliquid.stream import VenueStream
from data.hyperliquid.subscriptions import candle_feed, context_feed, quote_feed
from data.intervals import interval_ms
from data.lake import Lake
from data.lock import exclusive
from data.recording.journal import Journal
from data.recording.records import Record
from data.sources.hyperliquid import HyperliquidSource
from organism.recording.keeper import Keeper
from organism.recording.patience import Patience
from organism.recording.recorded import Progress, Recorded
from organism.recording.recorder import Recorder
from organism.recording.venue_time import VenueTime

VENUES = ("hyperliquid",)
WEIGHT_A_MINUTE = 800
"""Of the 1,200 that the venue allows an address: whoever works beside, or was here a moment ago, has some too."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be recorded."""

    coins: tuple[str, ...]
    intervals: tuple[str, ...]
    venue: str = "hyperliquid"
    url: str = MAINNET_URL
    hours: float | None = None
    """By the venue's clock; None until somebody ends it."""

    def __post_init__(self) -> None:
        if self.venue not in VENUES:
            raise ConfigError(f"venue {self.venue!r} is none that can be recorded; known are {', '.join(VENUES)}")
        for what, names, example in (("coins", self.coins, "BTC,ETH"), ("intervals", self.intervals, "1h")):
            if not names or len(set(names)) != len(names):
                raise ConfigError(f"{what} are {', '.join(names) or 'none'}; name each once: {example}")
        for interval in self.intervals:
            interval_ms(interval)


def _ignore(*_: object) -> None:
    """Look away."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a recording takes from outside besides the venue, and whom it tells."""

    clock: Clock = field(default_factory=SystemClock)
    timeout_s: float = TIMEOUT_S
    """Real time that an answer over HTTP is waited for."""
    margin_s: float = 1.0
    """See `data.hyperliquid.limiter.WeightLimiter`."""
    ready: Callable[[asyncio.Event, Patience], None] = _ignore
    """Given what ends the recording, and what ends its waits for the venue, before it begins."""
    watch: Callable[[Progress], None] = _ignore
    """Told each second how it stands."""
    kept: Callable[[Sequence[Record]], None] = _ignore
    """Told what is on the disk, once it is."""
    note: Callable[[str], None] = _ignore
    """Told what is out of the ordinary."""


def record(root: Path, wanted: Wanted, around: Surroundings) -> Recorded:
    """Record into the lake at `root` until the end that is wanted, or that somebody else sets.

    Raises
    ------
    ConfigError
        If another process records this venue into this lake.
    DataError
        If the venue does not have a coin, or does not answer at the beginning.
    OSError
        If the disk is full or fails.
    """
    folder = root / "journal" / f"venue={wanted.venue}"
    with exclusive(folder / ".lock", f"recording {wanted.venue} into {root}", note=around.note):
        return asyncio.run(_record(root, folder, wanted, around))


async def _record(root: Path, folder: Path, wanted: Wanted, around: Surroundings) -> Recorded:
    clock, patience, stop = around.clock, Patience(around.clock), asyncio.Event()
    around.ready(stop, patience)
    limiter = WeightLimiter(WEIGHT_A_MINUTE, margin_s=around.margin_s, clock=clock.seconds, sleep=patience.sleep)
    rest = HyperliquidRest(wanted.url, limiter=limiter, timeout_s=around.timeout_s, sleep=patience.sleep)
    time = VenueTime(clock)
    series = [(coin, interval) for coin in wanted.coins for interval in wanted.intervals]
    keeper = Keeper(Lake(root), HyperliquidSource(rest, wanted.venue), series, time, rest.time_ms)
    market = [feed(coin) for coin in wanted.coins for feed in (context_feed, quote_feed)]
    stream = VenueStream(
        wanted.url,
        [*(candle_feed(*one) for one in series), *market],
        clock=clock,
        allowance=Allowance(clock),
        rng=np.random.default_rng(),
    )
    await asyncio.to_thread(keeper.begin)
    journal = Journal(folder, time.now_ms, around.kept)
    recorder = Recorder(
        stream, keeper, journal, clock=clock, time=time, patience=patience, hours=wanted.hours, watch=around.watch
    )
    return await recorder.run(stop)
