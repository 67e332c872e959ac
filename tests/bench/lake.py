"""How fast is the lake? Import of minutes, a market opened, daily bars of all coins by SQL, a day of the archive.

lake.py [COINS [YEARS]]: 20 coins of 5 years are 52 million bars and take a minute or two. Each coin is made,
imported and forgotten before the next, so that what is held is what one import needs. Times are processor time of all
threads; on two idle cores the wall shows between half of it and all of it. What was made is removed at the end.
"""

from __future__ import annotations

import io
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data.bars import Bars, Funding
from data.hyperliquid.asset_contexts import read_day
from data.hyperliquid.kept_days import KeptDays
from data.hyperliquid.minutes import minute_bars, settlements
from data.intervals import DAY_MS, HOUR_MS, MINUTE_MS
from data.lake import Lake
from data.lake_views import open_views
from data.snapshot import SnapshotStore, load_universe
from tests.support.asset_ctxs import made_up_day

START_MS = 1_577_836_800_000  # 2020-01-01 00:00 UTC
ALL_COINS, ALL_YEARS = 20, 5
IMPORT_S, IMPORT_BYTES, OPEN_S, DAILY_S, ARCHIVE_S = 60.0, 2 * 2**30, 0.050, 1.0, 2.0
ARCHIVE_DAY, ARCHIVE_COINS = date(2025, 1, 2), 180
ROUNDS = 7
SNAPSHOT_BARS = 1_000_000
DAILY = f"""
    SELECT coin, CAST(floor(time_ms / {DAY_MS}) AS INTEGER) AS day,
           arg_min(open, time_ms), max(high), min(low), arg_max(close, time_ms), sum(volume)
    FROM bars WHERE interval = '1m' GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class Took:
    """Seconds of one piece of work."""

    processor: float
    wall: float

    def __str__(self) -> str:
        return f"{self.processor:8.3f} s processor, {self.wall:8.3f} s wall"


def timed(call: Callable[[], object]) -> Took:
    """Run a call once."""
    wall, processor = time.perf_counter(), time.process_time()
    call()
    return Took(time.process_time() - processor, time.perf_counter() - wall)


def repeated(call: Callable[[], object]) -> Took:
    """Return the medians of several runs; the first warms up."""
    call()
    rounds = [timed(call) for _ in range(ROUNDS)]
    return Took(statistics.median(one.processor for one in rounds), statistics.median(one.wall for one in rounds))


def minutes(coin: int, n_bars: int) -> Bars:
    """Return a random walk in steps of a cent, with volumes of three decimals, as venues give them."""
    rng = np.random.default_rng(coin)
    close = np.round(100 * np.exp(np.cumsum(rng.standard_normal(n_bars) * 4e-4)), 2)
    open_ = np.append(100.0, close[:-1])
    high = np.round(np.maximum(open_, close) + rng.integers(0, 5, n_bars) / 100, 2)
    low = np.round(np.minimum(open_, close) - rng.integers(0, 5, n_bars) / 100, 2)
    time_ms = START_MS + MINUTE_MS * np.arange(n_bars)
    return Bars(time_ms, open_, high, np.maximum(low, 0.01), close, np.round(rng.exponential(10, n_bars), 3))


def import_coins(lake: Lake, n_coins: int, n_bars: int) -> list[Took]:
    """Make and import coins one after the other; only the imports are timed."""
    took = []
    for coin in range(n_coins):
        bars = minutes(coin, n_bars)
        took.append(timed(lambda bars=bars, name=f"C{coin}": lake.import_bars("v", name, "1m", bars, source="bench")))
        del bars
    return took


def say(what: str, took: object, verdict: str = "") -> None:
    """Print one line."""
    sys.stdout.write(f"{what:<52} {took!s:<42} {verdict}\n")
    sys.stdout.flush()


def verdict(value: float, most: float, shown: str) -> str:
    """Return whether a bar was held."""
    return f"bar {shown}: {'held' if value <= most else 'missed'}"


def measure_import(lake: Lake, n_coins: int, n_bars: int) -> None:
    took = import_coins(lake, n_coins, n_bars)
    processor, wall = sum(one.processor for one in took), sum(one.wall for one in took)
    say(f"import of {n_coins} x {n_bars:,} minutes", Took(processor, wall))
    share = ALL_COINS * ALL_YEARS * 525_960 / (n_coins * n_bars)
    scaled = Took(processor * share, wall * share)
    # One process, one thread: its processor time is what it takes on a free core.
    say("  the same for 52 million, by proportion", scaled, verdict(scaled.processor, IMPORT_S, "60 s"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    say("  most memory held", f"{peak / 2**20:8.0f} MiB", verdict(peak, IMPORT_BYTES, "2 GiB"))
    size = sum(path.stat().st_size for path in lake.root.rglob("*.parquet"))
    say("  on disk", f"{size / 2**20:8.1f} MiB, {size / (n_coins * n_bars):.1f} bytes a bar")
    last = minutes(0, n_bars)
    tail = Bars(*(getattr(last, name)[-1440:] for name in Bars.__dataclass_fields__))
    say("  a day that is known, again", repeated(lambda: lake.import_bars("v", "C0", "1m", tail, source="again")))
    say("  all of one coin read", repeated(lambda: lake.read_bars("v", "C0", "1m")))


def measure_snapshot(root: Path) -> None:
    lake, store = Lake(root / "small"), SnapshotStore(root / "snapshots")
    lake.import_bars("v", "C", "1m", minutes(1, SNAPSHOT_BARS), source="bench")
    hours = START_MS + HOUR_MS * np.arange(SNAPSHOT_BARS // 60)
    lake.import_funding("v", "C", Funding(hours, np.full(hours.size, 1e-5)), source="bench")
    snapshot = store.build(lake, venue="v", coins=["C"], interval="1m")
    mapped = repeated(lambda: load_universe(snapshot.path))
    say("a market of 1M bars mapped", mapped, verdict(mapped.processor, OPEN_S, "50 ms"))
    checked = repeated(lambda: store.open(snapshot.id).load())
    say("  with every byte of it hashed", checked, verdict(checked.processor, OPEN_S, "50 ms"))


def measure_daily(lake: Lake, n_coins: int, n_bars: int) -> None:
    with open_views(lake.root) as connection:
        connection.execute("SET threads = 2")
        n_days = len(connection.execute(DAILY).fetchnumpy()["day"])
        assert n_days == n_coins * -(-n_bars // 1440), n_days
        took = repeated(lambda: connection.execute(DAILY).fetchnumpy())
    say(f"daily bars of {n_coins} x {n_bars:,} minutes, two threads", took)
    share = ALL_COINS * ALL_YEARS * 525_960 / (n_coins * n_bars)
    # Two threads share the work evenly: half of the processor time is what two free cores take.
    halved = took.processor * share / 2
    say("  the same for 52 million, on two free cores", f"{halved:8.3f} s", verdict(halved, DAILY_S, "1 s"))
    say("  making the views", repeated(lambda: open_views(lake.root).close()))


def measure_archive(root: Path) -> None:
    """Take a day of the archive from its packed bytes to what the lake keeps of all of its coins."""
    packed = made_up_day(ARCHIVE_DAY, ARCHIVE_COINS)
    kept = KeptDays(root / "days").keep(ARCHIVE_DAY, "tag", read_day(io.BytesIO(packed), ARCHIVE_DAY))

    def read() -> None:
        KeptDays(root / "days").keep(ARCHIVE_DAY, "tag", read_day(io.BytesIO(packed), ARCHIVE_DAY))

    def make() -> None:
        for coin in kept.rows:
            contexts = kept.read(coin)
            assert contexts is not None
            for price in (contexts.mid_price, contexts.mark_price):
                assert len(minute_bars(contexts, price)) == len(contexts) - 1
            settlements(contexts)

    reading, making = repeated(read), repeated(make)
    say(f"a day of the archive, {ARCHIVE_COINS} coins, {1440 * ARCHIVE_COINS:,} rows: kept", reading)
    say("  bars of mid and mark, and funding, of all coins", making)
    both = reading.processor + making.processor
    say("  together", f"{both:8.3f} s processor", verdict(both, ARCHIVE_S, "2 s"))


@contextmanager
def temporary() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="lake-bench-"))
    try:
        yield root
    finally:
        for path in root.rglob("*"):
            path.chmod(0o700)
        shutil.rmtree(root)


def main() -> int:
    """Measure all and print it."""
    n_coins = int(sys.argv[1]) if len(sys.argv) > 1 else ALL_COINS
    n_bars = int(float(sys.argv[2] if len(sys.argv) > 2 else ALL_YEARS) * 525_960)
    with temporary() as root:
        lake = Lake(root / "lake")
        measure_import(lake, n_coins, n_bars)
        measure_daily(lake, n_coins, n_bars)
        measure_snapshot(root)
        measure_archive(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
