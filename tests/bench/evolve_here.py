"""A short search in a process of its own, so that its memory can be measured.

evolve_here.py SNAPSHOT WORKERS GENERATIONS SIZE
"""

from __future__ import annotations

import sys
import time
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from evolution.backends import ProcessBackend
from tests.bench.searching import MINIMUM_TRADES, generations


def main() -> None:
    """Run generations and print after each how many genomes were scored until then."""
    snapshot, workers, n_generations, size = Path(sys.argv[1]), *map(int, sys.argv[2:])
    backend = ProcessBackend(snapshot, minimum_trades=MINIMUM_TRADES, workers=workers)
    try:
        run = generations(snapshot, backend, time.perf_counter, population=size, offspring=size)
        n_scored = 0
        for spent in islice(run, n_generations):
            n_scored += spent.generation.n_scored
            sys.stdout.write(f"{n_scored}\n")
            sys.stdout.flush()
    finally:
        backend.close()


if __name__ == "__main__":
    main()
