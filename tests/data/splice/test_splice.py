"""One market from two venues: which bars, which prices, and what is said about the joint."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from data.bars import Bars
from data.errors import DataError
from data.intervals import HOUR_MS
from data.lake import Lake
from data.splice.build import splice
from data.splice.recipe import Recipe
from tests.data.splice.venues import day, hourly

Change = Callable[..., Recipe]


def test_each_bar_is_of_the_venue_that_the_recipe_says(lake: Lake, recipe: Change) -> None:
    made = splice(recipe(), lake)
    assert made.bars.time_ms.tolist() == [day(1) + HOUR_MS * hour for hour in range(120)]
    assert made.bars.close[[47, 48, 49]].tolist() == [102.0, 101.0, 102 * 1.01]
    assert [(one.venue, one.first_ms, one.end_ms, one.n_bars) for one in made.stretches] == [
        ("old", day(1), day(3), 48),
        ("new", day(3), day(6), 72),
    ]
    assert made.problems == ()


def test_a_joint_says_how_far_the_venues_agree(lake: Lake, recipe: Change) -> None:
    [joint] = splice(recipe(), lake).joints
    # Both trade on the hours 24 to 95, always a hundredth apart: never more than a hundredth, but for rounding.
    assert (joint.time_ms, joint.before, joint.after, joint.n_bars) == (day(3), "old", "new", 72)
    assert joint.basis_median == pytest.approx(0.01)
    assert joint.basis_worst == pytest.approx(0.01)
    assert joint.correlation == pytest.approx(1.0)
    # From 102 to 101, with nothing missing between them.
    assert joint.step == pytest.approx(101 / 102 - 1)
    assert joint.n_missing == 0


def test_scaled_prices_meet_the_last_venue_and_leave_it_alone(lake: Lake, recipe: Change) -> None:
    made = splice(recipe(join="scaled"), lake)
    assert made.stretches[0].price_factor == pytest.approx(1.01)
    assert made.stretches[1].price_factor == 1.0
    assert made.bars.close[:2] == pytest.approx([101.0, 103.02])
    assert made.bars.close[48:].tolist() == hourly(48, 120, ratio=1.01).close.tolist()
    assert made.bars.volume.tolist() == [5.0] * 120
    assert made.joints[0].share_apart == 0.0
    assert made.joints[0].step == pytest.approx(100 / 102 - 1)


def test_factors_of_several_joints_multiply(lake: Lake, recipe: Change) -> None:
    lake.import_bars("third", "BTC", "1h", hourly(72, 240, ratio=1.01 * 1.01), source="c")
    parts = [{"venue": "old"}, {"venue": "new", "start": "2024-01-03"}, {"venue": "third", "start": "2024-01-05"}]
    made = splice(recipe(join="scaled", part=parts), lake)
    assert [stretch.price_factor for stretch in made.stretches] == pytest.approx([1.01 * 1.01, 1.01, 1.0])
    assert made.bars.close[0] == pytest.approx(100 * 1.01 * 1.01)


def test_the_overlap_is_looked_at_near_the_joint_alone(lake: Lake, recipe: Change) -> None:
    [joint] = splice(recipe(overlap_days=1), lake).joints
    assert (int(joint.overlap.time_ms[0]), int(joint.overlap.time_ms[-1])) == (day(2), day(4) - HOUR_MS)


def test_bars_on_which_one_venue_did_not_trade_say_nothing(lake: Lake, recipe: Change) -> None:
    quiet = hourly(96, 100, ratio=3.0, volume=0.0)
    lake.import_bars("old", "BTC", "1h", quiet, source="c")
    [joint] = splice(recipe(), lake).joints
    assert (joint.n_bars, joint.basis_worst) == (72, pytest.approx(0.01))


def test_a_part_that_ends_early_leaves_a_hole(lake: Lake, recipe: Change) -> None:
    parts = [{"venue": "old", "end": "2024-01-02"}, {"venue": "new", "start": "2024-01-03"}]
    made = splice(recipe(part=parts), lake)
    assert made.joints[0].n_missing == 24
    assert len(made.bars) == 24 + 72


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"least_bars": 73}, "72 bars around it, needed are 73"),
        ({"largest_median_basis": 0.005}, r"median basis is \+1.000 %, allowed are 0.5 %"),
        ({"apart": 0.005}, "100.00 % of the bars are more than 0.5 %"),
    ],
)
def test_a_joint_beyond_a_limit_is_a_problem(limits: dict[str, float], said: str, lake: Lake, recipe: Change) -> None:
    [problem] = splice(recipe(limits=limits), lake).problems
    assert problem.startswith("old to new at 2024-01-03 00:00: ")
    assert re.search(said, problem)


def test_returns_that_go_the_other_way_are_a_problem(lake: Lake, recipe: Change) -> None:
    mirrored = hourly(23, 119)
    shifted = Bars(
        mirrored.time_ms + HOUR_MS, mirrored.open, mirrored.high, mirrored.low, mirrored.close, mirrored.volume
    )
    lake.import_bars("mirror", "BTC", "1h", shifted, source="c")
    parts = [{"venue": "old"}, {"venue": "mirror", "start": "2024-01-03"}]
    limits = {"largest_share_apart": 1.0}
    [problem] = splice(recipe(part=parts, limits=limits), lake).problems
    assert "correlation of returns is -1.0000, needed is 0.9" in problem


def test_venues_that_never_met_are_a_problem_and_no_error(lake: Lake, recipe: Change) -> None:
    parts = [{"venue": "old"}, {"venue": "new", "start": "2024-01-03"}]
    [joint] = splice(recipe(part=parts, overlap_days=1), lake).joints
    assert joint.n_bars == 48
    lake.import_bars("late", "BTC", "1h", hourly(96, 120), source="c")
    apart = [{"venue": "old"}, {"venue": "late", "start": "2024-01-05"}]
    [found] = splice(recipe(part=apart), lake).joints
    assert (found.n_bars, found.worst_ms) == (0, None)
    assert np.isnan([found.basis_median, found.basis_worst, found.share_apart, found.correlation]).all()
    assert found.problems == ("both traded on 0 bars around it, needed are 24 (least_bars)",)


def test_units_say_how_many_of_the_coin_are_in_one_of_the_venues(lake: Lake, recipe: Change) -> None:
    thousand = hourly(24, 120, ratio=1000.0)
    lake.import_bars("bulk", "kBTC", "1h", thousand, source="c")
    parts = [{"venue": "old"}, {"venue": "bulk", "coin": "kBTC", "units": 1000.0, "start": "2024-01-03"}]
    made = splice(recipe(part=parts), lake)
    assert made.bars.close[48] == pytest.approx(100.0)
    assert made.bars.volume[48] == 5000.0
    assert made.problems == ()
    forgotten = [{"venue": "old"}, {"venue": "bulk", "coin": "kBTC", "start": "2024-01-03"}]
    assert "do both venues count the coin in the same units?" in splice(recipe(part=forgotten), lake).problems[0]


def test_a_part_without_a_bar_is_refused_with_what_there_is(lake: Lake, recipe: Change) -> None:
    parts = [{"venue": "old", "start": "2023-01-01", "end": "2023-02-01"}, {"venue": "new", "start": "2024-01-03"}]
    with pytest.raises(
        DataError, match=r"part 1 of splice-two: old has no bar of BTC 1h from 2023-01-01 .* it has 2024"
    ):
        splice(recipe(part=parts), lake)


def test_a_venue_that_the_lake_does_not_have_is_refused(lake: Lake, recipe: Change) -> None:
    parts = [{"venue": "olf"}, {"venue": "new", "start": "2024-01-03"}]
    with pytest.raises(DataError, match="the lake has no bars of olf BTC 1h: it has new BTC 1h, old BTC 1h"):
        splice(recipe(part=parts), lake)
