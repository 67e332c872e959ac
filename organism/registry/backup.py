"""Copies of a registry: taken while it is in use, put back when it is damaged."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from data.durable import sync_folder
from data.errors import ConfigError, DataError
from organism.registry.database import EVIDENCE, translated
from organism.registry.errors import OutOfReachError
from organism.registry.forgetting import forgotten
from organism.registry.holding import held_alone
from organism.registry.inspection import inspect_registry
from organism.registry.proven import record_proven
from organism.registry.reading import copy_state
from organism.registry.store import Registry


@dataclass(frozen=True, slots=True)
class Restored:
    """What putting a copy back did."""

    moved_aside: tuple[Path, ...]
    """Files of the registry that was there before; nothing is deleted."""
    n_strategies: int
    newest_event: str | None
    """ISO time of the last event that the copy knows: verdicts after it are forgotten."""
    n_proven: int
    """Openings of the vault that the copy did not know, recorded in it since evidence proves them."""


def backup_registry(registry: Path, to: Path) -> None:
    """Copy a registry that may be in use into a new file, whole or not at all.

    Raises
    ------
    ConfigError
        If `to` exists, or its folder does not.
    DataError
        If the registry is missing or damaged.
    """
    if to.exists() or not to.parent.is_dir():
        raise ConfigError(f"backup {str(to)!a} cannot be written: give a new file in a folder that exists")
    if not registry.exists():
        raise DataError(f"registry {registry} does not exist: there is nothing to back up")
    # Reading checks the file; a copy of a damaged one would be worse than none.
    Registry.read(registry).close()
    temporary = to.with_name(f".{to.name}.{secrets.token_hex(4)}.tmp")
    try:
        with translated(to):
            _copy(registry, temporary)
        _sync(temporary)
        os.replace(temporary, to)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(to.parent)


def restore_registry(registry: Path, copy: Path, *, forget: bool = False) -> Restored:
    """Put a copy in the place of a registry, whose files are kept under other names.

    Whatever is refused changes nothing.

    Parameters
    ----------
    forget
        Whether the copy may know less than a registry that is whole, and take the place of one that cannot be read.

    Raises
    ------
    ConfigError
        If the registry is whole and knows what the copy does not, or somebody has it open to write.
    DataError
        If the copy is missing, damaged, or of a newer schema; or the registry is no damaged one, and cannot be read.
    """
    if not copy.is_file():
        raise DataError(f"backup {str(copy)!a} does not exist: give a file made with `organism registry backup`")
    temporary = registry.with_name(f".{registry.name}.{secrets.token_hex(4)}.tmp")
    with held_alone(registry):
        try:
            shutil.copyfile(copy, temporary)
            n_strategies, newest = _look_into(temporary)
            if registry.exists() and not forget:
                _refuse_to_forget(registry, temporary)
            with Registry.open(temporary) as opened:
                n_proven = record_proven(opened, registry.parent / EVIDENCE)
            _sync(temporary)
            moved = _set_aside(registry)
            os.replace(temporary, registry)
        finally:
            for leftover in registry.parent.glob(f"{temporary.name}*"):
                leftover.unlink()
        sync_folder(registry.parent)
    return Restored(moved, n_strategies, newest, n_proven)


def _copy(registry: Path, to: Path) -> None:
    with closing(sqlite3.connect(to)) as target:
        copy_state(registry, target)


def _look_into(path: Path) -> tuple[int, str | None]:
    with Registry.open(path) as registry:
        strategies = registry.find()
        times = [event.at for strategy in strategies for event in registry.events(strategy.id)]
    return len(strategies), max(times).isoformat() if times else None


def _refuse_to_forget(registry: Path, copy: Path) -> None:
    """Refuse to put a copy in the place of a registry that is not damaged, and that may know more."""
    with ExitStack() as reading:
        try:
            opened = reading.enter_context(Registry.read(registry))
            now = inspect_registry(opened)
        except OutOfReachError:
            raise
        except DataError:
            # Damaged: this is what copies are for.
            return
        other = inspect_registry(reading.enter_context(Registry.read(copy)))
        lost = forgotten(now, other, opened.count_lineage_unknown_to(copy))
    if lost:
        raise ConfigError(
            f"registry {registry} is whole, and the copy does not know all of it ({lost}): keep it, give a newer copy, "
            "or say --forget"
        )


def _set_aside(registry: Path) -> tuple[Path, ...]:
    """Give the registry another name besides its own, and its log and index another one instead.

    Under its own name it stays until the copy takes its place, so that a crash never leaves a home without a registry.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{quote(str(registry))}?mode=rw", uri=True)) as old:
        # What its log holds goes into the file first, if it is whole enough for that.
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    mark = secrets.token_hex(4)
    kept = []
    # The log belongs to the file that it was written for: beside another it would spoil that one.
    for suffix, keep in (("", os.link), ("-wal", os.rename), ("-shm", os.rename)):
        path = registry.with_name(registry.name + suffix)
        if path.exists():
            aside = registry.with_name(f"{registry.name}.{mark}.replaced{suffix}")
            keep(path, aside)
            kept.append(aside)
    return tuple(kept)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
