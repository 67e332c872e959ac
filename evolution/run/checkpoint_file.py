"""A checkpoint as it lies on disk: canonical JSON behind its own sha256. No more is needed to show what it holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from data.canonical import sha256_hex
from data.errors import DataError
from data.plain_json import parse_plain_json
from data.shown import inert_line, shown

NAME = re.compile(r"generation-(\d{6}|\d{9})\.json")
"""Six digits until this program wrote nine."""


def checkpoint_paths(folder: Path) -> list[Path]:
    """Return the checkpoints of a run, the newest first."""
    return sorted(folder.glob("generation-*.json"), reverse=True)


def checkpoint_name(path: Path) -> str:
    """Return what messages call a checkpoint."""
    return f"checkpoint {inert_line(path.name, 80)}"


def read_checkpoint_file(path: Path) -> tuple[int, dict[str, Any]]:
    """Return the generation that its name says, and the origin and the state that it holds, as JSON values.

    Raises
    ------
    DataError
        If it is not one of ours, cannot be read or is not what was written.
    """
    what, name = checkpoint_name(path), NAME.fullmatch(path.name)
    if name is None:
        raise DataError(f"{what} is not one of ours: allowed is generation-NNNNNNNNN.json")
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise DataError(f"{what} cannot be read ({error.strerror})") from None
    if sha256_hex(body).encode() != digest:
        raise DataError(f"{what} is damaged: its sha256 does not match")
    content = parse_plain_json(body, what)
    if type(content) is not dict or set(content) != {"origin", "state"}:
        raise DataError(f"{what} is damaged: it is {shown(content)}; allowed are exactly an origin and a state")
    return int(name[1]), content
