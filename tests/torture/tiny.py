"""One tiny run through the real command line, and everything it leaves behind as a few hashes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.canonical import hash_json, sha256_hex
from evolution.run.layout import RunFolder, list_runs
from evolution.trials import read_segments

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, dict[str, Any]] = {
    "history": {"world": "planted", "world_seed": 1, "years": 0.6},
    "search": {
        "population": 24,
        "offspring": 24,
        "generations": 4,
        "minimum_trades": 5,
        "registered": 8,
        "simplify": False,
        "hall_of_fame": 16,
        "immigrant_share": 0.2,
    },
}
ENTRY = ("-m", "organism.cli.main")
PARTS_WITH_TIMES = {"strategies": "born_at", "events": "at"}
"""Tables of the registry, and the column of each that holds a clock's reading."""


@dataclass(frozen=True)
class Job:
    """A run in a home of its own; made anew in every process, as a stranger would."""

    folder: Path
    seed: int = 1
    search: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def run(self) -> RunFolder | None:
        """The run's folder, once it has a manifest."""
        return next(iter(list_runs(self.home / "runs")), None)

    @property
    def is_finished(self) -> bool:
        return self.run is not None and self.run.is_finished

    def command(self, entry: tuple[str, ...] = ENTRY) -> list[str]:
        """Return what starts the run, or goes on with it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        run = self.run
        verb = ["start", str(self._config())] if run is None else ["resume", run.name]
        return [sys.executable, *entry, "evolve", *verb, "--home", str(self.home)]

    def launch(
        self,
        *options: str,
        entry: tuple[str, ...] = ENTRY,
        environment: dict[str, str] | None = None,
        under: tuple[str, ...] = (),
    ) -> subprocess.Popen[bytes]:
        """Start a fresh process, in a session of its own so that a whole group can be signalled.

        `under` is a program that runs the command, such as `setarch -R`.
        """
        command = [*under, *self.command(entry), *options]
        with (self.folder / "log.txt").open("ab") as stream:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=clean_environment() | (environment or {}),
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )

    def finish(self, *options: str, **launching: Any) -> dict[str, str]:
        """Run to the end without interruption and return the fingerprint."""
        code = self.launch(*options, **launching).wait()
        if code:
            raise AssertionError(f"{self.folder} with {options}, {launching} ended with {code}: {self.last_words()}")
        return self.fingerprint()

    def last_words(self) -> str:
        """Return the end of what the job's processes have said."""
        log = self.folder / "log.txt"
        return log.read_text(errors="replace")[-800:] if log.exists() else ""

    def fingerprint(self) -> dict[str, str]:
        """Return a hash of every part of the outcome."""
        assert self.run is not None
        return fingerprint(self.home, self.run)

    def _config(self) -> Path:
        path = self.folder / "tiny.toml"
        lines = ['name = "tiny"', f"seed = {self.seed}", "workers = 1"]
        for table, values in (SETTINGS | {"search": SETTINGS["search"] | self.search}).items():
            lines += [f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
        path.write_text("\n".join(lines) + "\n")
        return path


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what a condition may set."""
    ours = ("ORGANISM_", "PYTHONHASHSEED", "PYTHONPATH", "PYTEST_", "TORTURE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def fingerprint(home: Path, run: RunFolder) -> dict[str, str]:
    """Return a hash of every part of a finished run; Parquet and SQLite by content, the rest by bytes."""
    outcome = json.loads(run.outcome.read_bytes())
    manifest = json.loads(run.manifest.read_bytes())
    assert manifest.get("population_hash", outcome["population_hash"]) == outcome["population_hash"]
    rows = [row for table in read_segments(run.trials) for row in table.to_pylist()]
    checkpoints = {path.name: sha256_hex(path.read_bytes()) for path in sorted(run.checkpoints.glob("*.json"))}
    return {
        "population_hash": outcome["population_hash"],
        "outcome": sha256_hex(run.outcome.read_bytes()),
        "trials": hash_json(rows),
        "checkpoints": hash_json(checkpoints),
        **{table: hash_json(registry_rows(home, table)) for table in ("strategies", "events", "lineage")},
    }


def registry_rows(home: Path, table: str) -> list[list[Any]]:
    """Return a table of the registry in order of its key, without the columns that tell the time."""
    with sqlite3.connect(home / "registry.sqlite") as connection:
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        names = [column[0] for column in cursor.description]
        kept = [place for place, name in enumerate(names) if name != PARTS_WITH_TIMES.get(table)]
        rows = [[_plain(row[place]) for place in kept] for row in cursor]
    connection.close()
    return rows


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
