"""`make torture`: the long campaigns one after the other, then a table of the last result of each.

A campaign leaves `var/torture/NAME.json`; for one that writes none, its exit code and its time are written.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from data.durable import write_atomically
from tests.torture.campaign import RESULTS
from tests.torture.tiny import ROOT

SCRIPTS = {
    "simulators": "tests/torture/simulators.py",
    "determinism": "tests/torture/determinism.py",
    "kill_sweep": "tests/torture/kill_sweep.py",
    "sigkill": "tests/torture/sigkill.py",
    "disk_full": "tests/torture/disk_full.py",
    "history": "tests/torture/history.py",
    "recording_day": "tests/torture/recording_day.py",
    "fetch_kills": "tests/torture/fetch_kills.py",
    "fuzz": "tests/fuzz/run.py",
}
INTERRUPTED = 3


def main() -> int:
    """Run what is asked for, print the table, exit 1 if any of it failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("campaigns", nargs="*", default=list(SCRIPTS), help=f"some of: {', '.join(SCRIPTS)}")
    for name in SCRIPTS:
        parser.add_argument(f"--{name}", default="", metavar="OPTIONS", help=f"passed on to {name}")
    asked = parser.parse_args()
    unknown = sorted(set(asked.campaigns) - set(SCRIPTS))
    if unknown:
        parser.error(f"unknown campaign {unknown[0]!r}; known are {', '.join(SCRIPTS)}")
    try:
        codes = [_run(name, shlex.split(getattr(asked, name))) for name in asked.campaigns]
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; the same command goes on from there\n")
        return INTERRUPTED
    sys.stdout.write(_table())
    return int(any(codes))


def _run(name: str, options: list[str]) -> int:
    script = ROOT / SCRIPTS[name]
    if not script.exists():
        sys.stdout.write(f"{name}: {SCRIPTS[name]} is not there\n")
        return 1
    sys.stdout.write(f"\n{name}\n")
    sys.stdout.flush()
    before, started = _stamp(name), time.monotonic()
    code = subprocess.run([sys.executable, str(script), *options], cwd=ROOT, check=False).returncode
    if _stamp(name) == before:
        result = {"name": name, "options": options, "finished": True, "passed": code == 0}
        result |= {"exit_code": code, "seconds": round(time.monotonic() - started, 1)}
        write_atomically(_path(name), (json.dumps(result, indent=2) + "\n").encode())
    return code


def _path(name: str) -> Path:
    return RESULTS / f"{name}.json"


def _stamp(name: str) -> int:
    return _path(name).stat().st_mtime_ns if _path(name).exists() else 0


def _table() -> str:
    rows = [f"\n{'campaign':14} {'result':12} {'rounds':>12} {'minutes':>8}  written\n"]
    for name in SCRIPTS:
        path = _path(name)
        found: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
        rounds = f"{found['done']}/{found['rounds']}" if "done" in found and "rounds" in found else ""
        minutes = f"{found['seconds'] / 60:.1f}" if "seconds" in found else ""
        written = time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime)) if path.exists() else ""
        rows.append(f"{name:14} {_result(found):12} {rounds:>12} {minutes:>8}  {written}\n")
    return "".join(rows)


def _result(found: dict[str, Any]) -> str:
    if not found:
        return "never run"
    if not found.get("finished", True):
        return "unfinished"
    return "passed" if found.get("passed") else "failed"


if __name__ == "__main__":
    sys.exit(main())
