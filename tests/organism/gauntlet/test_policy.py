"""The rules of the gauntlet, as configured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.errors import ConfigError
from data.settings import load_settings, parse_settings
from organism.gauntlet.contradictions import THRESHOLDS
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.stages.programme import (
    JOINED_STAGE,
    check_left_out,
    held_out_stages,
    in_sample_stages,
    robustness_stages,
)

CONFIG = Path(__file__).parents[3] / "configs" / "gauntlet.toml"


def parse(values: dict[str, Any]) -> GauntletPolicy:
    return parse_settings(GauntletPolicy, values, source="gauntlet.toml")


def test_the_file_of_the_project_says_what_the_defaults_say() -> None:
    assert load_settings(GauntletPolicy, CONFIG) == GauntletPolicy()


def test_the_base_rule_is_a_sharpe_above_2_and_a_drawdown_below_10_percent_in_every_slice() -> None:
    policy = GauntletPolicy()
    for rules in (policy.in_sample, policy.held_out):
        assert (rules.minimum_sharpe, rules.maximum_drawdown) == (2.0, 0.10)
    assert policy.vault.promotions_per_run <= 5
    assert (policy.risk_target.annual_volatility, policy.risk_target.maximum_drawdown) == (0.10, 0.07)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"held_out": {"minimum_sharp": 2.0}}, "unknown key 'held_out.minimum_sharp'; did you mean 'minimum_sharpe'"),
        ({"vualt": {}}, "unknown key 'vualt'; did you mean 'vault'"),
        ({"vault": {"promotions_per_run": 0}}, r"vault.promotions_per_run: .*greater than or equal to 1.*received 0"),
        ({"in_sample": {"maximum_drawdown": 10}}, r"in_sample.maximum_drawdown: .*less than 1.*received 10"),
        ({"in_sample": {"minimum_sharpe": float("nan")}}, r"in_sample.minimum_sharpe: .*finite.*received nan"),
        ({"held_out": {"minimum_sharpe": float("-inf")}}, r"held_out.minimum_sharpe: .*finite.*received -inf"),
        ({"walk_forward": {"folds": "many"}}, r"walk_forward.folds: .*integer.*received 'many'"),
        ({"vault": {"maximum_correlation": 1.5}}, r"vault.maximum_correlation: .*less than or equal to 1"),
    ],
)
def test_a_rule_that_is_none_is_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"gauntlet.toml: {message}"):
        parse(values)


def test_more_positive_folds_than_folds_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"minimum_positive_folds is 3, above folds, 2"):
        parse({"walk_forward": {"folds": 2, "minimum_positive_folds": 3}})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"risk_target": {"maximum_drawdown": 0.12}},
            "risk_target.maximum_drawdown is 0.12, allowed is at most in_sample.maximum_drawdown, 0.1: "
            "the scale would aim at what the stage kills; lower the one or raise the other",
        ),
        (
            {"in_sample": {"minimum_sharpe_at_doubled_costs": 2.5}},
            "in_sample.minimum_sharpe_at_doubled_costs is 2.5, allowed is at most in_sample.minimum_sharpe, 2: "
            "twice the costs leave less, so that the second decides nothing; raise it or lower the first",
        ),
        (
            {"robustness": {"maximum_share_of_one_regime": 1 / 3}},
            "robustness.maximum_share_of_one_regime is 0.333333, allowed is above a third: the best of three regimes "
            "always brings a third of the profit, so nothing could pass; raise it",
        ),
        (
            {"robustness": {"share_of_fills_missed": 0}},
            "robustness.share_of_fills_missed is 0, allowed is above 0: the copies would be the strategy itself; "
            'raise it, or name "Sharpe kept with missed fills" in left_out',
        ),
        (
            {"robustness": {"noise_share_of_range": 0}},
            "robustness.noise_share_of_range is 0, allowed is above 0: the copies would be the strategy itself; "
            'raise it, or name "Sharpe kept on noisy bars" in left_out',
        ),
        (
            {"left_out": ["capacity"], "in_sample": {"minimum_capacity_usdc": 1e6}},
            'in_sample.minimum_capacity_usdc is 1,000,000, but left_out names "capacity", the stage that reads it: '
            "ask for the stage again, or leave the key at 50,000",
        ),
        (
            {"left_out": ["sixths of the time with a profit"], "robustness": {"minimum_positive_sixths": 6}},
            'robustness.minimum_positive_sixths is 6, but left_out names "sixths of the time with a profit", the '
            "stage that reads it: ask for the stage again, or leave the key at 5",
        ),
    ],
)
def test_rules_that_contradict_each_other_are_refused_with_what_to_do(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(values)
    assert str(refused.value) == f"gauntlet.toml: {message}"


@pytest.mark.parametrize(
    "values",
    [
        {"risk_target": {"maximum_drawdown": 0.10}},
        {"in_sample": {"minimum_sharpe_at_doubled_costs": 2.0}},
        {"robustness": {"maximum_share_of_one_regime": 0.34}},
        {"left_out": ["Sharpe kept on noisy bars"]},
        # What a stage that is not asked would kill is no contradiction.
        {"left_out": ["drawdown at frozen scale"], "risk_target": {"maximum_drawdown": 0.12}},
        {"left_out": ["Sharpe after costs"], "in_sample": {"minimum_sharpe_at_doubled_costs": 2.5}},
        # A held-out slice that asks for more than the one in sample asks for much, and nothing impossible.
        {"held_out": {"minimum_trades": 300, "minimum_sharpe": 4.0, "maximum_drawdown": 0.05}},
    ],
)
def test_strict_rules_are_no_contradiction(values: dict[str, Any]) -> None:
    policy = parse(values)
    assert parse(policy.model_dump(mode="json")) == policy


def test_every_contradiction_is_told_at_once() -> None:
    with pytest.raises(
        ConfigError, match=r"risk_target\.maximum_drawdown is 0\.2, .*; robustness\.noise_share_of_range is"
    ):
        parse({"risk_target": {"maximum_drawdown": 0.2}, "robustness": {"noise_share_of_range": 0.0}})


def test_keys_and_stages_of_the_table_of_contradictions_exist() -> None:
    plain = GauntletPolicy()
    stages = (*in_sample_stages(plain), *robustness_stages(plain), *held_out_stages(plain, "WF"))
    assert set(THRESHOLDS) <= {stage.name for stage in stages} | {JOINED_STAGE}
    dumped = plain.model_dump()
    named = [key.split(".") for keys in THRESHOLDS.values() for key in keys]
    assert all(key in dumped[table] for table, key in named)
    # Every threshold of a stage is there, so that a new stage is not forgotten.
    read_by_many = {"copies", "folds"}
    thresholds = {
        (table, key) for table in ("in_sample", "robustness", "held_out", "walk_forward") for key in dumped[table]
    }
    assert {(table, key) for table, key in thresholds if key not in read_by_many} == {tuple(pair) for pair in named}


def test_the_hash_changes_with_every_rule() -> None:
    plain = GauntletPolicy()
    seen = {plain.sha256()}
    tables = {table: values for table, values in plain.model_dump().items() if isinstance(values, dict)}
    for table, values in tables.items():
        for key, value in values.items():
            # Six of six is the most that can be asked; one less is another rule too.
            changed = parse({table: {key: value * 0.75 if isinstance(value, float) else value - 1}})
            seen.add(changed.sha256())
    seen.add(parse({"left_out": ["folds with a profit"]}).sha256())
    assert set(plain.model_dump()) - set(tables) == {"left_out"}
    assert len(seen) == sum(len(values) for values in tables.values()) + 2


def test_the_hash_does_not_depend_on_what_is_left_to_its_default() -> None:
    written_out = parse(GauntletPolicy().model_dump(mode="json"))
    assert written_out.sha256() == parse({}).sha256() == GauntletPolicy().sha256()


def test_a_policy_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        GauntletPolicy().vault.promotions_per_run = 99  # type: ignore[misc]


def test_only_what_is_below_the_base_rule_is_weaker_than_it() -> None:
    assert GauntletPolicy().weaknesses() == ()
    assert load_settings(GauntletPolicy, CONFIG.with_name("gauntlet-base.toml")).weaknesses() == ()
    assert parse({"in_sample": {"minimum_sharpe": 2.5, "minimum_trades": 1}}).weaknesses() == ()
    without_sharpe = parse({"left_out": ["Sharpe after costs"], "held_out": {"maximum_drawdown": 0.2}})
    assert without_sharpe.weaknesses() == (
        "left_out names 'Sharpe after costs'",
        "held_out.maximum_drawdown is 0.2, above 0.1",
    )
    assert parse({"held_out": {"minimum_sharpe": 1.5}}).weaknesses() == ("held_out.minimum_sharpe is 1.5, below 2",)


def test_the_bare_rule_asks_for_sharpe_and_drawdown_alone() -> None:
    base = load_settings(GauntletPolicy, CONFIG.with_name("gauntlet-base.toml"))
    check_left_out(base, "gauntlet-base.toml")
    assert robustness_stages(base) == ()
    for stages in (in_sample_stages(base), held_out_stages(base, "OOS"), held_out_stages(base, "WF")):
        assert [stage.name for stage in stages] == ["Sharpe after costs", "drawdown at frozen scale"]


def test_to_leave_out_what_is_no_stage_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"left_out names 'round trip', which is no stage; did you mean 'round trips'"
    ):
        check_left_out(parse({"left_out": ["round trip"]}), "gauntlet.toml")
