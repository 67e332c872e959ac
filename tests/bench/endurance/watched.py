"""The real command, watched from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from data.durable import write_atomically
from evolution.run.layout import RunFolder
from tests.bench.endurance.moments import Moment
from tests.bench.markets import synthetic_market
from tests.bench.memory import pss_bytes_of_tree

N_BARS, IN_SAMPLE_SHARE = 20_000, 0.6
STOPPED = 3
"""How `organism evolve` ends when a limit is reached."""
LOOK_S = 5.0
CONFIG = """\
name = "endurance"
seed = 1

[history]
venue = "synthetic"
folder = "{folder}"
coins = ["SYN"]

[search]
population = 1000
offspring = 1000
minimum_trades = 30
"""


def prepare(home: Path) -> Path:
    """Write a history of which a search sees 20,000 bars; return the configuration."""
    files = home / "files"
    files.mkdir(parents=True)
    market = synthetic_market(round(N_BARS / IN_SAMPLE_SHARE), 1)
    stamps = pa.array(market.time_ms, pa.timestamp("ms", tz="UTC"))
    columns = {name: getattr(market, name) for name in ("open", "high", "low", "close", "volume")}
    pq.write_table(pa.table({"ts": stamps, **columns}), files / "SYN_1h.parquet")
    pq.write_table(pa.table({"ts": stamps, "funding_rate": market.funding_rate}), files / "SYN_funding.parquet")
    config = home / "endurance.toml"
    write_atomically(config, CONFIG.format(folder=files.resolve()).encode())
    return config


def watch(home: Path, config: Path, hours: float, workers: int, tell: Callable[[Moment], None]) -> list[Moment]:
    """Run the search so long and return what was seen of it every few seconds."""
    began, moments = time.monotonic(), []
    lines = _Lines()
    with _organism("start", str(config), home, "--forever", "--hours", str(hours), "--workers", str(workers)) as run:
        while run.poll() is None:
            time.sleep(LOOK_S)
            nominal, unique = lines.counted(home)
            if unique:
                moments.append(Moment(time.monotonic() - began, nominal, unique, pss_bytes_of_tree(run.pid)))
                tell(moments[-1])
    if run.returncode != STOPPED:
        raise RuntimeError(f"the search ended with {run.returncode} instead of {STOPPED}")
    # The last looks may have met processes that were ending.
    return moments[:-2]


def resumes_alike(home: Path) -> bool:
    """Tell whether the last two generations come out the same when they are bred again from what stands before them."""
    checkpoints = sorted(run_of(home).checkpoints.glob("generation-*.json"))
    *_, earlier, last = checkpoints[1:]
    expected = {path.name: sha256(path.read_bytes()).digest() for path in (earlier, last)}
    for path in (earlier, last):
        path.unlink()
    found = {}
    for name in expected:
        with _organism("resume", run_of(home).name, home, "--hours", "0") as run:
            if run.wait() != STOPPED:
                raise RuntimeError(f"resuming ended with {run.returncode} instead of {STOPPED}")
        found[name] = sha256((run_of(home).checkpoints / name).read_bytes()).digest()
    return found == expected


def run_of(home: Path) -> RunFolder:
    """Return the only run of the home."""
    (path,) = (path for path in (home / "home" / "runs").iterdir() if path.is_dir())
    return RunFolder(path)


class _Lines:
    """The lines of a run's generations, each read once."""

    def __init__(self) -> None:
        self._place, self._repeated, self._unique = 0, 0, 0

    def counted(self, home: Path) -> tuple[int, int]:
        """Return genomes drawn and genotypes scored until now."""
        if (home / "home" / "runs").is_dir() and run_of(home).generations.exists():
            with run_of(home).generations.open("rb") as file:
                file.seek(self._place)
                for line in file:
                    if line.endswith(b"\n"):
                        told = json.loads(line)
                        self._place += len(line)
                        self._repeated += told["n_repeated"]
                        self._unique = told["n_trials"]
        return self._unique + self._repeated, self._unique


def _organism(verb: str, subject: str, home: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "organism.cli.main", "evolve", verb, subject, "--home", str(home / "home")]
    with (home / "log.txt").open("ab") as log:
        return subprocess.Popen([*command, *options], stdout=log, stderr=log, env=dict(os.environ))
