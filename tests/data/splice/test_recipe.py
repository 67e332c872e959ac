"""What a recipe may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.errors import ConfigError
from data.settings import parse_settings
from data.splice.recipe import Limits, Recipe, read_recipe

PLAIN: dict[str, Any] = {
    "name": "two",
    "coin": "BTC",
    "part": [{"venue": "old"}, {"venue": "new", "start": "2024-01-03"}],
}


def test_a_file_is_read_with_its_days(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(
        'name = "btc"\ncoin = "BTC"\njoin = "scaled"\n'
        '[[part]]\nvenue = "binance"\nfunding = "hourly"\n[[part]]\nvenue = "hyperliquid"\nstart = 2024-09-05\n'
    )
    found = read_recipe(path)
    assert (found.venue, found.join.value, found.interval) == ("splice-btc", "scaled", "1h")
    assert [str(part.start) for part in found.part] == ["None", "2024-09-05"]
    assert [part.funding.value for part in found.part] == ["hourly", "settled"]


def test_the_hash_is_of_what_a_recipe_says_and_not_of_how() -> None:
    one = parse_settings(Recipe, PLAIN, source="a")
    same = parse_settings(Recipe, PLAIN | {"interval": "1h", "limits": {}}, source="b")
    other = parse_settings(Recipe, PLAIN | {"join": "scaled"}, source="c")
    assert one.sha256() == same.sha256() != other.sha256()


def test_limits_that_were_changed_are_named() -> None:
    assert Limits().changed() == ()
    assert Limits(least_bars=24).changed() == ("least_bars = 24 instead of 168",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nmae": "x"}, "unknown key 'nmae'; did you mean 'name'"),
        ({"interval": "7m"}, "interval '7m' is unknown: choose one of 1m"),
        ({"name": "a-name-too-long"}, "name"),
        ({"part": [{"venue": "old"}]}, "at least 2 items"),
        ({"part": [{"venue": "old"}, {"venue": "new"}]}, r"part 2 \(new\) needs a start"),
        (
            {"part": [{"venue": "old", "end": "2024-01-04"}, {"venue": "new", "start": "2024-01-03"}]},
            "part 1 ends on 2024-01-04, after part 2 starts: they overlap",
        ),
        (
            {"part": [{"venue": "old", "start": "2024-02-01"}, {"venue": "new", "start": "2024-01-03"}]},
            "part 2 starts on 2024-01-03, not after part 1",
        ),
        (
            {"part": [{"venue": "old"}, {"venue": "new", "start": "2024-01-03", "end": "2024-01-03"}]},
            "part 2 ends on 2024-01-03, not after its start",
        ),
        (
            {"part": [{"venue": "splice-x"}, {"venue": "new", "start": "2024-01-03"}]},
            "part 1 is of splice-x, itself a splice",
        ),
        ({"part": [{"venue": "a_b"}, {"venue": "new", "start": "2024-01-03"}]}, "venue.*a_b"),
        ({"limits": {"least_correlation": 1.5}}, "least_correlation.*1.5"),
    ],
)
def test_a_wrong_recipe_is_refused_with_what_is_allowed(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_settings(Recipe, PLAIN | changes, source="recipe.toml")
