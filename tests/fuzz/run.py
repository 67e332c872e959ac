"""Fuzz the readers of files, guided by coverage: `python tests/fuzz/run.py --minutes 10 --target all`.

A finding is any exception that is not a FoundryError, anything run, a reading of over 20 seconds, or over 2 GB.
It is saved beside the hostile files of its reader as `found_<sha256>`, to be given a reason once it is mended.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
TARGETS = {"codec": "genome", "config": "config", "checkpoint": "checkpoint"}
RSS_LIMIT_MB = 2048
TIMEOUT_S = 20


def main() -> int:
    """Fuzz every wanted target in a process of its own; return 1 if there is a finding."""
    options = _options()
    targets = list(TARGETS) if options.target == "all" else [options.target]
    if options.inside:
        _fuzz(TARGETS[targets[0]], Path(options.inside), options.minutes)
    findings = [name for target in targets if (name := _start(target, options.minutes / len(targets)))]
    sys.stdout.write(f"findings: {', '.join(findings) or 'none'}\n")
    return 1 if findings else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--target", choices=[*TARGETS, "all"], default="all")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return parser.parse_args()


def _start(target: str, minutes: float) -> str | None:
    """Run one target and return the name of the file that broke it; None if none did."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, str(Path(__file__)), "--target", target, "--minutes", str(minutes)]
        done = subprocess.run(
            [*command, "--inside", scratch], cwd=scratch, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
        )
        found = sorted(path for kind in ("crash", "timeout", "oom") for path in Path(scratch).glob(f"found-{kind}-*"))
        for path in found:
            name = f"found_{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
            ending = ".toml" if target == "config" else ".json"
            (ROOT / "tests" / "fixtures" / "hostile" / TARGETS[target] / (name + ending)).write_bytes(path.read_bytes())
            return f"{target} {name}"
    return f"{target} (ended with {done.returncode} and no file)" if done.returncode else None


def _fuzz(reader: str, scratch: Path, minutes: float) -> None:
    """Instrument the packages, read for some minutes, and leave the process."""
    import atheris

    with atheris.instrument_imports(include=["data", "evolution", "organism", "json", "tomllib"]):
        from tests.fuzz.mutate import WORDS
        from tests.fuzz.readers import corpus, sound
        from tests.fuzz.watched import read_watched
    seeds, folder = scratch / "seeds", scratch / "reading"
    seeds.mkdir()
    contents = [sound(reader), *corpus(reader).values()]
    for content in contents:
        # Late imports happen now: later ones are a payload's.
        read_watched(reader, content, folder)
        (seeds / hashlib.sha256(content).hexdigest()).write_bytes(content)
    dictionary = scratch / "words"
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS))

    def once(content: bytes) -> None:
        reading = read_watched(reader, content, folder)
        if reading.heard:
            raise RuntimeError(f"something was run: {reading.heard}")
        if reading.refusal is not None and not str(reading.refusal).isprintable():
            raise RuntimeError(f"a message that a terminal would act on: {reading.refusal!a}")

    flags = {
        "dict": dictionary,
        "max_total_time": round(minutes * 60),
        "max_len": 20_000,
        "rss_limit_mb": RSS_LIMIT_MB,
        "timeout": TIMEOUT_S,
        "artifact_prefix": f"{scratch}/found-",
        "print_final_stats": 1,
        "verbosity": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{name}={value}" for name, value in flags.items()), str(seeds)], once)
    atheris.Fuzz()
    sys.exit(0)


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word[:64])


if __name__ == "__main__":
    sys.exit(main())
