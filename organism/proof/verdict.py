"""Whether a class is proven null: no rule earns, with all rules of all classes counted as questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from backtest.inference import holm
from organism.proof.classes import class_named
from organism.proof.estimate import Estimate, Measured, estimate
from organism.proof.measure import RuleSums

LEVEL = 0.01


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """One rule in one class; p-values are one-sided and corrected (Holm) for every rule in every class."""

    name: str
    paid: Estimate
    free: Estimate
    p_paid: float
    """Of "it has no alpha after costs"."""
    p_log: float
    """The same of daily log returns over the two benchmarks."""
    p_free: float
    """Of "it has no alpha before costs"."""


@dataclass(frozen=True, slots=True)
class ClassVerdict:
    """One class of worlds."""

    name: str
    n_worlds: int
    years: float
    rules: tuple[RuleVerdict, ...]
    """The surest alpha after costs first."""

    @property
    def best(self) -> RuleVerdict:
        return self.rules[0]

    @property
    def earning(self) -> tuple[RuleVerdict, ...]:
        """Rules that earn after costs; none if the class is proven null."""
        return tuple(rule for rule in self.rules if rule.p_paid <= LEVEL)

    @property
    def earning_by_logs(self) -> tuple[RuleVerdict, ...]:
        """Rules with an alpha of log returns, whether or not they earn."""
        return tuple(rule for rule in self.rules if rule.p_log <= LEVEL)

    @property
    def earning_before_costs(self) -> tuple[RuleVerdict, ...]:
        return tuple(rule for rule in self.rules if rule.p_free <= LEVEL)

    @property
    def is_null(self) -> bool:
        """Whether nothing was seen to earn in it, in however few worlds."""
        return not self.earning

    @property
    def n_planned(self) -> int:
        """Worlds that a proof takes."""
        return class_named(self.name).n_worlds

    @property
    def is_proven(self) -> bool:
        """Whether it is null in all the worlds that were planned: what a few of them do not show may be there."""
        return self.is_null and self.n_worlds >= self.n_planned

    @property
    def best_free(self) -> RuleVerdict:
        """The surest alpha before costs."""
        return max(self.rules, key=lambda rule: rule.free.alpha.t)


def verdicts(classes: Mapping[str, Sequence[Mapping[str, RuleSums]]], n_planned: int) -> list[ClassVerdict]:
    """Judge classes by their worlds, at least two each.

    Parameters
    ----------
    classes
        By name, the sums of each world by rule.
    n_planned
        Questions asked altogether: rules times classes, those not measured yet included.
    """
    keys, paid, free = [], [], []
    for name, worlds in classes.items():
        for rule in worlds[0]:
            keys.append((name, rule))
            paid.append(estimate([world[rule].paid for world in worlds]))
            free.append(estimate([world[rule].free for world in worlds]))
    corrected = [
        _corrected([(of.n_worlds, alpha) for of, alpha in zip(estimates, alphas, strict=True)], n_planned)
        for estimates, alphas in (
            (paid, [one.alpha for one in paid]),
            (paid, [one.log_alpha for one in paid]),
            (free, [one.alpha for one in free]),
        )
    ]
    rows = [(key[0], RuleVerdict(key[1], *row)) for key, *row in zip(keys, paid, free, *corrected, strict=True)]
    return [_class_verdict(name, [rule for of, rule in rows if of == name]) for name in classes]


def upper_bound(alpha: Measured, n_worlds: int) -> float:
    """Return what an alpha is below with 99 % certainty, a year as a fraction; for this rule alone."""
    return alpha.value + float(stdtrit(n_worlds - 1, 1.0 - LEVEL)) * alpha.error


def _class_verdict(name: str, rules: list[RuleVerdict]) -> ClassVerdict:
    ordered = tuple(sorted(rules, key=lambda rule: -rule.paid.alpha.t))
    return ClassVerdict(name, ordered[0].paid.n_worlds, ordered[0].paid.years, ordered)


def _corrected(alphas: Sequence[tuple[int, Measured]], n_planned: int) -> list[float]:
    """Return Holm's p-values of "alpha is not above zero"; as many degrees of freedom as worlds, less one."""
    p_values = np.array([stdtr(n_worlds - 1, -alpha.t) for n_worlds, alpha in alphas])
    return [float(p) for p in holm(p_values, n_planned)]
