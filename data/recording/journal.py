"""What was recorded and is not in the lake yet: segments of lines that are only ever added to.

A line counts as kept once `flush` has returned: written, and flushed to the disk. What was kept survives the end of
the process, however it ends, and of the power. A process that begins never writes into a segment that it finds, so
that a torn last line stays the last of its segment; it is recognised by its checksum and left out.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.durable import naming, sync_folder
from data.errors import DataError
from data.recording.records import MAX_LINE_BYTES, Record, decode, encode

SUFFIX, UNCONFIRMED, DAMAGED = ".journal", ".unconfirmed", ".damaged"
"""Of segments as they are recorded; of those whose bars the venue has still to confirm; of those that were kept aside
because a line of them cannot be read."""
SEGMENT_BYTES = 16 * 1024 * 1024
"""Some 200,000 records, which a compaction holds in memory at once."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What a segment holds."""

    records: tuple[Record, ...]
    n_damaged: int
    """Lines that were changed; a torn last one is what a process leaves that was killed, and does not count."""


class Journal:
    """Appends to segments in a folder, which is made by the first flush.

    Parameters
    ----------
    now_ms
        Names segments, so that they sort by time.
    kept
        Told what is kept, once it is.
    """

    def __init__(
        self, folder: Path, now_ms: Callable[[], int], kept: Callable[[Sequence[Record]], None] | None = None
    ) -> None:
        self.folder, self._now_ms, self._kept = folder, now_ms, kept
        self._waiting: list[Record] = []
        self._descriptor: int | None = None
        self._path, self._size = folder, 0

    @property
    def is_full(self) -> bool:
        """Whether it is time for another segment."""
        return self._size >= SEGMENT_BYTES

    def append(self, record: Record) -> None:
        """Take up a record; it is kept after the next `flush`."""
        self._waiting.append(record)

    def flush(self) -> int:
        """Write what was taken up and return how many records that was; they are on the disk now.

        Raises
        ------
        OSError
            If the disk is full or fails; none of them is kept then, and the segment is not written to again.
        """
        if not self._waiting:
            return 0
        content = b"".join(map(encode, self._waiting))
        is_first = self._descriptor is None
        descriptor = self._opened()
        try:
            with naming(self._path):
                _write_all(descriptor, content)
                os.fsync(descriptor)
            if is_first:
                # The folder may be new in the journal's, and that in the lake's.
                for folder in (self.folder, *self.folder.parents[:2]):
                    sync_folder(folder)
        except OSError:
            self.close()
            raise
        self._size += len(content)
        kept, self._waiting = self._waiting, []
        if self._kept is not None:
            self._kept(kept)
        return len(kept)

    def close(self) -> None:
        """Write no more into this segment; the next flush begins another."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor, self._size = None, 0

    def _opened(self) -> int:
        if self._descriptor is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._path = self.folder / f"{self._now_ms():014d}-{secrets.token_hex(4)}{SUFFIX}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._descriptor = os.open(self._path, flags, 0o600)
        return self._descriptor


def segments(folder: Path) -> Sequence[Path]:
    """Return the segments of a folder, oldest first."""
    return sorted(path for path in folder.glob("*") if path.suffix in (SUFFIX, UNCONFIRMED))


def read_segment(path: Path) -> Segment:
    """Return what a segment holds: of one that was cut anywhere the records before the cut."""
    records, n_damaged = [], 0
    with path.open("rb") as stream:
        while line := stream.readline(MAX_LINE_BYTES):
            try:
                records.append(decode(line))
            except DataError:
                # Lines behind a damaged one are read: each has a checksum of its own.
                n_damaged += line.endswith(b"\n")
    return Segment(tuple(records), n_damaged)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
