"""A process that says what it has done, a number a line, and is killed in the middle of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Life(NamedTuple):
    """What became of it."""

    is_done: bool
    """Whether it came to its end before it was killed."""
    said: list[int]
    """The whole lines that it wrote."""
    seconds: float
    """From when all was loaded to its end."""


def lived(code: str, arguments: Sequence[str], life_s: float, environment: Mapping[str, str] | None = None) -> Life:
    """Run Python code that prints `ready` when it has loaded what it needs, and then numbers; kill it so long after.

    What was running into the pipe when it was killed and is no whole line was not said.
    """
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        started = time.monotonic()
        timer = threading.Timer(life_s, process.kill)
        timer.start()
        said = [int(line) for line in process.stdout if line.endswith("\n")]
        seconds = time.monotonic() - started
        timer.cancel()
    assert process.returncode in (0, -9), f"exit code {process.returncode}"
    return Life(process.returncode == 0, said, seconds)
