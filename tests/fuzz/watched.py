"""One reading with the canary watched: what it gave, and what it set in motion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.errors import FoundryError
from tests.fuzz.canary import listening
from tests.fuzz.readers import READERS, clear


@dataclass(frozen=True)
class Reading:
    """How a reader took some content; any error that is not a FoundryError is not caught."""

    refusal: FoundryError | None
    """None when the content was accepted."""
    heard: list[str]
    """What was executed, imported, started or written elsewhere meanwhile."""


def read_watched(reader: str, content: bytes, folder: Path) -> Reading:
    """Empty `folder` and let the reader read the content there."""
    clear(folder)
    refusal = None
    with listening(folder) as heard:
        try:
            READERS[reader](content, folder)
        except FoundryError as error:
            refusal = error
    return Reading(refusal, heard)
