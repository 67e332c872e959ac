"""Who has a registry open to write holds it, so that no copy takes its place under their hands."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from data.errors import ConfigError
from data.lock import exclusive, shared
from organism.registry.errors import OutOfReachError

PATIENCE_S = 5.0
"""What a copy waits for those who have the registry open; handing over takes less."""


def held_with_others(path: Path, wait_s: float) -> ExitStack:
    """Hold the registry at `path` together with others who may write to it, until the stack is closed.

    What is written to a file that has been replaced is lost: SQLite goes on with the file that it has opened.

    Raises
    ------
    OutOfReachError
        If a copy is put in its place for longer than `wait_s`.
    """
    held = ExitStack()
    try:
        held.enter_context(shared(_lock_of(path), f"registry {path}", wait_s=wait_s, make=True))
    except ConfigError as error:
        raise OutOfReachError(f"registry {path} is being replaced by a copy", "wait for it, then repeat") from error
    return held


def held_alone(path: Path) -> AbstractContextManager[None]:
    """Hold the registry at `path` while nobody else has it open to write.

    Raises
    ------
    ConfigError
        If somebody has it open for longer than a moment.
    """
    return exclusive(_lock_of(path), f"registry {path}", wait_s=PATIENCE_S)


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")
