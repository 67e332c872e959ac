"""Which stages a policy asks for, slice by slice, cheap ones first."""

from __future__ import annotations

from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.stages.agreement import AccountingAgrees, LogicAgrees, ReferenceAgrees
from organism.gauntlet.stages.base import Stage
from organism.gauntlet.stages.simple import MaximumDrawdown, MinimumSharpe, MinimumTrades
from organism.gauntlet.stages.stress import DoubledCosts, OneBarLater
from organism.gauntlet.stages.walk_forward import PositiveFolds


def in_sample_stages(policy: GauntletPolicy) -> tuple[Stage, ...]:
    """Return what every strategy in testing goes through."""
    rules = policy.in_sample
    return (
        MinimumTrades("IS", rules.minimum_trades),
        MinimumSharpe("IS", rules.minimum_sharpe),
        MaximumDrawdown("IS", rules.maximum_drawdown),
        DoubledCosts(rules.minimum_sharpe_at_doubled_costs),
        OneBarLater(rules.minimum_share_kept_one_bar_later),
    )


def agreement_stages() -> tuple[Stage, ...]:
    """Return the proofs of simulation that only promoted strategies pay for, still in sample."""
    return (ReferenceAgrees("IS"), AccountingAgrees("IS"), LogicAgrees("IS"))


def held_out_stages(policy: GauntletPolicy, slice_name: str) -> tuple[Stage, ...]:
    """Return what is measured on a slice after the vault has opened it."""
    rules = policy.held_out
    stages: tuple[Stage, ...] = (
        MinimumTrades(slice_name, rules.minimum_trades),
        MinimumSharpe(slice_name, rules.minimum_sharpe),
        MaximumDrawdown(slice_name, rules.maximum_drawdown),
    )
    if slice_name == "WF":
        walk_forward = policy.walk_forward
        stages += (PositiveFolds(walk_forward.folds, walk_forward.minimum_positive_folds),)
    return stages
