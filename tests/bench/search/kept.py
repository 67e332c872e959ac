"""A comparison as one file beside the page: whoever has it goes on from there, on another machine too."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from data.canonical import canonical_json
from data.durable import write_atomically
from data.errors import ConfigError, DataError
from data.plain_json import parse_plain_json
from tests.bench.search.folder import Comparison
from tests.bench.search.outcome import outcome_of


def keep(comparison: Comparison, path: Path) -> None:
    """Write the plan as a line, and each outcome as another, in the order of the plan."""
    lines = [canonical_json(comparison.head())]
    lines += [canonical_json(asdict(outcome)) for outcome in comparison.outcomes()]
    write_atomically(path, b"\n".join(lines) + b"\n")


def restore(comparison: Comparison, path: Path) -> int:
    """Put the outcomes of a file into a comparison's folder; return how many were new there.

    Raises
    ------
    ConfigError
        If they are of another plan or of other code.
    DataError
        If the file is damaged; then nothing is taken from it.
    """
    head, *rows = _lines(path)
    if head != comparison.head():
        raise ConfigError(
            f"{path} holds outcomes of another plan or of other code than {comparison.path}: "
            "check out the code that they were made with, or leave the file out and begin anew"
        )
    outcomes = [outcome_of(row, str(path)) for row in rows]
    new = [one for one in outcomes if not comparison.has(one.name)]
    for outcome in new:
        outcome.save(comparison.outcomes_folder)
    return len(new)


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        lines = [parse_plain_json(line, str(path)) for line in path.read_bytes().splitlines()]
    except (OSError, DataError) as error:
        raise DataError(f"{path} cannot be read ({error}): restore it from version control") from None
    if not lines or not all(isinstance(line, dict) for line in lines):
        raise DataError(f"{path} holds no comparison: restore it from version control")
    return lines
