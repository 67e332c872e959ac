"""Checkpoints: canonical JSON behind its own sha256, the last few kept."""

from __future__ import annotations

import json
from pathlib import Path

from data.canonical import canonical_json, sha256_hex
from data.durable import write_atomically
from data.errors import DataError
from evolution.run.state import SearchState, state_from_plain, state_to_plain

KEPT = 3


def save_checkpoint(folder: Path, state: SearchState) -> None:
    """Write the state so that a crash leaves the former checkpoints or this one too."""
    body = canonical_json(state_to_plain(state))
    write_atomically(folder / f"generation-{state.generation:06d}.json", sha256_hex(body).encode() + b"\n" + body)
    for stale in sorted(folder.glob("generation-*.json"))[:-KEPT]:
        stale.unlink()


def load_checkpoint(folder: Path) -> tuple[SearchState | None, list[str]]:
    """Return the newest state that is whole, and a message for each damaged file passed over.

    None if there is no checkpoint at all.

    Raises
    ------
    DataError
        If there are checkpoints but every one is damaged.
    """
    messages: list[str] = []
    paths = sorted(folder.glob("generation-*.json"), reverse=True)
    for path in paths:
        try:
            return _read(path), messages
        except DataError as error:
            messages.append(str(error))
    if paths:
        raise DataError("no checkpoint is whole: " + "; ".join(messages) + "; restore one from a backup")
    return None, messages


def _read(path: Path) -> SearchState:
    digest, _, body = path.read_bytes().partition(b"\n")
    if sha256_hex(body).encode() != digest:
        raise DataError(f"checkpoint {path.name} is damaged: its sha256 does not match")
    return state_from_plain(json.loads(body))
