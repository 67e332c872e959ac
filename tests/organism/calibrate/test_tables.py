"""Rates with their bounds, by hand, and the page that says them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from data.errors import DataError
from organism.calibrate.outcome import Announced, Outcome, load_outcome
from organism.calibrate.page import Findings, page, pictures
from organism.calibrate.plan import CampaignSettings
from organism.calibrate.probe import Answer
from organism.calibrate.stage_tables import StageRow, calibration, stage_rows
from organism.calibrate.tables import rate, tables_of

SETTINGS = CampaignSettings.model_validate(
    {
        "name": "hand",
        "seed": 7,
        "classes": [
            {"name": "null", "history": {"world": "garch"}, "worlds": 93},
            {"name": "plant", "history": {"world": "planted"}, "worlds": 4},
        ],
    }
)
WORLD = Outcome(
    class_name="null",
    number=0,
    seed=1,
    n_trials=7_500,
    n_judged=40,
    n_registered=2,
    n_graduates=0,
    n_base=0,
    n_deflated=0,
    overfitting=0.6,
    found_cause=None,
    kills={"IS Sharpe after costs": 38, "OOS Sharpe after costs": 2},
    joined_p_values=(0.2, 0.7),
    ungated_p_value=0.04,
    announced=(),
    answers=(Answer("IS a", True, 2.5, 0.5), Answer("OOS b", False, None, 0.25), Answer("WF c", True, 1.0, 0.125)),
    search_seconds=6.0,
    judge_seconds=2.0,
)


def test_one_false_graduate_in_93_worlds_proves_five_percent_and_two_do_not() -> None:
    assert rate([True] + [False] * 92).high < 0.05 < rate([True, True] + [False] * 91).high
    assert rate([True] * 4 + [False] * 177).high < 0.05 < rate([True] * 5 + [False] * 176).high


def test_a_rate_of_nothing_says_nothing() -> None:
    empty = rate([])
    assert (empty.low, empty.high, empty.of) == (0.0, 1.0, 0)


def test_tables_count_worlds_not_strategies() -> None:
    plant = replace(WORLD, class_name="plant", found_cause=True, n_graduates=3, n_base=5, overfitting=None)
    worlds = [
        *(replace(WORLD, number=number) for number in range(3)),
        replace(WORLD, number=3, n_graduates=2, n_base=4, joined_p_values=(0.01,), overfitting=0.1),
        replace(plant, announced=(Announced(4.0, 3.0), Announced(5.0, 4.0), Announced(6.0, 2.0))),
        replace(plant, number=1, found_cause=False, n_graduates=0),
        replace(plant, number=2, n_graduates=0, kills={"WF Sharpe after costs": 1}),
    ]
    null, planted = tables_of(SETTINGS, worlds)
    assert (null.n_done, null.n_planned, null.is_null) == (4, 93, True)
    assert (null.graduated.count, null.graduated.of) == (1, 4)
    assert null.graduated_given_found is None
    assert (null.base.count, null.low_overfitting.count, null.low_overfitting.of) == (1, 1, 4)
    assert (null.small_p.count, null.small_p.of) == (1, 7)
    assert null.kills[0] == ("IS Sharpe after costs", 152)
    assert (null.search_seconds, null.judge_seconds) == (6.0, 2.0)
    assert (planted.graduated.count, planted.graduated.of) == (1, 3)
    assert planted.graduated_given_found is not None
    assert (planted.graduated_given_found.count, planted.graduated_given_found.of) == (1, 2)
    assert (planted.announced, planted.continued) == (5.0, 3.0)
    assert planted.low_overfitting.of == 0
    assert planted.found is not None
    assert (planted.found.count, planted.found.of) == (2, 3)


def findings(worlds: list[Outcome]) -> Findings:
    return Findings(
        SETTINGS, "c" * 64, tables_of(SETTINGS, worlds), stage_rows(SETTINGS, worlds), calibration(SETTINGS, worlds)
    )


def test_a_stage_is_worth_what_no_other_would_have_stopped() -> None:
    miss_a, miss_b = Answer("IS a", False, 1.0, 0.25), Answer("OOS b", True, 3.0, 0.25)
    last = Answer("WF c", True, 1.0, 0.25)
    worlds = [
        WORLD,
        replace(WORLD, number=1, answers=(miss_a, WORLD.answers[1], last)),
        replace(WORLD, number=2, answers=()),
        replace(WORLD, class_name="plant", answers=(miss_a, miss_b, last)),
        replace(WORLD, class_name="plant", number=1, answers=(WORLD.answers[0], miss_b, last)),
    ]
    rows = stage_rows(SETTINGS, worlds)
    assert rows[0] == StageRow("IS a", 2, 1, 0, 2, 1, 1, (0.5 + 0.25 + 0.25 + 0.5) / 4)
    assert (rows[1].stage, rows[1].nulls_stopped, rows[1].nulls_stopped_alone) == ("OOS b", 2, 1)
    assert (rows[1].plants_lost, rows[2].plants_lost) == (0, 0)
    (plant,) = [table for table in tables_of(SETTINGS, worlds) if not table.is_null]
    assert plant.oracle is not None
    assert plant.oracle_joined is not None
    assert (plant.oracle.count, plant.oracle.of, plant.oracle_joined.count) == (1, 2, 2)


def test_only_fair_classes_say_whether_a_p_value_is_one() -> None:
    worlds = [
        WORLD,
        replace(WORLD, number=1, ungated_p_value=0.5),
        replace(WORLD, number=2, ungated_p_value=None),
        replace(WORLD, class_name="plant", ungated_p_value=1e-9),
    ]
    found = calibration(SETTINGS, worlds)
    assert (found.p_values, found.classes) == ((0.04, 0.5), ("null",))
    assert [(level, rate.count, rate.of) for level, rate in found.small] == [(0.01, 0, 2), (0.05, 1, 2), (0.1, 1, 2)]


def test_the_page_says_how_far_the_campaign_has_come_and_how_to_repeat_it() -> None:
    text = page(findings([WORLD]), "organism calibrate hand.toml")
    assert "written from 1 of 97 worlds" in text
    assert "Only a part of the plan is made so far" in text
    assert "To repeat: `organism calibrate hand.toml`. Seed 7" in text
    assert "| null | 1 of 93 | **0 of 1 (0.0 to 95.0 %)** | at most 1 of 93: held so far |" in text
    assert "| plant | 0 of 4 | - |" in text
    assert "| OOS Sharpe after costs | 2 | 0 |" in text
    assert "| OOS b | 1 of 1 | 1 | 0 of 0 | 0 | 0.250 |" in text
    assert "| p at most 0.05 | 1 of 1 (5.0 to 100.0 %) | too few worlds to say |" in text


def test_the_page_says_how_many_genotypes_a_search_breeds() -> None:
    """First draws and 20 generations of 300; with a budget of 1,000, none but the last may go beyond it."""
    drawn = SETTINGS.search.model_copy(update={"initial": 500})
    for search, most in ((drawn, "6,500"), (drawn.model_copy(update={"evaluations": 1_000}), "1,300")):
        settings = SETTINGS.model_copy(update={"search": search})
        assert f"which breeds at most {most} genotypes" in page(replace(findings([WORLD]), settings=settings), "x")


def test_a_promise_is_missed_as_soon_as_it_cannot_be_held() -> None:
    worlds = [replace(WORLD, number=number, n_graduates=1) for number in range(2)]
    assert "| at most 1 of 93: **missed** |" in page(findings(worlds), "organism calibrate")
    small = [replace(WORLD, number=number, ungated_p_value=0.05) for number in range(2)]
    assert "| p at most 0.05 | 2 of 2 (22.4 to 100.0 %) | **missed** |" in page(findings(small), "organism calibrate")


def test_the_pictures_place_each_rate_where_it_is() -> None:
    drawn = pictures(findings([WORLD, replace(WORLD, number=1, n_base=3)]))
    assert sorted(drawn) == ["false-graduations", "p-values", "power"]
    namespace = "{http://www.w3.org/2000/svg}"
    circles = ET.fromstring(drawn["false-graduations"]).findall(f"{namespace}circle")
    # Four of the legend, then the four gates of the one class with worlds: 0 %, 50 %, 0 %, 0 %.
    places = [float(circle.attrib["cx"]) for circle in circles[4:]]
    assert places == [130.0, 130.0 + 0.5 * (720 - 130 - 24), 130.0, 130.0]


def test_an_outcome_comes_back_as_it_was_written(tmp_path: Path) -> None:
    world = replace(WORLD, announced=(Announced(4.0, 3.5),), found_cause=True)
    world.save(tmp_path)
    assert load_outcome(tmp_path / "null-00000.json") == world


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema":1}'])
def test_a_damaged_outcome_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "null-00000.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"null-00000\.json"):
        load_outcome(path)


@pytest.mark.parametrize(
    "change", ['"kills":[]', '"kills":{"a":"b"}', '"announced":[1]', '"joined_p_values":3', '"answers":[2]']
)
def test_an_outcome_of_other_shapes_is_refused(tmp_path: Path, change: str) -> None:
    WORLD.save(tmp_path)
    path = tmp_path / "null-00000.json"
    name = change.split(":", maxsplit=1)[0]
    text = path.read_text()
    start = text.index(name)
    kept = text[:start] + change + text[_end_of_value(text, start + len(name) + 1) :]
    path.write_text(kept)
    with pytest.raises(DataError, match="remove it, and its world is made again"):
        load_outcome(path)


def _end_of_value(text: str, start: int) -> int:
    """Return where a JSON object or list that starts here ends; none in it holds another."""
    closing = {"{": "}", "[": "]"}[text[start]]
    return text.index(closing, start) + 1
