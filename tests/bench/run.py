"""`make bench`: what the foundry promises about speed, held or missed, beside vectorbt. One process, interleaved."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from genomes import genomes_per_second
from kernel_speed import run as kernel_times
from kernel_speed import synthetic_market
from peer import compare

from backtest.signals import Signals
from data.durable import write_atomically

ROOT = Path(__file__).resolve().parents[2]
N_BARS = 20_000
ROUNDS = 7
KERNEL_BARS_US = {
    "about_200_trades": 60.0,
    "about_700_trades": 150.0,
    "about_200_long_trades": 60.0,
    "about_700_long_trades": 150.0,
}
GENOMES_BAR = 3_000.0
HELP_BAR_S = 0.3
PEER_ENTRY_SHARES = (0.001, 0.01, 0.05)


def main() -> None:
    rows = [*kernel_rows(), genome_row(), help_row()]
    peers = [peer_row(share) for share in PEER_ENTRY_SHARES]
    report = {"machine": machine(), "n_bars": N_BARS, "bars": rows, "vectorbt": peers}
    path = ROOT / "var" / "bench" / "bench.json"
    write_atomically(path, (json.dumps(report, indent=2) + "\n").encode())
    for row in rows:
        say(f"{row['word']:6} {row['what']}: {row['median']:,.2f} {row['unit']} (asked for {row['asked']})")
    for row in peers:
        say(
            f"vectorbt {row['version']}, Portfolio.from_signals(engine='rust') + 4 metrics, {row['trades']} trades, "
            f"{row['exposure']:.0%} of bars held: {row['theirs_us']:,.0f} us, ours {row['ours_us']:,.0f} us, "
            f"{row['ratio']:,.0f} times"
        )
    say(f"{machine()}; medians of interleaved rounds; written to {path.relative_to(ROOT)}")


def kernel_rows() -> list[dict[str, Any]]:
    """Return one row a kernel bar: all features on, dispatch from Python included."""
    times = kernel_times(N_BARS)
    return [
        row(
            f"kernel, {N_BARS:,} bars x 1 coin, {times[name]['trades']:.0f} trades, "
            f"{times[name]['exposure']:.0%} of bars held",
            times[name]["median_us"],
            "us",
            f"at most {bar:g} us",
            held=times[name]["median_us"] <= bar,
            minimum=times[name]["minimum_us"],
        )
        for name, bar in KERNEL_BARS_US.items()
    ]


def genome_row() -> dict[str, Any]:
    """Return the row of end-to-end evaluation with warm leaves."""
    rates, count = genomes_per_second(synthetic_market(N_BARS, 5), ROUNDS)
    median = statistics.median(rates)
    what = f"end to end, {count:,} distinct genomes, {N_BARS:,} bars x 1 coin, warm leaves, one core"
    return row(
        what, median, "genomes/s", f"at least {GENOMES_BAR:,.0f}", held=median >= GENOMES_BAR, minimum=min(rates)
    )


def help_row() -> dict[str, Any]:
    """Return the row of `organism --help` as a whole process."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "organism.cli.main", "--help"], check=True, cwd=ROOT, capture_output=True)
        seconds.append(time.perf_counter() - started)
    median = statistics.median(seconds)
    return row("organism --help", median, "s", f"under {HELP_BAR_S} s", held=median < HELP_BAR_S, minimum=min(seconds))


def peer_row(entry_share: float) -> dict[str, Any]:
    """Return ours and vectorbt's time on the same orders; equal results are enforced by `compare`."""
    import vectorbt

    rng = np.random.default_rng(3)
    market = synthetic_market(N_BARS, 5)
    market = replace(market, funding_rate=np.zeros(N_BARS), funding_cost=np.zeros(N_BARS))
    nothing = np.zeros(N_BARS, dtype=np.bool_)
    signals = Signals.from_bools(rng.random(N_BARS) < entry_share, rng.random(N_BARS) < 0.05, nothing, nothing)
    pair = compare(market, signals)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        for call, times, repeats in ((pair.ours, ours, 50), (pair.theirs, theirs, 2)):
            started = time.perf_counter()
            for _ in range(repeats):
                call()
            times.append((time.perf_counter() - started) / repeats * 1e6)
    return {
        "version": vectorbt.__version__,
        "entry_share": entry_share,
        "trades": pair.n_trades,
        "exposure": pair.exposure,
        "ours_us": statistics.median(ours),
        "theirs_us": statistics.median(theirs),
        "ratio": statistics.median([b / a for a, b in zip(ours, theirs, strict=True)]),
    }


def row(what: str, median: float, unit: str, asked: str, *, held: bool, minimum: float) -> dict[str, Any]:
    """Return one bar with its verdict."""
    word = "held" if held else "missed"
    return {"word": word, "what": what, "median": median, "unit": unit, "asked": asked, "extreme": minimum}


def machine() -> str:
    """Return what it ran on."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
