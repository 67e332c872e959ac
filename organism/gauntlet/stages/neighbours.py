"""Stages that ask whether the neighbours of a strategy are any good: a moved number, noise, missed fills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from organism.gauntlet.case import Case
from organism.gauntlet.copies import jittered_sharpes, missed_fill_sharpes, noisy_sharpes
from organism.gauntlet.verdict import StageResult, measure


@dataclass(frozen=True, slots=True)
class MissedFills:
    """An edge that needs every single fill is a simulation's."""

    threshold: float
    share_missed: float
    n_copies: int
    slice_name: str = "IS"
    name: str = "Sharpe kept with missed fills"
    cost: int = 20

    def judge(self, case: Case) -> StageResult:
        sharpes = missed_fill_sharpes(case, self.n_copies, self.share_missed)
        meaning = (
            f"Median of {self.n_copies} copies that cannot trade on {100 * self.share_missed:g} % of the bars. "
            "A veto, never evidence."
        )
        return _kept(self.name, case, sharpes, self.threshold, meaning)


@dataclass(frozen=True, slots=True)
class MovedNumber:
    """A rule that only works with its very numbers has been fitted to them."""

    threshold: float
    n_copies: int
    slice_name: str = "IS"
    name: str = "Sharpe kept with a number moved"
    cost: int = 100

    def judge(self, case: Case) -> StageResult:
        meaning = (
            f"Median of {self.n_copies} copies with one number moved a little: a window, a threshold, a stop. "
            "A veto, never evidence."
        )
        return _kept(self.name, case, jittered_sharpes(case, self.n_copies), self.threshold, meaning)


@dataclass(frozen=True, slots=True)
class WorstMovedNumber:
    """No cliff beside the hill."""

    n_copies: int
    slice_name: str = "IS"
    name: str = "Sharpe of the worst tenth with a number moved"
    cost: int = 100

    def judge(self, case: Case) -> StageResult:
        sharpe = _quantile(jittered_sharpes(case, self.n_copies), 0.1)
        meaning = f"Nine of ten of {self.n_copies} neighbours are better than this. A veto, never evidence."
        return measure(self.name, self.slice_name, sharpe, ">", 0.0, meaning=meaning)


@dataclass(frozen=True, slots=True)
class NoisyBars:
    """An edge that a few ticks on each bar take away was made of those ticks."""

    threshold: float
    share_of_range: float
    n_copies: int
    slice_name: str = "IS"
    name: str = "Sharpe kept on noisy bars"
    cost: int = 400

    def judge(self, case: Case) -> StageResult:
        sharpes = noisy_sharpes(case, self.n_copies, self.share_of_range)
        meaning = (
            f"Median of {self.n_copies} copies of the history with noise of {100 * self.share_of_range:g} % of a bar's "
            "usual range on every price. A veto, never evidence."
        )
        return _kept(self.name, case, sharpes, self.threshold, meaning)


def _kept(name: str, case: Case, sharpes: NDArray[np.float64], threshold: float, meaning: str) -> StageResult:
    own = case.pooled().metrics.sharpe
    kept = _quantile(sharpes, 0.5) / own if own > 0.0 else float("nan")
    return measure(name, case.slice.name, 100.0 * kept, ">=", 100.0 * threshold, unit="%", meaning=meaning)


def _quantile(sharpes: NDArray[np.float64], share: float) -> float:
    """Return the copy below which `share` of all lie: one that exists, since some may have no Sharpe ratio at all."""
    return float(sharpes[int(share * (sharpes.size - 1))])
