"""A real program on a real pseudo-terminal: keys in, bytes out, and what it costs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]
ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*[a-zA-Z~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|.)", re.DOTALL)
TICKS = os.sysconf("SC_CLK_TCK")


class Memory(NamedTuple):
    """Of all processes of the program, MiB each."""

    own: list[float]
    """Proportional set size: what is shared with other processes is divided among them."""
    resident: list[float]

    @property
    def total(self) -> float:
        """What the machine would have more of without the program."""
        return sum(self.own)


class Terminal:
    """Runs a command in a terminal of a size, until the block ends."""

    def __init__(self, arguments: list[str], *, columns: int = 120, rows: int = 40) -> None:
        self._arguments, self._size = arguments, (rows, columns)

    def __enter__(self) -> Terminal:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *self._size, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.begun = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "organism.cli.main", *self._arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self.master)

    def press(self, key: bytes) -> float:
        """Press a key and return the seconds until the screen begins to change."""
        self.drain()
        begun = time.perf_counter()
        os.write(self.master, key)
        select.select([self.master], [], [], 10.0)
        return time.perf_counter() - begun

    def until(self, text: bytes, seconds: float = 60.0) -> float:
        """Return the seconds from the start of the program until it has drawn a text."""
        seen, deadline = b"", time.perf_counter() + seconds
        while time.perf_counter() < deadline:
            ready, _, _ = select.select([self.master], [], [], 0.5)
            if ready:
                seen += os.read(self.master, 1 << 16)
                if text in ESCAPES.sub(b"", seen):
                    return time.perf_counter() - self.begun
        raise AssertionError(f"{text!r} never came; the last was {ESCAPES.sub(b'', seen)[-500:]!r}")

    def drain(self, quiet_s: float = 0.05) -> None:
        """Read until nothing has come for a while."""
        while select.select([self.master], [], [], quiet_s)[0]:
            os.read(self.master, 1 << 16)

    def rest(self, seconds: float) -> None:
        """Let it be for a while, reading what it draws."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.master], [], [], left)[0]:
                os.read(self.master, 1 << 16)

    def pids(self) -> list[int]:
        """Return the program and its children."""
        found = [self._process.pid]
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self._process.pid:
                found.append(int(path.parent.name))
        return found

    def memory(self) -> Memory:
        """Return the memory of each process, the program first."""
        found = [_memory(pid) for pid in self.pids()]
        return Memory([one[0] for one in found if one], [one[1] for one in found if one])

    def processor_seconds(self) -> float:
        """Return what all of them have used so far."""
        return sum(used_seconds(pid) for pid in self.pids())


def used_seconds(pid: int) -> float:
    """Return the processor seconds of a process, its dead children included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / TICKS


def _memory(pid: int) -> tuple[float, float] | None:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        # It has ended since it was seen.
        return None
    found = dict(re.findall(r"^(Rss|Pss):\s+(\d+)", text, re.MULTILINE))
    return int(found["Pss"]) / 1024.0, int(found["Rss"]) / 1024.0
