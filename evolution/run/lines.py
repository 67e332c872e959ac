"""Files of lines that grow."""

from __future__ import annotations

import os
from pathlib import Path


def append_whole(path: Path, lines: bytes, *, durably: bool = False) -> None:
    """Write whole lines behind the others; `durably`: a power cut afterwards takes none of them away."""
    with path.open("a+b") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            if stream.read() != b"\n":
                # A kill cut the last line short; it must not swallow this one.
                stream.write(b"\n")
        stream.write(lines)
        if durably:
            stream.flush()
            os.fsync(stream.fileno())
