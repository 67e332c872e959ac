"""Which stages a policy asks for, slice by slice, cheap ones first."""

from __future__ import annotations

import difflib

from data.errors import ConfigError
from data.shown import shown
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.stages.agreement import AccountingAgrees, LogicAgrees, ReferenceAgrees
from organism.gauntlet.stages.alpha import AlphaOverMarket
from organism.gauntlet.stages.base import Stage
from organism.gauntlet.stages.causality import SeesNoFuture, StartsAnywhere
from organism.gauntlet.stages.liquidity import MaximumTurnover, MinimumCapacity
from organism.gauntlet.stages.luck import OneLuckyTrade, OneRegime, PositiveParts
from organism.gauntlet.stages.neighbours import MissedFills, MovedNumber, NoisyBars, WorstMovedNumber
from organism.gauntlet.stages.simple import MaximumDrawdown, MinimumSharpe, MinimumTrades
from organism.gauntlet.stages.stress import DoubledCosts, OneBarLater
from organism.gauntlet.stages.walk_forward import PositiveFolds

JOINED_STAGE = "joined p-value, corrected"
"""The last one; it judges all candidates of a run together, see `organism.gauntlet.registration`."""


def in_sample_stages(policy: GauntletPolicy) -> tuple[Stage, ...]:
    """Return what every strategy in testing goes through."""
    rules, robust = policy.in_sample, policy.robustness
    return _asked(
        policy,
        MinimumTrades("IS", rules.minimum_trades),
        MinimumSharpe("IS", rules.minimum_sharpe),
        MaximumDrawdown("IS", rules.maximum_drawdown),
        MaximumTurnover(rules.maximum_annual_turnover),
        MinimumCapacity(rules.minimum_capacity_usdc, rules.maximum_share_of_bar_volume),
        OneLuckyTrade(robust.maximum_share_of_one_trade),
        PositiveParts(robust.minimum_positive_sixths),
        OneRegime(robust.maximum_share_of_one_regime),
        DoubledCosts(rules.minimum_sharpe_at_doubled_costs),
        OneBarLater(rules.minimum_share_kept_one_bar_later),
        AlphaOverMarket(rules.minimum_alpha_t),
    )


def robustness_stages(policy: GauntletPolicy) -> tuple[Stage, ...]:
    """Return the dear proofs in sample, which only those pay for that stand for a family of strategies."""
    rules = policy.robustness
    return _asked(
        policy,
        SeesNoFuture(),
        StartsAnywhere(),
        MissedFills(rules.minimum_share_kept_with_missed_fills, rules.share_of_fills_missed, rules.copies),
        MovedNumber(rules.minimum_share_kept_with_a_number_moved, rules.copies),
        WorstMovedNumber(rules.copies),
        NoisyBars(rules.minimum_share_kept_on_noisy_bars, rules.noise_share_of_range, rules.copies),
    )


def agreement_stages() -> tuple[Stage, ...]:
    """Return the proofs of our own simulation, still in sample; no policy leaves them out."""
    return (ReferenceAgrees("IS"), AccountingAgrees("IS"), LogicAgrees("IS"))


def held_out_stages(policy: GauntletPolicy, slice_name: str) -> tuple[Stage, ...]:
    """Return what is measured on a slice after the vault has opened it."""
    rules, walk_forward = policy.held_out, policy.walk_forward
    stages: tuple[Stage, ...] = (
        MinimumTrades(slice_name, rules.minimum_trades),
        MinimumSharpe(slice_name, rules.minimum_sharpe),
        MaximumDrawdown(slice_name, rules.maximum_drawdown),
    )
    if slice_name == "WF":
        stages += (PositiveFolds(walk_forward.folds, walk_forward.minimum_positive_folds),)
    return _asked(policy, *stages)


def check_left_out(policy: GauntletPolicy, source: str) -> None:
    """Refuse a policy that leaves out what is no stage.

    Raises
    ------
    ConfigError
        Naming it and the nearest stage.
    """
    plain = GauntletPolicy()
    stages = (*in_sample_stages(plain), *robustness_stages(plain), *held_out_stages(plain, "WF"))
    known = sorted({stage.name for stage in stages} | {JOINED_STAGE})
    for name in policy.left_out:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"stages are {', '.join(known)}"
            raise ConfigError(f"{source}: left_out names {shown(name)}, which is no stage; {hint}")


def _asked(policy: GauntletPolicy, *stages: Stage) -> tuple[Stage, ...]:
    return tuple(stage for stage in stages if stage.name not in policy.left_out)
