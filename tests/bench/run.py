# ruff: noqa: E402 - threads are limited before any library is loaded
"""`make bench`: what is promised about speed, held or missed, and the same work through other programs.

    tests/bench/run.py [--quick] [A] [B] [C] [D] [growth] [inference] [help]

One process tree; contestants take turns; medians of processor time. A row whose results differ from the others' is
refused, and the exit is then 1: a quick wrong answer is no figure. A missed bar is printed and changes no exit.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
# One thread for every library, before any of them is loaded; and no progress bars.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
os.environ["NUMBA_NUM_THREADS"] = "1"
os.environ["TQDM_DISABLE"] = "1"

from data.durable import write_atomically
from evolution.warm import compile_kernels, is_warm
from tests.bench.machine import machine_facts
from tests.bench.page.markdown import section_lines
from tests.bench.page.write import write_page
from tests.bench.parts.catalogue import PARTS


def main() -> int:
    """Measure, print, and write the JSON document; write the page if every part was measured in full."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--quick", action="store_true", help="fewer sizes: two or three minutes")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench" / "bench.json", help="JSON document")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder of the page")
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    chosen = [name for name in PARTS if name in given.parts or not given.parts]
    if not is_warm():
        compile_kernels()
    document = {"machine": machine_facts(), "quick": given.quick, "sections": {}}
    for name in chosen:
        section = asdict(PARTS[name](quick=given.quick))
        document["sections"][name] = section
        sys.stdout.write("\n".join(section_lines(section)) + "\n")
        sys.stdout.flush()
        write_atomically(given.out, (json.dumps(document, indent=1) + "\n").encode())
    sys.stdout.write(f"\nwritten to {given.out}\n")
    if chosen == list(PARTS) and not given.quick:
        sys.stdout.write(f"written to {write_page(document, given.docs)}\n")
    refused = [text for section in document["sections"].values() for text in section["refused"]]
    for text in refused:
        sys.stderr.write(f"REFUSED {text}\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
