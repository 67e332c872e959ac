"""Who descends from whom, traced back through segments that were written by hand."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from data.errors import DataError
from evolution.descent import trace_back
from evolution.fitness import Reason, Rejected
from evolution.trials import Trial, append_segment, segments

# By generation: who was scored, with its parents. X has no trial here; E is nobody's parent.
GENERATIONS = ({"A": "", "B": ""}, {"C": "AB", "D": "B"}, {"E": "C", "F": "CD"}, {"G": "FX"})


def named(letter: str) -> str:
    return sha256(letter.encode()).hexdigest()


NAMES = {named(letter): letter for letter in "ABCDEFGX"}


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    for generation, scored in enumerate(GENERATIONS):
        found = [
            Trial(named(one), generation, "point", tuple(map(named, parents)), Rejected(Reason.RUINED))
            for one, parents in scored.items()
        ]
        append_segment(tmp_path, generation, found)
    return tmp_path


def traced(trials: Path, letters: str, known: str = "") -> str:
    return "".join(NAMES[row["genotype_hash"]] for row in trace_back(trials, map(named, letters), {*map(named, known)}))


@pytest.mark.parametrize(
    ("letters", "known", "expected"),
    [
        ("A", "", "A"),
        ("D", "", "DB"),
        ("F", "", "FCDAB"),
        ("G", "", "GFCDAB"),
        ("ED", "", "ECDAB"),
        ("G", "C", "GFDB"),
        ("G", "FX", "G"),
        ("X", "", ""),
        ("", "", ""),
    ],
)
def test_all_that_a_genotype_descends_from_the_newest_first(
    letters: str, known: str, expected: str, trials: Path
) -> None:
    assert traced(trials, letters, known) == expected


def test_nothing_is_read_behind_the_last_open_line(trials: Path) -> None:
    """With the two oldest segments damaged, whoever needs them is refused, and nobody else."""
    for path in segments(trials)[:2]:
        path.write_bytes(path.read_bytes()[:-9])
    assert traced(trials, "G", "CDX") == "GF"
    with pytest.raises(DataError, match=r"segment-000000001\.parquet is damaged"):
        traced(trials, "F")
