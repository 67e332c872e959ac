"""What a run adds up to, whatever a damaged line says."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from evolution.run.layout import MAX_GENERATION
from organism.views.progress import KEPT, POINTS, Progress, count, number
from organism.views.random_search import drawn_afresh


def line(generation: int, best: float = 1.0) -> dict[str, Any]:
    return {"generation": generation, "n_scored": 10, "statistics": {"best": best}}


def added(*lines: dict[str, Any]) -> Progress:
    progress = Progress()
    for one in lines:
        progress.add(one)
    return progress


@pytest.mark.parametrize("wrong", [1_999_999, 5 + KEPT + 1, 10**30])
def test_a_damaged_number_makes_no_room_for_generations_that_never_were(wrong: int) -> None:
    """One flipped digit once made four series of two million numbers, and hid all that came after."""
    progress = added(*(line(generation) for generation in range(5)), line(wrong, 9.0), line(5, 2.0))
    assert (progress.last["generation"], progress.n_scored) == (5, 60)
    assert progress.series("best") == [1.0] * 5 + [2.0]


def test_lines_that_are_lost_leave_a_gap_and_no_more() -> None:
    progress = added(line(0), line(KEPT))
    assert (progress.last["generation"], progress.n_scored) == (KEPT, 20)
    assert progress.series("best") == [1.0, *[None] * (KEPT - 1), 1.0]
    assert [one["generation"] for one in progress.points] == [0, KEPT]


def test_more_lost_lines_than_are_plausible_are_believed_when_another_follows() -> None:
    first, second = line(1_000), line(1_001)
    progress = added(line(0), first, second, line(1_002))
    # The first of them said too little to be believed alone.
    assert (progress.last["generation"], progress.n_scored) == (1_002, 30)


def test_a_file_that_begins_late_is_believed_when_another_follows() -> None:
    assert added(line(500)).last == {}
    assert added(line(500), line(501)).last["generation"] == 501


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf"), True, "1", None])
def test_what_is_no_number_is_none(value: object) -> None:
    assert (number(value), count(value)) == (None, 0)


def test_numbers_are_as_they_are() -> None:
    assert (number(3), number(-2.5), count(3), count(-1), count(2**53)) == (3.0, -2.5, 3, 0, 0)


def test_sums_of_a_run_leave_out_what_is_none_of_ours() -> None:
    whole = {"best_fresh": 1.5, "operators": {"initial": [8, 2]}, "rejections": {"ruined": 3}}
    wrong = {"best_fresh": "2", "operators": {"initial": [1], "x": 5}, "rejections": {"ruined": "many"}}
    lines = [whole, wrong, {"operators": 5, "rejections": [], "best_fresh": 10**400, "statistics": "none"}]
    progress = added(*({"generation": place, **one} for place, one in enumerate(lines)))
    assert (drawn_afresh(progress).n_drawn, drawn_afresh(progress).best) == (8, 1.5)
    assert (progress.operators, progress.reasons) == ([("initial", 8, 2)], [("ruined", 3)])
    assert (progress.best, progress.series("best")) == (None, [None] * 3)


@pytest.mark.parametrize("n", [1, 2, POINTS, POINTS + 1, 2 * POINTS + 3, 5_000])
def test_of_many_generations_some_are_kept_from_the_first_to_the_last(n: int) -> None:
    progress = added(*(line(generation, best=float(generation)) for generation in range(n)))
    kept = [one["generation"] for one in progress.points]
    assert (kept[0], kept[-1]) == (0, n - 1)
    assert len(kept) == n if n <= POINTS else POINTS / 2 <= len(kept) <= POINTS + 1
    assert progress.series("best") == kept
    assert len({later - earlier for earlier, later in pairwise(kept[:-1])}) <= 1
    assert (progress.n_scored, progress.best, progress.last["generation"]) == (10 * n, n - 1, n - 1)


def test_numbers_that_are_far_ahead_take_no_room() -> None:
    last = MAX_GENERATION
    progress = added(line(0), line(last - 1), line(last, 2.0))
    assert (progress.last["generation"], len(progress.points)) == (last, 2)
    assert len(progress.series("best")) <= POINTS + 1


def test_generations_that_come_again_count_once() -> None:
    """After a kill the last few are written again."""
    once = added(*(line(generation) for generation in range(6)))
    again = added(*(line(generation) for generation in (0, 1, 2, 3, 4, 2, 3, 4, 5)))
    assert again == once
