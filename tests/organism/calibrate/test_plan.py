"""What a campaign will do is fixed before anything is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.errors import ConfigError
from data.settings import load_settings, parse_settings
from organism.calibrate.plan import CampaignSettings, tasks_of

CONFIG = Path(__file__).parents[3] / "configs" / "calibration.toml"
A = {"name": "a", "history": {"world": "garch"}, "worlds": 2}
TWO = {
    "name": "two",
    "seed": 7,
    "classes": [
        {"name": "a", "history": {"world": "garch"}, "worlds": 2},
        {"name": "b", "history": {"world": "planted"}, "worlds": 3},
    ],
}


def parse(values: dict[str, Any]) -> CampaignSettings:
    return parse_settings(CampaignSettings, values, source="calibration.toml")


def test_the_classes_take_turns_and_every_world_has_a_seed_of_its_own() -> None:
    tasks = tasks_of(parse(TWO))
    assert [task.name for task in tasks] == ["a-00000", "b-00000", "a-00001", "b-00001", "b-00002"]
    assert len({task.seed for task in tasks}) == 5


def test_more_worlds_leave_the_seeds_of_the_others() -> None:
    fewer = {task.name: task.seed for task in tasks_of(parse(TWO))}
    longer = {**TWO, "classes": [{**item, "worlds": 9} for item in TWO["classes"]]}  # type: ignore[dict-item, union-attr]
    more = {task.name: task.seed for task in tasks_of(parse(longer))}
    assert {name: more[name] for name in fewer} == fewer
    assert {task.seed for task in tasks_of(parse({**TWO, "seed": 8}))}.isdisjoint(fewer.values())


def test_a_plan_has_the_sizes_that_prove_five_percent() -> None:
    settings = load_settings(CampaignSettings, CONFIG)
    sizes = {item.name: item.worlds for item in settings.classes if item.is_null}
    assert sizes["garch"] == 181
    assert set(sizes.values()) == {181, 93}
    plants = [item.name for item in settings.classes if not item.is_null]
    assert plants == ["planted-3", "planted-4", "planted-6", "session-5"]


def test_a_plant_of_no_strength_holds_nothing() -> None:
    off = parse(
        {**TWO, "classes": [{"name": "a", "history": {"world": "planted", "plant_strength": 0.0}, "worlds": 1}]}
    )
    assert off.classes[0].is_null


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": []}, "classes: .*at least 1"),
        ({"classes": [TWO["classes"][0]] * 2}, "classes are named twice: a; give each a name of its own"),  # type: ignore[index]
        ({"classes": [{**A, "history": {"world": "gach"}}]}, r"classes.0.history.world: .*received 'gach'"),
        ({"classes": [{**A, "name": "../a"}]}, r"classes.0.name: .*received '../a'"),
        ({"classes": [{**A, "worlds": 0}]}, r"classes.0.worlds: .*received 0"),
        (
            {"classes": [{**A, "history": {"venue": "x", "coins": ["BTC"]}}]},
            "class a is of real history, and nobody knows what it ",
        ),
        ({"sead": 1}, "unknown key 'sead'; did you mean 'seed'"),
    ],
)
def test_a_plan_that_is_none_is_refused_by_name(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"calibration.toml: .*{message}"):
        parse({**TWO, **changes})


def test_a_world_gets_its_seed_and_the_opcodes_that_its_class_leaves_out() -> None:
    b = {"name": "b", "history": {"world": "planted"}, "excluded_opcodes": ["ema"], "worlds": 1}
    settings = parse({**TWO, "search": {"excluded_opcodes": ["sma"]}, "classes": [b]})
    (task,) = tasks_of(settings)
    made = settings.foundry_settings(task)
    assert (made.seed, made.history.world_seed, made.history.surrogate_seed) == (task.seed,) * 3
    assert made.search.excluded_opcodes == ("sma", "ema")
