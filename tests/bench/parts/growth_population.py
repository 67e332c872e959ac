"""How the time of one genome in a generation grows with the population."""

from __future__ import annotations

import statistics
import time

from evolution.backends import SerialBackend
from tests.bench.markets import synthetic_markets
from tests.bench.searching import MINIMUM_TRADES, generations, stored
from tests.bench.section import Line, Plot

N_BARS = 20_000
POPULATIONS = (100, 300, 1_000, 3_000, 10_000, 20_000)
FIRST, SMALL_ROUNDS, LARGE_ROUNDS, LARGE = 3, 7, 2, 3_000
"""Generations before the first that counts, those that count, and above which population there are fewer."""


def over_population(*, quick: bool) -> Plot:
    """Time generations of the whole loop, population and offspring alike."""
    sizes = POPULATIONS[:3] if quick else POPULATIONS
    whole, outside = [], []
    with stored(synthetic_markets(N_BARS, 1, 5)) as snapshot:
        for size in sizes:
            backend = SerialBackend(snapshot, minimum_trades=MINIMUM_TRADES)
            run = generations(snapshot, backend, time.process_time, population=size, offspring=size)
            first, rounds = (1, LARGE_ROUNDS) if size > LARGE else (FIRST, SMALL_ROUNDS)
            spent = [next(run) for _ in range(first + rounds)][first:]
            whole.append(statistics.median(item.seconds * 1e6 / item.generation.n_scored for item in spent))
            outside.append(
                statistics.median(
                    (item.seconds - item.evaluation_seconds) * 1e6 / item.generation.n_scored for item in spent
                )
            )
    return Plot(
        "growth-population",
        f"One genome of a generation against the population, {N_BARS:,} bars x 1 coin",
        "population",
        "us",
        (Line("whole loop", sizes, tuple(whole)), Line("outside evaluation", sizes, tuple(outside))),
    )
