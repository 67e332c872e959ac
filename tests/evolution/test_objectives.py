"""Objectives and limits from configuration: what is allowed, and what is said of the rest."""

from __future__ import annotations

import pytest

from data.errors import ConfigError
from data.settings import parse_settings
from evolution.fitness import Score
from evolution.run.settings import SearchSettings
from evolution.search.goals import DEFAULT_GOALS, Goals
from evolution.search.objectives import METRICS, Limit

SCORE = Score(1.25, 0.5, 7, 120, 0.1, 0.05, 30.0, 0.4, 0.2, 1.5, 5, 6, 0.75, 1.25)


def settings(**values) -> SearchSettings:
    return parse_settings(SearchSettings, values, source="file")


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("goal", ["max", "min"])
def test_every_metric_can_be_strived_for_either_way(metric, goal):
    goals = Goals(settings(objective=[{"metric": metric, "goal": goal}]).objective)
    fitness = goals.fitness(SCORE)
    assert fitness.values == (getattr(SCORE, metric),)
    assert fitness.wvalues == (getattr(SCORE, metric) * (1 if goal == "max" else -1),)


def test_by_default_evidence_comes_first_and_parts_go_down():
    """Evidence 0.75, promise 1.25, stability 0.5, six parts."""
    assert DEFAULT_GOALS.fitness(SCORE).wvalues == (0.75, 1.25, 0.5, -6)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"objective": [{"metric": "sharp", "goal": "max"}]}, "metric 'sharp' is unknown; did you mean 'sharpe'?"),
        ({"objective": [{"metric": "sketch", "goal": "max"}]}, "metric 'sketch' is unknown"),
        ({"objective": [{"metric": "sharpe", "goal": "up"}]}, "'max' or 'min' (received 'up')"),
        ({"objective": [{"metric": "sharpe"}]}, "objective.0.goal: Field required"),
        ({"objective": []}, "at least 1 item"),
        (
            {"objective": [{"metric": "floor", "goal": "max"}, {"metric": "floor", "goal": "min"}]},
            "objective names floor twice",
        ),
        ({"limit": [{"metric": "turnovr", "most": 5}]}, "did you mean 'turnover'?"),
        ({"limit": [{"metric": "turnover"}]}, "limit of turnover has no bound: give least, most or both"),
        ({"limit": [{"metric": "size", "least": 9, "most": 4}]}, "limit of size: least 9 is above most 4"),
        ({"limit": [{"metric": "size", "most": float("nan")}]}, "finite number"),
        (
            {"limit": [{"metric": "max_drawdown", "most": 20}]},
            "most 20 is outside of what max_drawdown can be",
        ),
        (
            {"limit": [{"metric": "exposure", "least": -0.1}]},
            "-0.1 is outside of what exposure can be, from 0 to 1",
        ),
        ({"limit": [{"metric": "turnover", "most": -1}]}, "most -1 is outside of what turnover can be, from 0:"),
        ({"limit": [{"metric": "floor", "least": 11}]}, "least 11 is outside of what floor can be, from -10 to 10"),
        ({"limit": [{"metric": "size", "least": 41}]}, "limit of size: least 41 is above maximum_nodes 40"),
        ({"limit": [{"metric": "n_trades", "most": 99}]}, "limit of n_trades: most 99 is below minimum_trades 100"),
        (
            {"limit": [{"metric": "size", "maximum": 4}]},
            "unknown key 'limit.0.maximum'; known keys: least, metric, most",
        ),
    ],
)
def test_what_is_not_allowed_is_said_clearly(values, words):
    with pytest.raises(ConfigError) as error:
        settings(**values)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"metric": "size", "most": 7}, None),
        ({"metric": "size", "most": 6}, "size above 6"),
        ({"metric": "exposure", "least": 0.4}, None),
        ({"metric": "exposure", "least": 0.5, "most": 0.9}, "exposure below 0.5"),
    ],
)
def test_a_limit_holds_at_its_bound(limit, words):
    assert Limit(**limit).broken_by(SCORE) == words
