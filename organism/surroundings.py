"""Is this machine fit for the work? What is not, is named with what to do about it. Nothing is asked of any network."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from data.code_version import LOCK, ROOT, code_version
from data.errors import ConfigError
from data.jit import CACHE_FOLDER
from evolution.warm import is_warm
from organism.configuration.kinds import read_configuration
from organism.finding import FINE, POOR, WRONG, Finding
from organism.settings import FoundrySettings

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(\s*;)?", re.MULTILINE)
MEBIBYTE = 1024 * 1024
FREE_MEGABYTES = {POOR: 1024, WRONG: 16}
"""Space (MiB) on the disk of the home, below which it is poor, or wrong."""
MEMORY_MEGABYTES = 2048
"""Memory (MiB) that two workers and their features take on five years of four coins, with room."""
EARLIEST_YEAR = 2024
MOST_WORKERS = 64
SLACK_SECONDS = 60.0


def examine_machine(root: Path, environment: Mapping[str, str], now: datetime) -> list[Finding]:
    """Look at Python, packages, compiled code, cores, memory, disk, clock and the configurations of the project.

    Parameters
    ----------
    root
        Of the home; it need not be there.
    """
    return [
        Finding("Python", FINE, f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        check_packages((ROOT / LOCK).read_text(encoding="utf-8")),
        _compiled(),
        check_cores(len(os.sched_getaffinity(0)), environment),
        check_memory(_available_megabytes()),
        _home(root),
        check_disk(root, shutil.disk_usage(_standing(root)).free // MEBIBYTE),
        check_clock(root, now),
        *check_configurations(sorted((ROOT / "configs").glob("*.toml"))),
    ]


def check_packages(lock: str) -> Finding:
    """Compare what is installed with what a lock file pins."""
    what = "packages"
    missing, other = [], []
    pins = PIN.findall(lock)
    for name, pinned, condition in pins:
        try:
            installed = version(name)
        except PackageNotFoundError:
            # What is pinned for other platforms alone need not be here.
            if not condition:
                missing.append(name)
            continue
        if installed != pinned:
            other.append(f"{name} {installed} instead of {pinned}")
    remedy = f"make setup, or pip install --require-hashes -r {LOCK}"
    if missing:
        return Finding(what, WRONG, f"not installed: {_some(missing)}", remedy)
    if other:
        detail = f"other versions than those of {LOCK}, so results may differ in the last digits: {_some(other)}"
        return Finding(what, POOR, detail, remedy)
    return Finding(what, FINE, f"as {LOCK} pins them; {len(pins)} pins")


def _compiled() -> Finding:
    what, code = "compiled code", f"code {code_version()[:12]}"
    folder = _standing(CACHE_FOLDER)
    if not os.access(folder, os.W_OK):
        remedy = "set NUMBA_CACHE_DIR to a folder that can be written"
        return Finding(what, POOR, f"{folder} cannot be written: every process compiles anew, for a minute", remedy)
    made = "there" if is_warm() else "made at the first search, once, in about a minute"
    return Finding(what, FINE, f"{made} ({code})")


def check_cores(n_cores: int, environment: Mapping[str, str]) -> Finding:
    """Compare the processes that will be started with the cores there are."""
    what, asked = "cores", environment.get("ORGANISM_WORKERS")
    if asked is not None and not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MOST_WORKERS):
        remedy = f"set ORGANISM_WORKERS to a whole number from 1 to {MOST_WORKERS}, or unset it"
        return Finding(what, WRONG, f"ORGANISM_WORKERS is {asked[:40]!a}", remedy)
    usual = FoundrySettings.model_fields["workers"].default
    n_workers = int(asked) if asked is not None else usual
    said = f"{n_cores} for {n_workers} workers" + (" (ORGANISM_WORKERS)" if asked is not None else "")
    threads = environment.get("OMP_NUM_THREADS", "1")
    if threads != "1":
        return Finding(what, POOR, f"{said}; OMP_NUM_THREADS is {threads[:40]!a}: threads that only spin", "unset it")
    if n_workers > n_cores:
        remedy = f"--workers {n_cores}, or ORGANISM_WORKERS={n_cores}: the results are the same"
        return Finding(what, POOR, f"{said}: they wait for each other", remedy)
    if n_workers < n_cores:
        said += f"; --workers {min(n_cores, MOST_WORKERS)} would use all, with the same results"
    return Finding(what, FINE, said)


def check_memory(megabytes: int | None) -> Finding:
    """Compare the memory that is free with what a search takes."""
    if megabytes is None:
        return Finding("memory", FINE, "not known on this system")
    said = f"{megabytes:,} MiB available"
    if megabytes >= MEMORY_MEGABYTES:
        return Finding("memory", FINE, said)
    remedy = "end what else runs, or use --workers 1 and a smaller worker_megabytes in the configuration"
    return Finding("memory", POOR, f"{said}, less than {MEMORY_MEGABYTES:,}", remedy)


def _home(root: Path) -> Finding:
    if not root.exists():
        remedy = "`make demo`, `organism evolve start configs/demo.toml` or `organism data import` make it"
        return Finding("home", FINE, f"there is none at {root} yet; {remedy}")
    if not os.access(root, os.W_OK | os.X_OK):
        remedy = "give yourself the right to write there, or set ORGANISM_HOME to another folder"
        return Finding("home", WRONG, f"{root} cannot be written", remedy)
    return Finding("home", FINE, str(root))


def check_disk(root: Path, free_megabytes: int) -> Finding:
    """Compare the space that is left with what a search writes."""
    said = f"{free_megabytes:,} MiB free where {root} is"
    for state in (WRONG, POOR):
        if free_megabytes < FREE_MEGABYTES[state]:
            remedy = "make room, or set ORGANISM_HOME to a larger disk; what is written stays whole either way"
            return Finding("disk", state, said, remedy)
    return Finding("disk", FINE, said)


def check_clock(root: Path, now: datetime) -> Finding:
    """Ask whether the clock is earlier than what it has already been."""
    said = f"{now:%Y-%m-%d %H:%M} UTC"
    remedy = "set the clock, or let it be set from the network (timedatectl set-ntp true)"
    if now.year < EARLIEST_YEAR:
        return Finding("clock", WRONG, f"{said} is before this program was written", remedy)
    newest = max(((path.stat().st_mtime, path) for path in _dated(root)), default=None)
    if newest is not None and newest[0] - now.timestamp() > SLACK_SECONDS:
        late = (newest[0] - now.timestamp()) / 3600.0
        return Finding("clock", POOR, f"{said}, and {newest[1]} was written {late:.1f} hours after that", remedy)
    return Finding("clock", FINE, said)


def check_configurations(files: list[Path]) -> Iterator[Finding]:
    """Read each file, and look whether the history that it names is here."""
    n_fine = 0
    for path in files:
        what = f"configuration {path.name}"
        try:
            settings = read_configuration(path).settings
        except ConfigError as error:
            yield Finding(what, WRONG, str(error), "mend what it names; organism config show FILE reads it again")
            continue
        folder = settings.history.folder if isinstance(settings, FoundrySettings) else None
        if folder is not None and not (ROOT / folder).is_dir():
            remedy = "change folder under [history], or remove it to breed on what was imported"
            yield Finding(what, POOR, f"its history, {folder}, is not on this machine", remedy)
            continue
        n_fine += 1
    yield Finding("configurations", FINE, f"{n_fine} of {len(files)} can be used as they are")


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _standing(path: Path) -> Path:
    """Return the path, or the nearest folder above it that is there."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.is_dir())


def _dated(root: Path) -> Iterator[Path]:
    yield from (path for path in root.glob("*") if path.is_file())
    yield from root.glob("runs/*/*.json")


def _available_megabytes() -> int | None:
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE)
    return None if found is None else int(found[1]) // 1024
