"""The cheap part of what is done to history while it comes in; `make torture` does the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.torture.campaign import Campaign
from tests.torture.compaction import CompactionCase
from tests.torture.history import PARTS, Part, run
from tests.torture.history_kills import Outcome
from tests.torture.recording_day import run_day, words
from tests.torture.strace import is_possible
from tests.torture.sweep import sweep

TRACING = pytest.mark.skipif(not is_possible(), reason="strace is missing, or may not trace processes here")


@TRACING
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_compaction_killed_where_files_come_and_go_loses_nothing_and_doubles_nothing(
    is_confirmed: bool, tmp_path: Path
) -> None:
    case = CompactionCase(is_confirmed=is_confirmed, n_minutes=2, coins=("BTC",))
    call, n_calls = ("unlink", 2) if is_confirmed else ("rename", 9)
    found = list(sweep(case, tmp_path, call))
    assert [kill for kill in found if not kill.is_sound] == []
    # Of each of two segments its end, or two files of observations, one of bars and another name; lake.json once.
    assert len(found) == n_calls


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_whatever_is_killed_ends_as_what_nobody_killed(part: Part, tmp_path: Path) -> None:
    outcome = part.run(tmp_path, np.random.default_rng(3), 2)
    assert outcome.problems == []
    assert outcome.kills >= 1


@pytest.mark.slow
def test_a_quarter_of_an_hour_with_a_fault_is_recorded_whole(tmp_path: Path) -> None:
    day = run_day(tmp_path, n_coins=3, hours=0.25, speed=100.0, seed=1)
    assert day.problems() == []
    assert (day.recovered, day.wrong, day.faults) == (day.expected, 0, 1)
    assert words(day)[0].startswith(f"{day.expected} of {day.expected} bars recovered (100.0000%), 0 wrong")


def test_a_campaign_counts_kills_by_part_and_goes_on_where_it_was(tmp_path: Path) -> None:
    """Parts that kill nothing stand for those that do: what is under test is the counting."""
    made: list[tuple[str, int]] = []

    def killing(name: str) -> Part:
        def kill(folder: Path, rng: np.random.Generator, attempts: int) -> Outcome:
            folder.mkdir(parents=True)
            made.append((name, int(rng.integers(10**6))))
            return Outcome(attempts, ["lost a row"] if len(made) == 2 else [])

        return Part(name, 2, kill)

    parts = killing("fetch"), killing("recording")
    run(Campaign("history", 4, {"seed": 1}, tmp_path), 1, parts)
    resumed = Campaign("history", 8, {"seed": 1}, tmp_path)
    run(resumed, 1, parts)
    assert [name for name, _ in made] == ["fetch", "recording"] * 2
    assert len({drawn for _, drawn in made}) == 4
    assert resumed.failures == ["recording, scenario 1: lost a row"]
    assert resumed.outcomes["kill of a fetch"] == 4
