"""Hostile and sound files after seeded mutations: accepted or refused, never anything else, and never run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.fuzz.mutate import mutate
from tests.fuzz.readers import READERS, corpus, sound
from tests.fuzz.watched import read_watched

MUTANTS = 70


@pytest.mark.parametrize("reader", list(READERS))
def test_mutants_are_accepted_or_refused_and_never_run(reader: str, tmp_path: Path) -> None:
    rng = np.random.default_rng([20260301, *reader.encode()])
    seeds = [sound(reader)] * 20 + list(corpus(reader).values())
    n_refused = 0
    for number in range(MUTANTS):
        first, second = rng.integers(len(seeds), size=2)
        content = mutate(seeds[first], seeds[second], rng)
        reading = read_watched(reader, content, tmp_path / "reading")
        assert reading.heard == [], (number, content[:400])
        if reading.refusal is not None:
            assert str(reading.refusal).isprintable(), (number, content[:400])
            n_refused += 1
    assert n_refused > MUTANTS / 2
