"""One full disk of each kind of writing; the sweep over sizes is `tests/torture/disk_full.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("disk_full.py")


def test_an_import_on_a_full_disk_is_refused_and_repeated_with_space_is_whole() -> None:
    environment = {"PYTHONPATH": str(SCRIPT.parents[2]), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    command = [sys.executable, str(SCRIPT), "import", "--steps", "3"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=200)
    if done.returncode == 77:
        pytest.skip("needs `unshare --map-root-user --mount`: user namespaces that this machine allows, or root")
    assert (done.returncode, done.stdout) == (0, "import: disk full 2 times, room enough 1 times\n"), done.stderr
