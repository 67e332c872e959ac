"""Settings that cannot hold together are refused, each with the one that it contradicts; what only looks so is not."""

from __future__ import annotations

from typing import Any

import pytest

from data.errors import ConfigError
from data.settings import parse_settings
from evolution.opcodes.reach import shortest_truth
from evolution.run.settings import SearchSettings

SHARPE = {"metric": "sharpe", "goal": "max"}
CROSSINGS = {"only": ["above", "close", "sma"]}
"""A truth of three nodes at least: above, and two prices."""


def settings(**values: Any) -> SearchSettings:
    return parse_settings(SearchSettings, values, source="file")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"registered": 201}, "registered 201 is above hall_of_fame 200, of which they are the best"),
        ({"hall_of_fame": 39}, "registered 40 is above hall_of_fame 39"),
        ({"contested": 5}, "contested 5 is above the number of objectives, 4; allowed is at most that"),
        ({"contested": 3, "objective": [SHARPE]}, "contested 3 is above the number of objectives, 1"),
        ({"maximum_nodes": 5, "grammar": CROSSINGS}, "maximum_nodes 5 is too few: the shortest .* has 6 nodes"),
        (
            {"maximum_nodes": 7, "grammar": CROSSINGS, "mirrored_share": 1.0},
            "maximum_nodes 7 is too few: the shortest .* has 8 nodes",
        ),
        (
            {"maximum_nodes": 7, "grammar": CROSSINGS, "timed_share": 0.0},
            "maximum_nodes 7 is too few: the shortest .* has 8 nodes",
        ),
        ({"operator_weights": {"subtree": True}}, "'subtree' is true, neither a number nor text"),
        ({"grammar": {"weights": {"close": False}}}, "grammar.weights: 'close' is false, neither a number nor text"),
    ],
)
def test_what_cannot_hold_together_is_refused_with_both_values(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        settings(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"registered": 200},
        {"objective": [SHARPE]},
        {"contested": 4},
        {"maximum_nodes": 6, "grammar": CROSSINGS},
        {"maximum_nodes": 4, "maximum_depth": 8, "minimum_depth": 8},
    ],
)
def test_what_holds_together_is_not(values: dict[str, Any]) -> None:
    assert settings(**values).model_dump(exclude_unset=True).keys() == values.keys()


def test_the_shortest_truth_counts_windows_and_thresholds() -> None:
    """rising; above(close, close); breaks_above(24); above(returns(24), -0.5)."""
    assert shortest_truth(["rising", "above", "close"]) == 1
    assert shortest_truth(["above", "close"]) == 3
    assert shortest_truth(["breaks_above"]) == 2
    assert shortest_truth(["above", "returns"]) == 4
    assert shortest_truth(["above", "rsi"]) == 0
    assert shortest_truth(["never", "and"]) == 0
