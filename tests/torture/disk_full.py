"""Fill the disk under every verb that writes: `python tests/torture/disk_full.py --steps 12`.

The home is a small tmpfs in a mount namespace of its own, sized so that the verb runs out of space at another
write each time. It must say so in one line with exit code 2, leave the old data whole, and with space again give
the same result as a run that was never disturbed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.disk_full_verbs import VERBS, Verb, result_of

ROOT = Path(__file__).parents[2]
AMPLE = "size=256m"
IMPOSSIBLE = 77
"""Exit code where no mount namespace may be made."""


@dataclass
class Tally:
    """What a sweep has seen."""

    n_full: int = 0
    n_completed: int = 0
    problems: list[str] = field(default_factory=list)


def main() -> int:
    """Sweep the wanted verbs; return 1 if anything was not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verbs", nargs="*", default=list(VERBS), help=", ".join(VERBS))
    parser.add_argument("--steps", type=int, default=12, help="sizes of the disk for each verb")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        return _in_namespace(options.verbs, options.steps)
    with tempfile.TemporaryDirectory() as scratch:
        tallies = {name: _sweep(VERBS[name], Path(scratch) / name, options.steps) for name in options.verbs}
    for name, tally in tallies.items():
        sys.stdout.write(f"{name}: disk full {tally.n_full} times, room enough {tally.n_completed} times\n")
        sys.stdout.write("".join(f"  {problem}\n" for problem in tally.problems))
    return 1 if any(tally.problems or not tally.n_full for tally in tallies.values()) else 0


def _in_namespace(verbs: list[str], steps: int) -> int:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        sys.stderr.write("no mount namespace may be made here\n")
        return IMPOSSIBLE
    again = [sys.executable, str(Path(__file__)), *verbs, "--steps", str(steps), "--inside"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(["unshare", "-rm", *again], env=environment, check=False).returncode


def _sweep(verb: Verb, scratch: Path, steps: int) -> Tally:
    """Run a verb on an ample disk for comparison, then on ever larger small ones."""
    ready, disk = scratch / "ready", scratch / "disk"
    verb.prepare(ready)
    tally = Tally()
    with _Disk(disk) as home:
        shutil.copytree(ready, home, dirs_exist_ok=True)
        before = _used(home)
        expected_code, said = _organism(verb.command(home), scratch)
        if expected_code not in (0, 1):
            tally.problems.append(f"undisturbed it ended with {expected_code}: {said}")
            return tally
        growth, expected = _used(home) - before, result_of(home)
    for step in range(steps):
        with _Disk(disk) as home:
            shutil.copytree(ready, home, dirs_exist_ok=True)
            # A registry needs more for a moment than it keeps, so the last size is far more than it keeps.
            slack = 64 * growth if step == steps - 1 else growth * step * 3 // (2 * steps)
            _remount(home, f"size={_used(home) + slack}")
            problem = _one(verb, home, scratch, expected_code, expected, tally)
        if problem:
            tally.problems.append(f"with {slack // 1024} KiB of {growth // 1024} KiB: {problem}")
    return tally


def _one(verb: Verb, home: Path, scratch: Path, expected_code: int, expected: object, tally: Tally) -> str | None:
    """Run a verb on a disk that may be too small, then with space; return what was wrong."""
    code, said = _organism(verb.command(home), scratch)
    if code == expected_code:
        tally.n_completed += 1
        return None if result_of(home) == expected else "it completed with another result"
    tally.n_full += 1
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    if code != 2 or len(errors) != 1 or "Traceback" in said:
        return f"it ended with {code} and said {said[-1500:]}"
    _remount(home, AMPLE)
    code, said = _organism(["doctor", "--home", str(home)], scratch)
    if code:
        return f"after {errors[0]}: doctor found {said}"
    code, said = _organism(verb.command(home), scratch)
    if code != expected_code:
        return f"after {errors[0]}: again it ended with {code} and said {said[-1500:]}"
    return None if result_of(home) == expected else f"after {errors[0]}: again it gave another result"


class _Disk:
    """A tmpfs that is there for a block."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __enter__(self) -> Path:
        self._place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", AMPLE, "tmpfs", str(self._place)], check=True)
        return self._place

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", str(self._place)], check=True)


def _remount(home: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{size}", str(home)], check=True)


def _used(home: Path) -> int:
    """Return the bytes of the disk that are taken."""
    found = os.statvfs(home)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _organism(arguments: list[str], scratch: Path) -> tuple[int, str]:
    """Run a verb in a child of this process, which has imported everything; return exit code and words."""
    log = scratch / "said.txt"
    child = os.fork()
    if child == 0:
        _be_organism(arguments, log)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), log.read_text(encoding="utf-8", errors="replace")


def _be_organism(arguments: list[str], log: Path) -> None:
    from organism.cli.main import main as organism

    code = 70
    with log.open("wb") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    sys.argv = ["organism", *arguments]
    try:
        organism()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 70
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
