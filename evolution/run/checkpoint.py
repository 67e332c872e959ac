"""Checkpoints: canonical JSON behind its own sha256, the last few kept."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from data.canonical import canonical_json
from data.durable import write_atomically
from data.errors import DataError, GenomeError
from evolution.run.checkpoint_file import checkpoint_name, checkpoint_paths, read_checkpoint_file
from evolution.run.origin import Origin, origin_from_plain
from evolution.run.state import SearchState, state_from_plain, state_json
from evolution.search.goals import DEFAULT_GOALS, Goals

KEPT = 3


def save_checkpoint(folder: Path, state: SearchState, origin: Origin) -> None:
    """Write the state so that a crash leaves the former checkpoints or this one too."""
    parts = (b'{"origin":%b,"state":' % canonical_json(asdict(origin)), state_json(state), b"}")
    digest = sha256()
    for part in parts:
        digest.update(part)
    content = b"".join((digest.hexdigest().encode("ascii"), b"\n", *parts))
    write_atomically(folder / f"generation-{state.generation:09d}.json", content)
    for stale in checkpoint_paths(folder)[KEPT:]:
        stale.unlink()


def load_checkpoint(folder: Path, origin: Origin, goals: Goals = DEFAULT_GOALS) -> tuple[SearchState | None, list[str]]:
    """Return the newest state that is whole, and a message for each damaged file passed over.

    None if there is no checkpoint at all.

    Raises
    ------
    DataError
        If there are checkpoints but every one is damaged.
    ConfigError
        If the newest whole one was written by a run of another origin, naming what differs.
    """
    messages: list[str] = []
    paths = checkpoint_paths(folder)
    for path in paths:
        try:
            found, state = _read(path, goals)
        except DataError as error:
            messages.append(str(error))
        else:
            origin.check(found, f"checkpoint {path.name}")
            return state, messages
    if paths:
        raise DataError("no checkpoint is whole: " + "; ".join(messages) + "; restore one from a backup")
    return None, messages


def _read(path: Path, goals: Goals) -> tuple[Origin, SearchState]:
    what = checkpoint_name(path)
    generation, content = read_checkpoint_file(path)
    try:
        origin = origin_from_plain(content["origin"], what)
        state = state_from_plain(content["state"], what, goals)
    except GenomeError as error:
        raise DataError(f"{what} holds a genome that is not one of ours: {error}") from None
    if state.generation != generation:
        raise DataError(f"{what} is damaged: it holds generation {state.generation}")
    return origin, state
