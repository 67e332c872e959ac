# ruff: noqa: E402 - the project's root is put in place before anything of it is imported
"""Let `organism evolve start --forever` run for an hour and look at its memory and its rate; then resume it.

run.py --home FOLDER [--hours 1] [--workers 2] [--page docs/search.md]
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from data.durable import write_atomically
from evolution.warm import compile_kernels, is_warm
from tests.bench.endurance.moments import Moment, tenths_of
from tests.bench.endurance.page import section
from tests.bench.endurance.watched import prepare, resumes_alike, watch
from tests.bench.search.page import replaced


def main() -> int:
    """Run, resume, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--home", type=Path, required=True, help="a folder that is not there yet")
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", type=Path, help="page in which the section `endurance` is written anew")
    given = parser.parse_args()
    if given.home.exists():
        parser.error(f"--home {given.home} is there already: name another folder")
    if not is_warm():
        compile_kernels()
    moments = watch(given.home, prepare(given.home), given.hours, given.workers, _tell)
    write_atomically(given.home / "moments.json", json.dumps([asdict(moment) for moment in moments]).encode())
    text = section(tenths_of(moments), resumes_alike(given.home))
    sys.stdout.write(text + "\n")
    if given.page is not None:
        write_atomically(given.page, replaced(given.page.read_text(), "endurance", text).encode())
    return 0


def _tell(moment: Moment) -> None:
    rate = moment.nominal / moment.seconds
    sys.stdout.write(
        f"{moment.seconds:6.0f} s {moment.nominal:>12,} genomes {rate:8,.0f} a second "
        f"{moment.held_bytes / 2**20:8,.0f} MiB\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
