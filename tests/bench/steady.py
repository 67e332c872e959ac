"""Does a long search hold more memory than it did after its first tenth? The whole search, all processes.

steady.py [GENOMES [WORKERS]]: a million genomes on 20,000 bars take some ten minutes.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.markets import synthetic_market
from tests.bench.memory import pss_by_number
from tests.bench.searching import stored

EVOLVE = Path(__file__).with_name("evolve_here.py")
N_BARS, SIZE = 20_000, 1_000
MOST = 1.05
"""Times what is held after the first tenth."""


def growth(held: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the most bytes held during the first tenth of what was counted, and the most held afterwards."""
    border = held[-1][0] / 10
    return max(n_bytes for n, n_bytes in held if n <= border), max(n_bytes for n, n_bytes in held if n > border)


def main() -> int:
    """Run the search and print what it held; 1 if it has grown by more than is allowed."""
    n_genomes = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with stored([synthetic_market(N_BARS, 1)]) as snapshot:
        numbers = (workers, n_genomes // SIZE, SIZE)
        held = pss_by_number([sys.executable, str(EVOLVE), str(snapshot), *map(str, numbers)])
    for before, now in pairwise([(0, 0), *held]):
        if 20 * before[0] // held[-1][0] < 20 * now[0] // held[-1][0]:
            sys.stdout.write(f"{now[0]:>10,} genomes {now[1] / 2**20:8.1f} MiB\n")
    first, later = growth(held)
    is_steady = later <= MOST * first
    verdict = "held" if is_steady else "missed"
    sys.stdout.write(f"after the first tenth {later / first:.3f} of the most in it; at most {MOST}: {verdict}\n")
    return 0 if is_steady else 1


if __name__ == "__main__":
    sys.exit(main())
