"""What is known of a run by its permutations: a fact about the run and an alarm, never a gate."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from backtest.inference import permutation_p_value
from evolution.run.layout import RunFolder, read_json
from evolution.run.state import STATE_KEYS, state_from_plain
from organism.permutations.plan import BLOCKS, PermutationPlan, read_plan
from organism.permutations.result import best_sharpe, load_result

ALARM_ABOVE = 0.05


@dataclass(frozen=True, slots=True)
class PermutationRecord:
    """The best of a run beside the best of each search of its permuted bars. Sharpe ratios are annual, in sample."""

    run: str
    block_bars: int
    permutations: int
    """How many were planned."""
    best_sharpe: float | None
    """Of the run; None if nothing had a fitness."""
    permuted_sharpes: tuple[float | None, ...]
    """Of the searches that are done, in the order of their numbers."""

    @property
    def is_complete(self) -> bool:
        return len(self.permuted_sharpes) == self.permutations

    @property
    def p_value(self) -> float | None:
        """Chance of so good a best where the order of the bars means nothing; None before all searches are done."""
        if not self.is_complete:
            return None
        return permutation_p_value(_rank(self.best_sharpe), [_rank(sharpe) for sharpe in self.permuted_sharpes])

    @property
    def is_alarm(self) -> bool:
        """Whether all is done and the run's best is no surprise."""
        return self.p_value is not None and self.p_value > ALARM_ABOVE

    def to_plain(self) -> dict[str, Any]:
        """Return JSON values."""
        return {**asdict(self), "p_value": self.p_value, "is_alarm": self.is_alarm}


def read_record(plan: PermutationPlan) -> PermutationRecord:
    """Read what is done of a plan.

    Raises
    ------
    DataError
        If a result or the run's outcome is damaged, naming the file.
    """
    outcome = read_json(plan.run.outcome, *STATE_KEYS)
    state = state_from_plain({name: outcome[name] for name in STATE_KEYS}, str(plan.run.outcome))
    numbers = sorted(set(range(plan.permutations)) - set(plan.missing()))
    permuted = tuple(load_result(plan, number).best_sharpe for number in numbers)
    return PermutationRecord(plan.run.name, plan.block_bars, plan.permutations, best_sharpe(state), permuted)


def records_of(run: RunFolder) -> list[PermutationRecord]:
    """Return what is on record beside a run, the shortest blocks first; nothing if it was never asked for."""
    plans = (read_plan(run, block_bars) for block_bars in sorted(BLOCKS))
    return [read_record(plan) for plan in plans if plan is not None]


def _rank(sharpe: float | None) -> float:
    """Put a search that found nothing below all that found something."""
    return -math.inf if sharpe is None else sharpe
