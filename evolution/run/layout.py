"""Where a run keeps what: a folder that can be read without the search engine."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from data.canonical import canonical_json
from data.durable import write_atomically
from data.errors import ConfigError, DataError
from data.plain_json import parse_plain_json

MAX_GENERATION = 999_999_999
"""What the names of checkpoints and segments have room for."""
ENDLESS = 900_000_000
"""Generations of a run that is to go on until it is stopped: months of the smallest populations."""
MANIFEST_SCHEMA = 2
MANIFEST_KEYS = ("run", "settings", "seed", "snapshot_id", "origin")
"""What every manifest says."""
STARTED_AT = "started_at"
"""Key of a manifest: when a process first worked on the run, as ISO 8601 in UTC."""
SHOWN = 8
"""Runs that a refusal names."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths of one run."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def manifest(self) -> Path:
        """Resolved configuration, seed, snapshot, code version; what is known later is added: when the run was first
        worked on, and the hash of its last population."""
        return self.path / "manifest.json"

    @property
    def trials(self) -> Path:
        """Append-only Parquet segments, one a generation."""
        return self.path / "trials"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def quarantine(self) -> Path:
        """One JSON file for each genome on which the simulators disagree."""
        return self.path / "quarantine"

    @property
    def lock(self) -> Path:
        """Held by the process that works on the run; beside its folder, which may be made anew."""
        return self.path.with_name(f".{self.name}.lock")

    @property
    def generations(self) -> Path:
        """One JSON line a generation, for people and dashboards."""
        return self.path / "generations.jsonl"

    @property
    def pace(self) -> Path:
        """One JSON line a generation: seconds by part, and memory; no two runs agree on it."""
        return self.path / "pace.jsonl"

    @property
    def rules(self) -> Path:
        """Every rule that was ever in the population or the hall of fame, a genome a line; see `run.rules`."""
        return self.path / "rules.jsonl"

    @property
    def control(self) -> Path:
        """What a person wants of the process that works on the run; see `run.control`."""
        return self.path / "control.json"

    @property
    def paused(self) -> Path:
        """There while that process waits between two generations."""
        return self.path / "paused"

    @property
    def metrics(self) -> Path:
        """Both of these as one Parquet table, made anew when the run ends or stops, and at ends of epochs."""
        return self.path / "metrics.parquet"

    @property
    def outcome(self) -> Path:
        """Population hash, hall of fame and counts; there when the run is finished."""
        return self.path / "outcome.json"

    @property
    def outcome_again(self) -> str:
        """What to do about an outcome that is damaged: all that it says is in the newest checkpoint, too."""
        return (
            f"remove it, and `organism evolve resume {self.name}`, by the version of the program that has bred the "
            "run, writes it again; or restore it from a backup"
        )

    @property
    def is_finished(self) -> bool:
        return self.outcome.exists()


def find_run(runs: Path, name: str) -> RunFolder:
    """Return the run of that name.

    Raises
    ------
    ConfigError
        If there is none, naming those there are.
    """
    folder = RunFolder(runs / name)
    if not name or "/" in name or name.startswith(".") or not folder.manifest.exists():
        raise ConfigError(f"run {name[:80]!r} does not exist; {_known_runs(runs, name)}")
    return folder


def _known_runs(runs: Path, name: str) -> str:
    known = [run.name for run in list_runs(runs)]
    if not known:
        return "known runs: none yet; organism evolve start configs/demo.toml begins one"
    near = get_close_matches(name[:80], known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if near else ""
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"{hint}known runs: {', '.join(known[:SHOWN])}{more}; organism evolve list shows all"


def list_runs(runs: Path) -> list[RunFolder]:
    """Return every run of a home, by name."""
    return [RunFolder(path.parent) for path in sorted(runs.glob("*/manifest.json"))]


def read_outcome(folder: RunFolder, *keys: str) -> dict[str, Any]:
    """Read what a finished run has come to, with at least these keys.

    Raises
    ------
    DataError
        If it is missing or damaged, with how it comes back.
    """
    return read_json(folder.outcome, *keys, remedy=folder.outcome_again)


def read_json(path: Path, *keys: str, remedy: str = "restore it from a backup") -> dict[str, Any]:
    """Read a JSON object that this program wrote, with at least these keys; `remedy` is told where it is damaged.

    Raises
    ------
    DataError
        If the file is missing, damaged, no object, or lacks a key.
    """
    try:
        value = parse_plain_json(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise DataError(
            f"{path} does not exist; the run is incomplete, resume it: organism evolve resume {path.parent.name}"
        ) from None
    except DataError as error:
        raise DataError(f"{error}; {remedy}") from None
    if not isinstance(value, dict):
        raise DataError(f"{path} holds a {type(value).__name__}, allowed is an object; {remedy}")
    missing = [key for key in keys if key not in value]
    if missing:
        raise DataError(f"{path} is damaged, it lacks {', '.join(missing)}; {remedy}")
    return value


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON object durably, in canonical form."""
    write_atomically(path, canonical_json(value) + b"\n")
