# ruff: noqa: E402 - the project's root is put in place before anything of it is imported
"""Compare ways of searching on planted worlds, judged by centuries that follow.

    tests/bench/search/run.py PLAN.toml --home FOLDER [--workers N] [--strengths FOLDER] [--known FILE] [--arm NAME]
    tests/bench/search/run.py --home FOLDER --show [--page docs/search.md]

The same command goes on where it was stopped. A plan may be a path, or the name of one of those in `plans/`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))
# One thread for every library, before any of them is loaded: each process has a core to itself.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

from data.durable import write_atomically
from data.errors import FoundryError
from data.settings import load_settings
from evolution.warm import compile_kernels, is_warm
from tests.bench.search.folder import Comparison, begin, open_comparison, run
from tests.bench.search.kept import keep, restore
from tests.bench.search.page import pictures, replaced, section
from tests.bench.search.plan import PlanSettings, arms_named
from tests.bench.search.tables import document_of

PLANS = Path(__file__).parent / "plans"


def main() -> int:
    """Run what is not done, or show what is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("plan", nargs="?", help="file of a plan, or the name of one in plans/")
    parser.add_argument("--home", type=Path, required=True, help="folder of the comparison")
    parser.add_argument("--workers", type=int, default=1, help="processes, each with a core to itself")
    parser.add_argument("--strengths", type=Path, help="where strengths of causes are kept; HOME/strengths")
    parser.add_argument("--known", type=Path, help="file beside the page with outcomes of this plan, to go on from")
    parser.add_argument("--arm", action="append", metavar="NAME", help="do this arm alone for now; may be repeated")
    parser.add_argument("--show", action="store_true", help="show what is done and run nothing")
    parser.add_argument("--page", type=Path, help="page in which the section of this plan is written anew")
    given = parser.parse_args()
    if given.plan is None and not given.show:
        parser.error("name a plan, or --show a comparison that was begun")
    if given.workers < 1:
        parser.error(f"--workers is {given.workers}: allowed is 1 or more")
    try:
        comparison = open_comparison(given.home) if given.plan is None else begin(given.home, _plan(given.plan))
        if given.known is not None:
            sys.stdout.write(f"{restore(comparison, given.known)} outcomes taken from {given.known}\n")
        if not given.show:
            if not is_warm():
                compile_kernels()
            arms = arms_named(comparison.plan, given.arm)
            run(comparison, arms, given.strengths or given.home / "strengths", given.workers, _Progress())
        _show(comparison, given.page)
    except KeyboardInterrupt:
        sys.stderr.write("stopped; the same command goes on from here\n")
        return 3
    except FoundryError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _plan(text: str) -> PlanSettings:
    named = PLANS / f"{text}.toml"
    return load_settings(PlanSettings, named if named.exists() else Path(text))


def _show(comparison: Comparison, page: Path | None) -> None:
    outcomes = comparison.outcomes()
    if not outcomes:
        sys.stdout.write("nothing is done yet\n")
        return
    document = document_of(comparison.plan, outcomes)
    write_atomically(comparison.path / "tables.json", (json.dumps(document, indent=1) + "\n").encode())
    text = section(document)
    if page is None:
        sys.stdout.write(text + "\n")
        return
    for name, svg in pictures(document).items():
        write_atomically(page.parent / "search" / f"{name}.svg", svg.encode())
    keep(comparison, page.parent / "search" / f"{comparison.plan.name}.jsonl")
    write_atomically(page, replaced(page.read_text(), comparison.plan.name, text).encode())
    sys.stdout.write(f"written to {page}\n")


class _Progress:
    """Prints a line when another task is done: how many, at what rate, how long still."""

    def __init__(self) -> None:
        self._began, self._first, self._last = time.monotonic(), -1, -1

    def __call__(self, n_done: int, n_planned: int) -> None:
        if self._first < 0:
            self._first = n_done
        if n_done != self._last:
            self._last = n_done
            sys.stdout.write(progress_line(n_done, n_planned, n_done - self._first, time.monotonic() - self._began))
            sys.stdout.flush()


def progress_line(n_done: int, n_planned: int, n_new: int, seconds: float) -> str:
    """Return a line for people."""
    line = f"{n_done} of {n_planned} tasks done"
    if n_new:
        left = (n_planned - n_done) * seconds / n_new
        line += f", {3600 * n_new / seconds:.1f} an hour, about {left / 60:.0f} minutes left"
    return line + "\n"


if __name__ == "__main__":
    sys.exit(main())
