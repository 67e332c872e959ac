"""What lies in a home that no run asked for, and whether `organism doctor` says what it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.torture.tiny import ENTRY, ROOT, clean_environment

KNOWN = re.compile(
    r"registry\.sqlite(-wal|-shm)?|(lake|evidence|reports|configs)"
    r"|snapshots(/[0-9a-f]{64}(/(manifest\.json|\w+\.npy))?)?"
    r"|runs(/\.[a-z0-9-]+\.lock|/[a-z0-9-]+(/(manifest\.json|outcome\.json|metrics\.parquet"
    r"|(generations|pace|rules)\.jsonl|control\.json|paused"
    r"|checkpoints(/generation-\d{9}\.json)?|trials(/segment-\d{9}\.parquet)?))?)?"
)
"""Every path that a home with runs and without verdicts may hold."""


def unexplained(home: Path) -> list[str]:
    """Return what doctor finds damaged, and each path that is neither known nor named by doctor."""
    done = subprocess.run(
        [sys.executable, *ENTRY, "doctor", "--home", str(home), "--json"],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    findings = json.loads(done.stdout)
    problems = [f"doctor: {finding}" for finding in findings if finding["state"] == "damaged"]
    named = {finding["what"] for finding in findings if finding["state"] == "leftover"}
    for path in sorted(home.rglob("*")):
        name = str(path.relative_to(home))
        if not KNOWN.fullmatch(name) and not named & {str(path), *map(str, path.parents)}:
            problems.append(f"doctor does not explain {name}")
    return problems
