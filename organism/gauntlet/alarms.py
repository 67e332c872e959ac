"""What a run as a whole looks like: alarms for people, never gates.

At a million trials a deflated Sharpe ratio or a correction over all of them would bury true edges, and the probability
of overfitting of a single run is very noisy. So they are computed, kept and shown, and kill nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference import cscv, deflated_sharpe, stepwise_survivors
from data.market import FloatArray

N_BLOCKS = 16
SEED = 20_250_303
N_RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Alarms:
    """Of one registered candidate; None where a statistic does not exist."""

    deflated_sharpe: float | None
    """Chance that its in-sample Sharpe ratio is above what the best of all trials would have shown by luck; below 0.95
    it is no surprise. Bailey 2014, at the raw number of trials."""
    overfitting: float | None
    """Probability of backtest overfitting of the run: how often the best half of history's best strategy was below the
    median in the other half. Near 0.5 the search found noise, or equally good strategies. Bailey 2017."""
    survives_stepwise: bool | None
    """Whether it is better than zero in sample among all that were registered, at 5 % (Romano and Wolf 2005)."""


def alarms_of(
    candidates: Mapping[str, FloatArray], judged: Sequence[FloatArray], trial_sharpes: FloatArray, n_trials: int
) -> dict[str, Alarms]:
    """Return the alarms of registered candidates by genotype.

    Parameters
    ----------
    candidates
        In-sample daily log returns of each by genotype, shape (n_days,).
    judged
        The same of every strategy of the run that was judged.
    trial_sharpes
        Sharpe ratios of the run's trials per day, shape (n,): their spread is what luck has to play with.
    n_trials
        Distinct genotypes tried in the home.
    """
    pbo, survivors = overfitting(judged), _survivors(candidates)
    return {
        genotype: Alarms(
            deflated(returns, trial_sharpes, n_trials), pbo, None if survivors is None else genotype in survivors
        )
        for genotype, returns in candidates.items()
    }


def deflated(returns: FloatArray, trial_sharpes: FloatArray, n_trials: int) -> float | None:
    """Return the deflated Sharpe ratio of a series; `trial_sharpes` are per observation of the series."""
    centred = returns - returns.mean()
    deviation = float(np.sqrt(np.mean(centred**2)))
    spread = float(np.var(trial_sharpes, ddof=1)) if trial_sharpes.size > 1 else 0.0
    if not (deviation > 0.0 and spread > 0.0 and n_trials > 0):
        return None
    skew, kurtosis = (float(np.mean((centred / deviation) ** power)) for power in (3, 4))
    sharpe = float(returns.mean() / returns.std(ddof=1))
    return deflated_sharpe(sharpe, returns.size, n_trials, spread, skew=skew, kurtosis=kurtosis)


def overfitting(series: Sequence[FloatArray]) -> float | None:
    """Return the probability of backtest overfitting of the distinct series; None where there are fewer than two."""
    distinct = {one.tobytes(): one for one in series if one.std() > 0.0}
    if len(distinct) < 2:
        return None
    try:
        return cscv(np.column_stack(list(distinct.values())), N_BLOCKS).pbo
    except ValueError:
        # Series that differ only in size are one strategy to it; too few days cannot be cut into blocks.
        return None


def _survivors(candidates: Mapping[str, FloatArray]) -> frozenset[str] | None:
    genotypes = sorted(candidates)
    try:
        matrix = np.column_stack([candidates[genotype] for genotype in genotypes])
        kept = stepwise_survivors(matrix, rng=np.random.default_rng(SEED), n_resamples=N_RESAMPLES)
    except ValueError:
        return None
    return frozenset(genotypes[place] for place in kept)
