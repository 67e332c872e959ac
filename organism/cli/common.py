"""What several verbs share: the home, JSON on stdout, and words on stderr."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from organism.home import Home

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="ORGANISM_HOME", help="Folder with your history, runs and registry.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout instead of words.")]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", envvar="ORGANISM_WORKERS", min=1, max=64, help="Processes; changes speed, never results."
    ),
]
DEFAULT_HOME = Path("var")
LARGEST_SEED = 2**63 - 1
"""As in a configuration file."""


def open_home(path: Path) -> Home:
    """Return an existing home."""
    from organism.home import Home

    return Home.open(path)


def create_home(path: Path) -> Home:
    """Return the home, made if it is missing."""
    from organism.home import Home

    return Home.create(path)


def now_utc() -> datetime:
    """Return the present moment; the one clock of the command line."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Return the present moment as UTC milliseconds."""
    return round(now_utc().timestamp() * 1000)


def print_json(value: Any) -> None:
    """Write one JSON document to stdout."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def say(text: str) -> None:
    """Write text for people to stdout."""
    sys.stdout.write(_inert(text) + "\n")


def note(text: str) -> None:
    """Write a line about progress to stderr."""
    sys.stderr.write(_inert(text) + "\n")


def _inert(text: str) -> str:
    """Escape whatever a terminal would act on; lines stay lines."""
    from data.shown import inert_line

    return "\n".join(inert_line(line, len(line)) for line in text.split("\n"))


def compile_once() -> None:
    """Compile the kernels if this version of the code never has, and say why it takes a moment."""
    from evolution.warm import compile_kernels, is_warm

    if not is_warm():
        note("compiling the kernels, once for this version of the code")
        compile_kernels()
