"""The lines of a file that somebody is still writing to: each whole line once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

LARGEST_LINE = 4 << 20
"""Bytes; a longer line is not ours, and is left out."""
LARGEST_BITE = 8 << 20
"""Bytes read at a time: as objects their lines take some ten times as much."""


class Bite(NamedTuple):
    """Some of what is new in a file."""

    is_anew: bool
    """Whether this is another file than before, so that what was read of it no longer holds."""
    lines: list[dict[str, Any]]
    """Objects with a whole number called `generation`, in order; one generation may come twice."""


class Tail:
    """Reads JSON lines, each time from where it was.

    A line that is half written is waited for, one that a kill cut short or that is none of ours is left out, and a
    file that has become shorter is another file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset, self._identity = 0, (0, 0)

    def bites(self) -> Iterator[Bite]:
        """Yield all that is new, little by little; nothing of a file that is not there, or no longer."""
        is_more = True
        while is_more:
            try:
                with self._path.open("rb") as stream:
                    is_anew = self._is_anew(stream.fileno())
                    stream.seek(self._offset)
                    content = stream.read(LARGEST_BITE)
            except OSError:
                return
            whole = content.rfind(b"\n") + 1
            if not whole and len(content) > LARGEST_LINE:
                whole = len(content)
            self._offset += whole
            found = (_parsed(text) for text in content[:whole].splitlines())
            yield Bite(is_anew, [line for line in found if line is not None])
            is_more = bool(whole) and len(content) == LARGEST_BITE

    def _is_anew(self, descriptor: int) -> bool:
        status = os.fstat(descriptor)
        identity = (status.st_dev, status.st_ino)
        if identity == self._identity and status.st_size >= self._offset:
            return False
        is_first = self._identity == (0, 0)
        self._identity, self._offset = identity, 0
        return not is_first


def _parsed(text: bytes) -> dict[str, Any] | None:
    if len(text) > LARGEST_LINE:
        return None
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and type(line.get("generation")) is int else None
