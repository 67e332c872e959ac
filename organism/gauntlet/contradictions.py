"""Where a gauntlet file contradicts itself: nothing could pass, or a key would say what no stage asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organism.gauntlet.policy import GauntletPolicy

THRESHOLDS = {
    "round trips": ("in_sample.minimum_trades", "held_out.minimum_trades"),
    "Sharpe after costs": ("in_sample.minimum_sharpe", "held_out.minimum_sharpe"),
    "drawdown at frozen scale": ("in_sample.maximum_drawdown", "held_out.maximum_drawdown"),
    "turnover a year": ("in_sample.maximum_annual_turnover",),
    "capacity": ("in_sample.minimum_capacity_usdc", "in_sample.maximum_share_of_bar_volume"),
    "profit from the best trade": ("robustness.maximum_share_of_one_trade",),
    "sixths of the time with a profit": ("robustness.minimum_positive_sixths",),
    "profit from one volatility regime": ("robustness.maximum_share_of_one_regime",),
    "Sharpe at doubled costs": ("in_sample.minimum_sharpe_at_doubled_costs",),
    "Sharpe kept one bar later": ("in_sample.minimum_share_kept_one_bar_later",),
    "t of alpha over holding": ("in_sample.minimum_alpha_t",),
    "Sharpe kept with missed fills": (
        "robustness.share_of_fills_missed",
        "robustness.minimum_share_kept_with_missed_fills",
    ),
    "Sharpe kept with a number moved": ("robustness.minimum_share_kept_with_a_number_moved",),
    "Sharpe kept on noisy bars": ("robustness.noise_share_of_range", "robustness.minimum_share_kept_on_noisy_bars"),
    "folds with a profit": ("walk_forward.minimum_positive_folds",),
    "joined p-value, corrected": ("held_out.maximum_joined_p_value",),
}
"""The keys that only one stage reads, by its name."""
LEAST_SHARE_OF_ONE_REGIME = 1.0 / 3.0
"""The best of three thirds holds at least a third of the profit."""


def contradictions(policy: GauntletPolicy, plain: GauntletPolicy) -> tuple[str, ...]:
    """Say what contradicts itself, each with the value, what is allowed and what to do.

    Parameters
    ----------
    plain
        The policy that an empty file gives.
    """
    return (*_impossible(policy), *_without_effect(policy), *_left_out_and_changed(policy, plain))


def _impossible(policy: GauntletPolicy) -> Iterator[str]:
    target, allowed = policy.risk_target.maximum_drawdown, policy.in_sample.maximum_drawdown
    if "drawdown at frozen scale" not in policy.left_out and target > allowed:
        yield (
            f"risk_target.maximum_drawdown is {target:g}, allowed is at most in_sample.maximum_drawdown, "
            f"{allowed:g}: the scale would aim at what the stage kills; lower the one or raise the other"
        )
    share = policy.robustness.maximum_share_of_one_regime
    if "profit from one volatility regime" not in policy.left_out and share <= LEAST_SHARE_OF_ONE_REGIME:
        yield (
            f"robustness.maximum_share_of_one_regime is {share:g}, allowed is above a third: the best of three "
            "regimes always brings a third of the profit, so nothing could pass; raise it"
        )


def _without_effect(policy: GauntletPolicy) -> Iterator[str]:
    """Yield thresholds that decide nothing because another one has decided before, or because nothing is done."""
    doubled, plain = policy.in_sample.minimum_sharpe_at_doubled_costs, policy.in_sample.minimum_sharpe
    if not {"Sharpe at doubled costs", "Sharpe after costs"} & set(policy.left_out) and doubled > plain:
        yield (
            f"in_sample.minimum_sharpe_at_doubled_costs is {doubled:g}, allowed is at most in_sample.minimum_sharpe, "
            f"{plain:g}: twice the costs leave less, so that the second decides nothing; raise it or lower the first"
        )
    for key, stage, value in (
        ("share_of_fills_missed", "Sharpe kept with missed fills", policy.robustness.share_of_fills_missed),
        ("noise_share_of_range", "Sharpe kept on noisy bars", policy.robustness.noise_share_of_range),
    ):
        if stage not in policy.left_out and value == 0.0:
            yield (
                f"robustness.{key} is 0, allowed is above 0: the copies would be the strategy itself; "
                f'raise it, or name "{stage}" in left_out'
            )


def _left_out_and_changed(policy: GauntletPolicy, plain: GauntletPolicy) -> Iterator[str]:
    """Yield keys that were given a value of their own although the stage that reads them is left out."""
    for stage in policy.left_out:
        for key in THRESHOLDS.get(stage, ()):
            table, name = key.split(".")
            value, default = (getattr(getattr(rules, table), name) for rules in (policy, plain))
            if value != default:
                yield (
                    f'{key} is {value:,.10g}, but left_out names "{stage}", the stage that reads it: '
                    f"ask for the stage again, or leave the key at {default:,.10g}"
                )
