"""How soon the command line answers."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.bench.section import Bar, Column, Section, Table
from tests.bench.timing import Contestant, interleaved

ROOT = Path(__file__).resolve().parents[3]
HELP_BAR_S = 0.3


def measure_start(*, quick: bool) -> Section:
    """Time `organism --help`, a fresh process each time, on the wall."""
    command = [str(Path(sys.executable).with_name("organism")), "--help"]
    timed = interleaved(
        [Contestant(lambda: subprocess.run(command, check=True, capture_output=True, cwd=ROOT))],
        seconds_each=0.0,
        clock=time.perf_counter,
    )[0]
    return Section(
        "Start of the command line",
        tables=(
            Table(
                "`organism --help`",
                (Column("median s", "{:.3f}"), Column("least s", "{:.3f}")),
                ((timed.median, timed.least),),
            ),
        ),
        bars=(Bar("organism --help", timed.median, HELP_BAR_S, "s", at_least=False),),
    )
