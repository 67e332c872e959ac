"""A short search in a process of its own, so that its memory can be measured.

evolve_here.py SNAPSHOT WORKERS GENERATIONS SIZE
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from evolution.backends import ProcessBackend
from tests.bench.searching import MINIMUM_TRADES, generations


def main() -> None:
    """Run generations and print how many genomes were scored."""
    snapshot, workers, n_generations, size = Path(sys.argv[1]), *map(int, sys.argv[2:])
    backend = ProcessBackend(snapshot, minimum_trades=MINIMUM_TRADES, workers=workers)
    try:
        run = generations(snapshot, backend, time.perf_counter, population=size, offspring=size)
        n_scored = sum(next(run).generation.n_scored for _ in range(n_generations))
    finally:
        backend.close()
    sys.stdout.write(f"{n_scored}\n")


if __name__ == "__main__":
    main()
