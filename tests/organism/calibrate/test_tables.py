"""Rates with their bounds, by hand, and the page that says them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import DataError
from organism.calibrate.outcome import Outcome, load_outcome
from organism.calibrate.page import page
from organism.calibrate.plan import CampaignSettings
from organism.calibrate.tables import rate, tables_of

SETTINGS = CampaignSettings.model_validate(
    {
        "name": "hand",
        "seed": 7,
        "classes": [
            {"name": "null", "world": "garch", "worlds": 93},
            {"name": "plant", "world": "planted", "worlds": 4},
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
    announced=(),
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
        replace(plant, announced=((4.0, 3.0), (5.0, 4.0), (6.0, 2.0))),
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


def test_the_page_says_how_far_the_campaign_has_come_and_how_to_repeat_it() -> None:
    text = page(SETTINGS, tables_of(SETTINGS, [WORLD]), "organism calibrate hand.toml")
    assert "written from 1 of 97 worlds" in text
    assert "To repeat: `organism calibrate hand.toml`. Seed 7" in text
    assert "| null | 1 of 93 | 0 of 1 (0.0 to 95.0 %) |" in text
    assert "| plant | 0 of 4 | - |" in text
    assert "| OOS Sharpe after costs | 2 | 0 |" in text


def test_an_outcome_comes_back_as_it_was_written(tmp_path: Path) -> None:
    world = replace(WORLD, announced=((4.0, 3.5),), found_cause=True)
    world.save(tmp_path)
    assert load_outcome(tmp_path / "null-00000.json") == world


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema":1}'])
def test_a_damaged_outcome_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "null-00000.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"null-00000\.json"):
        load_outcome(path)


@pytest.mark.parametrize("change", ['"kills":[]', '"kills":{"a":"b"}', '"announced":[1]', '"joined_p_values":3'])
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
