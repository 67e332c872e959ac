"""How many numbers a processor adds at once changes no bit: the order of additions is written down."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.determinism.simulated import digest
from tests.torture.tiny import ROOT


@pytest.mark.slow
@pytest.mark.parametrize(("name", "features"), [("generic", ""), ("haswell", "+avx2,+fma")])
def test_compiled_for_an_older_processor_the_results_are_the_same_bits(name: str, features: str) -> None:
    """Two numbers at once, or four and a fused multiplication that must not be used."""
    older = os.environ | {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}
    command = [sys.executable, "-m", "tests.determinism.simulated"]
    again = subprocess.run(command, cwd=ROOT, env=older, check=True, capture_output=True, text=True)
    assert again.stdout == digest()
