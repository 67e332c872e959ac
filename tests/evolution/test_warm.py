"""What is evaluated before workers start calls every compiled function that they will need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.code_version import ROOT
from evolution.opcodes.catalogue import CATALOGUE
from evolution.warm.breeding import YEARS, bred_beside
from evolution.warm.kernels import genomes_to_compile

BARS = int(YEARS * 365 * 24)


def test_every_opcode_is_called_with_every_kind_of_argument() -> None:
    # A genome that asks for more history than there is would be refused, and compile nothing.
    evaluated = [genome for genome in genomes_to_compile() if genome.warm_up_bars < BARS]
    nodes = [node for genome in evaluated for root in genome.roots for node in root.walk() if not node.is_constant]
    called = {(node.opcode, tuple(child.type for child in node.children)) for node in nodes}
    assert called == {(opcode.name, s.arguments) for opcode in CATALOGUE.values() for s in opcode.signatures}


def children() -> set[str]:
    """Return the processes that this one has made."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


def test_the_process_beside_compiles_what_breeds() -> None:
    command = [sys.executable, "-m", "evolution.warm"]
    done = subprocess.run([*command, str(os.getpid())], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # Whose parent is gone has nobody to compile for.
    assert subprocess.run([*command, "1"], cwd=ROOT, check=False).returncode == 1


def test_the_process_beside_is_waited_for_and_ends_with_an_interruption() -> None:
    before = children()
    with bred_beside():
        assert len(children() - before) == 1
    assert children() == before

    def interrupted() -> None:
        with bred_beside():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert children() == before
