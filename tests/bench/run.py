"""`make bench`: what is promised about speed, held or missed, and the same work through vectorbt.

One process and one core; kernel and vectorbt take turns; medians of processor time over the rounds. Simulations that
disagree with the reference, or with vectorbt, stop it with exit 1: a quick wrong answer is no figure.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from genomes import measure_genomes
from kernel_speed import prepare_runs
from machine import machine_facts
from peer import prepare_pairs
from timing import interleaved

from data.durable import write_atomically

ROOT = Path(__file__).resolve().parents[2]
N_BARS = 20_000
ROUNDS = 15
SECONDS_EACH = 0.02
GENOMES_BAR = 3_000.0
HELP_BAR_S = 0.3


def main() -> int:
    """Measure, print, write the JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench" / "bench.json", help="JSON document")
    out: Path = parser.parse_args().out
    facts = machine_facts()
    try:
        kernel, peers = _simulations()
    except RuntimeError as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    document = {"machine": facts, "n_bars": N_BARS, "kernel": kernel, "vectorbt": peers}
    document |= {"genomes": _genomes(), "help": _help()}
    sys.stdout.write(_page(document))
    write_atomically(out, (json.dumps(document, indent=2) + "\n").encode())
    sys.stdout.write(f"\nwritten to {out}\n")
    return 0


def _simulations() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    runs, pairs = prepare_runs(N_BARS), prepare_pairs(N_BARS)
    calls = [run.call for run in runs] + [call for pair in pairs for call in (pair.ours, pair.theirs)]
    timed = interleaved(calls, rounds=ROUNDS, seconds_each=SECONDS_EACH)
    kernel = [
        {
            "trades": run.n_trades,
            "exposure": run.exposure,
            "typical": run.case.is_typical,
            "reasons": run.reasons,
            "median_us": spent.median * 1e6,
            "least_us": spent.least * 1e6,
            "bar_us": run.case.bar_us,
            "word": _word(spent.median * 1e6 <= run.case.bar_us),
        }
        for run, spent in zip(runs, timed, strict=False)
    ]
    peers = [
        {
            "name": pair.name,
            "trades": pair.n_trades,
            "exposure": pair.exposure,
            "ours_us": ours.median * 1e6,
            "theirs_us": theirs.median * 1e6,
            "difference": pair.difference,
        }
        for pair, ours, theirs in zip(pairs, timed[len(runs) :: 2], timed[len(runs) + 1 :: 2], strict=True)
    ]
    return kernel, peers


def _genomes() -> dict[str, Any]:
    speed = measure_genomes(N_BARS)
    median = statistics.median(speed.rates)
    return {**asdict(speed), "median": median, "bar": GENOMES_BAR, "word": _word(median >= GENOMES_BAR)}


def _help() -> dict[str, Any]:
    command = [str(Path(sys.executable).with_name("organism")), "--help"]
    timed = interleaved(
        [lambda: subprocess.run(command, check=True, capture_output=True, cwd=ROOT)],
        rounds=7,
        seconds_each=0.0,
        clock=time.perf_counter,
    )[0]
    return {
        "median_s": timed.median,
        "least_s": timed.least,
        "bar_s": HELP_BAR_S,
        "word": _word(timed.median < HELP_BAR_S),
    }


def _word(is_held: bool) -> str:
    return "held" if is_held else "missed"


def _page(document: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    genomes, help_, facts = document["genomes"], document["help"], document["machine"]
    lines = [
        f"kernel, {document['n_bars']:,} bars x 1 coin, all features on, one call of `simulate`, processor time:",
        "",
        "| trades | bars held | median us | least us | at most us | |",
        "|---:|---:|---:|---:|---:|---|",
        *(
            f"| {row['trades']}{' *' if row['typical'] else ''} | {row['exposure']:.0%} | {row['median_us']:.1f} "
            f"| {row['least_us']:.1f} | {row['bar_us']:.0f} | {row['word']} |"
            for row in document["kernel"]
        ),
        "",
        "`*` trades last ten bars or so, what the bars are meant for",
        "",
        f'vectorbt {facts["vectorbt"]}, `Portfolio.from_signals(engine="rust")` with total return, Sharpe ratio, '
        "maximum drawdown and number of trades, on the common subset:",
        "",
        "| case | trades | bars held | ours us | vectorbt us | times | largest difference |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {row['name']} | {row['trades']} | {row['exposure']:.0%} | {row['ours_us']:.0f} "
            f"| {row['theirs_us']:,.0f} | {row['theirs_us'] / row['ours_us']:.0f} | {row['difference']:.0e} |"
            for row in document["vectorbt"]
        ),
        "",
        f"genomes a second, one core, warm leaves: {genomes['median']:,.0f} "
        f"(least of {len(genomes['rates'])} rounds {min(genomes['rates']):,.0f}; at least {genomes['bar']:,.0f}): "
        f"{genomes['word']}",
        f"{genomes['n_genomes']:,} distinct genomes of {genomes['mean_size']:.0f} nodes; {genomes['scored_share']:.0%} "
        f"have a fitness, with {genomes['mean_trades']:.0f} trades and {genomes['mean_exposure']:.0%} of bars held",
        "",
        f"`organism --help`: {help_['median_s']:.3f} s (least {help_['least_s']:.3f}; under {help_['bar_s']}): "
        f"{help_['word']}",
        "",
        ", ".join(f"{name} {value}" for name, value in facts.items()),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
