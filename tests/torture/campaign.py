"""A long trial by rounds: seen while it runs, written down after each round, gone on with after an interruption."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from data.code_version import hash_sources
from data.durable import write_atomically
from tests.torture.tiny import ROOT

RESULTS = ROOT / "var" / "torture"
SOURCES = ("data", "backtest", "evolution", "organism", "tests/torture")


class Campaign:
    """Counts rounds and outcomes, and keeps `var/torture/NAME.json` up to date.

    The same name with the same parameters on the same code goes on where it was stopped; anything else
    begins anew.
    """

    def __init__(self, name: str, rounds: int, parameters: dict[str, Any], folder: Path = RESULTS) -> None:
        # A job that was started in the background of a shell would otherwise inherit deafness to Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.name, self.rounds, self._parameters = name, rounds, parameters | {"code": hash_sources(SOURCES)}
        self.path = folder / f"{name}.json"
        self.work = folder / "work" / name
        former = json.loads(self.path.read_bytes()) if self.path.exists() else {}
        resumed = former.get("parameters") == self._parameters and not former.get("finished")
        if not resumed:
            former = {}
            shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True, exist_ok=True)
        self.done: int = former.get("done", 0)
        self.outcomes = Counter(former.get("outcomes", {}))
        self.failures: list[str] = former.get("failures", [])
        self._first, self._earlier_s, self._started = self.done, former.get("seconds", 0.0), time.monotonic()

    def record(self, *outcomes: str, failures: list[str] | None = None, rounds: int = 1) -> None:
        """Count a round and what came of it, write everything down and say how far it is."""
        self.done += rounds
        self.outcomes.update(outcomes)
        self.failures += failures or []
        self._write(finished=False)
        here = self.done - self._first
        rate = here / max(time.monotonic() - self._started, 1e-9)
        left_s = round((self.rounds - self.done) / rate) if rate else 0
        sys.stderr.write(
            f"\r{self.name} {self.done}/{self.rounds}  {60 * rate:.1f}/min  "
            f"{left_s // 60:02d}:{left_s % 60:02d} left  {len(self.failures)} failures   "
        )
        sys.stderr.flush()

    def close(self) -> int:
        """Write the end down, print it, and return the exit code."""
        self._write(finished=True)
        sys.stderr.write("\n")
        for failure in self.failures:
            sys.stdout.write(f"FAILED {failure}\n")
        for outcome, count in sorted(self.outcomes.items()):
            sys.stdout.write(f"{count:6} {outcome}\n")
        sys.stdout.write(f"{self.name}: {'failed' if self.failures else 'passed'}; written to {self.path}\n")
        if not self.failures:
            shutil.rmtree(self.work, ignore_errors=True)
        return int(bool(self.failures))

    def _write(self, *, finished: bool) -> None:
        document = {
            "name": self.name,
            "parameters": self._parameters,
            "finished": finished,
            "passed": finished and not self.failures,
            "rounds": self.rounds,
            "done": self.done,
            "seconds": round(self._earlier_s + time.monotonic() - self._started, 1),
            "outcomes": dict(sorted(self.outcomes.items())),
            "failures": self.failures,
        }
        write_atomically(self.path, (json.dumps(document, indent=2) + "\n").encode())
