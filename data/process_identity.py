"""Which process is meant: its number alone goes to others, after a reboot or in a container nearly always."""

from __future__ import annotations

from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
STATE, STARTED = 0, 19
"""Places in /proc/PID/stat behind the name: proc(5) counts them as fields 3 and 22."""
DEAD = ("Z", "X")
"""States of a process that has ended and that its parent has not asked about yet; it holds nothing any more."""
SUSPENDED = ("T", "t")
"""States of a process that a signal, such as SIGSTOP or Ctrl-Z, or a debugger has stopped."""


def identity(pid: int) -> dict[str, int | str] | None:
    """Return what tells a living process from every other one: number, start (clock ticks since boot) and boot.

    None if there is no such process, or the system does not say.
    """
    try:
        fields = _fields(pid)
        boot = BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return None
    if fields[STATE] in DEAD:
        return None
    return {"pid": pid, "started": int(fields[STARTED]), "boot": boot}


def is_suspended(pid: int) -> bool:
    """Tell whether a process is there and does nothing until somebody lets it go on."""
    try:
        return _fields(pid)[STATE] in SUSPENDED
    except OSError:
        return False


def _fields(pid: int) -> list[str]:
    # The name stands in brackets, and may hold brackets and spaces itself.
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].decode("ascii").split()
