"""Figures, tables and pictures of a comparison, from outcomes that are made by hand."""

from __future__ import annotations

import pytest

from data.errors import ConfigError
from tests.bench.search.curves import Curve, curves_svg
from tests.bench.search.figures import censored_median, duel, wilson
from tests.bench.search.gains import Gain, gains_svg
from tests.bench.search.page import pictures, replaced, section
from tests.bench.search.plan import rungs_of
from tests.bench.search.tables import document_of
from tests.bench.search_by_hand import outcome, plan_of


def test_wilson_by_hand() -> None:
    # z = 1.96: (16 + 1.92) / (20 + 3.84) = 0.7517, give or take 0.0822 sqrt(3.2 + 0.9604).
    found = wilson(16, 20)
    assert (found.low, found.high) == (pytest.approx(0.584, abs=1e-3), pytest.approx(0.919, abs=1e-3))
    assert wilson(20, 20).high == 1.0
    assert wilson(0, 20).low == pytest.approx(0.0, abs=1e-12)


def test_a_median_of_what_was_cut_off_is_a_bound() -> None:
    assert censored_median([10, 20, None], [99, 99, 99]) == censored_median([None, 10, 20], [99, 99, 99])
    assert (censored_median([10, 20, None], [99] * 3).value, censored_median([10, 20, None], [99] * 3).is_least) == (
        20,
        False,
    )
    both = censored_median([10, 20, None, None], [99] * 4)
    assert (both.value, both.is_least) == (59.5, True)
    assert censored_median([None] * 3, [99] * 3).is_least
    # Whoever was given up at 64 may have needed more than whoever has succeeded at 65.
    late = censored_median([32, 65, None], [64, 65, 64])
    assert (late.value, late.is_least) == (65, False)


def test_a_duel_counts_wins_and_ranks_differences() -> None:
    found = duel([0.9, 0.8, 0.7, 0.6, 0.5, 0.5], [0.1, 0.1, 0.2, 0.2, 0.6, 0.5])
    assert (found.wins, found.losses, found.of) == (4, 1, 6)
    # Five differences, the smallest of them below zero: 2 of 32 signs are as good.
    assert found.p_value == pytest.approx(2 / 32)
    assert found.low < found.difference < found.high
    assert duel([0.5], [0.5]).p_value == 1.0


def test_tables_from_outcomes_written_by_hand() -> None:
    plan = plan_of()
    rungs = rungs_of(plan)
    low, late, early = [0.1] * 7, [0.1] * 6 + [0.8], [0.9] * 7
    outcomes = [outcome("planted", seed, "ours", early if seed < 3 else late, rungs) for seed in range(1, 5)]
    outcomes += [outcome("planted", seed, "random", late if seed == 1 else low, rungs) for seed in range(1, 5)]
    document = document_of(plan, outcomes)
    ours, fresh = document["arms"]
    assert (ours["successes"]["count"], fresh["successes"]["count"]) == (4, 1)
    assert ours["evaluations"] == {"value": (110 + 6410) / 2, "is_least": False}
    assert fresh["evaluations"] == {"value": 6410, "is_least": True}
    assert document["duels"][0]["wins"] == 4
    assert document["curves"][0]["shares"] == [0.5] * 6 + [1.0]
    assert (document["n_done"], document["n_planned"]) == (8, 16)
    text = section(document)
    assert "| planted | ours | **4 of 4** (51% to 100%)" in text
    assert "| under 0.51 |" in text
    drawn = pictures(document)
    assert set(drawn) == {"by-hand-successes", "by-hand-curves"}
    assert all(svg.startswith("<svg") and "ours" in svg for svg in drawn.values())


def test_a_single_arm_is_beside_nothing_and_is_not_drawn() -> None:
    plan = plan_of(arms=[{"name": "random", "method": "random"}])
    document = document_of(plan, [outcome("planted", 1, "random", [0.1] * 7, rungs_of(plan))])
    assert pictures(document) == {}
    assert "![" not in section(document)
    assert "| planted | random | **0 of 1**" in section(document)


def test_labels_of_a_curve_do_not_touch() -> None:
    svg = curves_svg("Title", {"planted": [Curve("ours", ((64_000, 0.1), (128_000, 0.5), (132_000, 0.6)))]})
    assert [label in svg for label in (">64,000<", ">128,000<", ">132,000<")] == [True, False, True]
    assert svg.count('class="grid"') == 3 + 3


def test_of_more_arms_than_colours_there_is_a_line_each_and_what_each_is_worth() -> None:
    plan = plan_of(arms=[{"name": f"arm-{number}"} for number in range(15)])
    done = [
        outcome(kind, 1, f"arm-{number}", [0.9 - number / 50] * 7, rungs_of(plan))
        for kind, arms in (("planted", 15), ("planted-session", 3))
        for number in range(arms)
    ]
    document = document_of(plan, done)
    assert set(pictures(document)) == {"by-hand-gains"}
    lines = [line for line in section(document).splitlines() if line.startswith("| arm-")]
    assert len(lines) == 15
    assert lines[0] == "| arm-0 | **1 of 1**, 0.90 | **1 of 1**, 0.90 | 10 (5.5) |  |  |  |  |"
    # Two worlds and the same on both: by signs, one in four by luck.
    assert (
        lines[2]
        == "| arm-2 | **1 of 1**, 0.86 | **1 of 1**, 0.86 | 10 (5.5) | 2 of 2 | 0 | 0.25 | +0.040 (+0.040 to +0.040) |"
    )
    assert lines[14] == "| arm-14 | **0 of 1**, 0.62 | - | 10 (5.5) | 1 of 1 | 0 | 0.5 | +0.280 (+0.280 to +0.280) |"


def test_the_largest_gain_is_drawn_first_and_full_only_if_its_interval_is_above_nothing() -> None:
    svg = gains_svg("Title", "axis", [Gain("doubtful", 0.1, -0.1, 0.3), Gain("sure", 0.3, 0.2, 0.4)])
    assert svg.index(">sure<") < svg.index(">doubtful<")
    # From -0.2 to 0.4 there are 480 pixels behind the names: nothing is at 210 + 160, a mean of 0.3 at 210 + 400.
    assert '<line x1="370.0" x2="370.0" y1="44" y2="92" class="nothing"/>' in svg
    assert 'cx="610.0" cy="56.0" r="5" fill="#' in svg
    assert 'cx="450.0" cy="80.0" r="5" fill="#fff"' in svg


def test_the_section_of_a_plan_is_replaced_and_nothing_else() -> None:
    page = "Words.\n<!-- begin one -->\nold\n<!-- end one -->\nMore.\n"
    assert replaced(page, "one", "new") == "Words.\n<!-- begin one -->\n\nnew\n\n<!-- end one -->\nMore.\n"
    assert replaced(replaced(page, "one", "new"), "one", "old") == replaced(page, "one", "old")
    with pytest.raises(ConfigError, match="no lines `<!-- begin two -->`"):
        replaced(page, "two", "new")
