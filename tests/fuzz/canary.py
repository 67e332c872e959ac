"""See what a reader sets in motion: everything that the interpreter reports while something is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORD = "CANARY-SINGS"
"""What a payload prints if it is run."""
FILE = "canary"
"""What a payload makes in the working folder if it is run."""
FORBIDDEN = frozenset(
    {
        "compile",
        "ctypes.dlopen",
        "exec",
        "import",
        "marshal.load",
        "marshal.loads",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pickle.find_class",
        "socket.connect",
        "socket.getaddrinfo",
        "subprocess.Popen",
    }
)
"""Audit events that no reading of data has a reason for, once its own modules are loaded."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class _Ear:
    """The one audit hook of the process; hooks cannot be taken away, so it is deaf most of the time."""

    def __init__(self) -> None:
        self.allowed: str | None = None
        self.heard: list[str] = []
        self.is_hooked = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.allowed is None:
            return
        if event in FORBIDDEN:
            self.heard.append(f"{event} {arguments!r:.200}")
        elif event == "open" and self._writes_elsewhere(arguments):
            self.heard.append(f"open for writing {arguments[0]!r:.200}")

    def _writes_elsewhere(self, arguments: tuple[object, ...]) -> bool:
        path, _, flags = arguments
        is_inside = isinstance(path, (str, Path)) and str(path).startswith(str(self.allowed))
        return isinstance(flags, int) and bool(flags & WRITING) and not is_inside


_EAR = _Ear()


@contextmanager
def listening(folder: Path) -> Iterator[list[str]]:
    """Collect what is executed, imported, started, connected, or written outside of `folder`, while the block runs."""
    if not _EAR.is_hooked:
        sys.addaudithook(_EAR)
        _EAR.is_hooked = True
    _EAR.heard = []
    _EAR.allowed = str(folder)
    try:
        yield _EAR.heard
    finally:
        _EAR.allowed = None
