"""Atomic, durable file writes: a reader sees the old content or the new, never a mixture."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from data.errors import ConfigError

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
PRIVATE = 0o600
READ_ONLY = 0o444
"""Of files that never change: whoever makes one may still write to the descriptor that made it."""


def write_atomically(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """Replace `path` by `content` so that a crash at any moment leaves the old file or the new one.

    The parent folder is created. The temporary file lies beside the target (a rename is atomic only
    inside one file system), is flushed to disk before the rename, and the folder after it.

    Parameters
    ----------
    mode
        Permissions of the file, `PRIVATE` or `READ_ONLY`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, NEW_FILE, mode)
    with ExitStack() as unfinished:
        unfinished.callback(temporary.unlink, missing_ok=True)
        with naming(path), os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
        unfinished.pop_all()
    sync_folder(path.parent)


def write_named(path: Path, content: bytes) -> None:
    """Write a file that a person has named: what a link leads to, and nothing but a file.

    Raises
    ------
    ConfigError
        As of `check_named`.
    """
    check_named(path)
    write_atomically(path.resolve(), content)


def check_named(path: Path) -> None:
    """Refuse a path that a person has named if no file can be written there.

    Raises
    ------
    ConfigError
        If it is a folder, a device or a pipe, in whose place a rename would put a file; if its folder may not be
        written to; or if it is `-`, which is stdout and no file.
    """
    if str(path) == "-":
        raise ConfigError("'-' is stdout, and what is written here is a file: give the path of one")
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no file but a device or a pipe"
        raise ConfigError(f"{str(path)!a} is {what}: give the path of a file")
    folder = next(parent for parent in path.resolve().parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        trouble = "may not be written to" if folder.is_dir() else "is no folder"
        raise ConfigError(
            f"{str(path)!a} cannot be written, {str(folder)!a} {trouble}: check the path and its permissions, or give "
            "that of another file"
        )


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in an error of writing to it; the system only names files that it opens."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, so that a rename inside it survives a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
