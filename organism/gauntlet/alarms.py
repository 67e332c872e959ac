"""What a run as a whole looks like: alarms for people, never gates.

At a million trials a correction over all of them would bury true edges, and the probability of overfitting of a single
run is very noisy. So they are computed, kept and shown, and kill nobody.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backtest.inference import CscvResult, cscv, deflated_sharpe, expected_max_sharpe, stepwise_survivors
from backtest.inference.checks import checked_returns
from data.market import FloatArray

DAYS_PER_YEAR = 365.0
N_BLOCKS = 16
SEED = 20_250_303
N_RESAMPLES = 500
SLOPE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Alarms:
    """Of one registered candidate; None where a statistic does not exist."""

    deflated_sharpe: float | None
    """Chance that its true Sharpe ratio is above what the best of all trials would have shown in sample by luck, 0 to
    1; below 0.95 luck may explain it. Bailey 2014 at the raw number of trials and `chance_variance`."""
    deflated_sharpe_observed: float | None
    """The same as it was printed in 2014, at the variance that the run's trials show; see `chance_variance`."""
    lucky_sharpe: float | None
    """Annual Sharpe ratio that the best of as many worthless trials is expected to show on as many days."""
    overfitting: float | None
    """Probability of backtest overfitting of the run (CSCV, Bailey 2017): how often the strategy that was best in one
    half of the in-sample days was not better than the median in the other, 0 to 1."""
    loss_after_choice: float | None
    """How often that strategy lost in the other half, 0 to 1."""
    slope_after_choice: float | None
    """Of its Sharpe ratio in the other half on that in the half of choice: how much of what looked better lasted."""
    survives_stepwise: bool | None
    """Whether it is better than zero in sample among all that were judged, at 5 % (Romano and Wolf 2005)."""
    n_judged: int
    """Different strategies of the run that overfitting and stepwise survival compare."""


def alarms_of(
    candidates: Mapping[str, FloatArray], judged: Sequence[FloatArray], trial_sharpes: FloatArray, n_trials: int
) -> dict[str, Alarms]:
    """Return the alarms of registered candidates by genotype.

    Parameters
    ----------
    candidates
        In-sample daily log returns of each by genotype, shape (n_days,).
    judged
        The same of every strategy of the run that was judged, the candidates among them.
    trial_sharpes
        Sharpe ratios of the run's trials per day, shape (n,).
    n_trials
        Genotypes tried in the home, and what screens have asked about.
    """
    compared = _distinct([*candidates.values(), *judged])
    search, survivors = overfitting(compared), _survivors(compared)
    observed = float(np.var(trial_sharpes, ddof=1)) if trial_sharpes.size > 1 else math.nan
    return {
        genotype: Alarms(
            deflated_sharpe=deflated(returns, n_trials, chance_variance(returns.size)),
            deflated_sharpe_observed=deflated(returns, n_trials, observed),
            lucky_sharpe=_lucky_sharpe(n_trials, returns.size),
            overfitting=None if search is None else search.pbo,
            loss_after_choice=None if search is None else search.prob_oos_loss,
            slope_after_choice=_slope(search),
            survives_stepwise=None if survivors is None else returns.tobytes() in survivors,
            n_judged=len(compared),
        )
        for genotype, returns in candidates.items()
    }


def chance_variance(n_days: int) -> float:
    """Return the variance, per day, that chance gives to the Sharpe ratios of worthless trials: 1 / n_days.

    The theorem behind the deflated Sharpe ratio asks for the variance across trials *whose true Sharpe ratio is zero*,
    and estimates it by the variance of the trials at hand. Those of an evolution are not such trials. Rules that trade
    at every bar are ruined by costs (one trial in twenty at -3 to -15 a year): that is not luck, and nobody could have
    been selected from that side. On a market with an edge the upper side is no better: half of all trials descend from
    whoever found it. A spread that leaves the ruined out (median deviation, upper half) still calls that edge luck, so
    that the best are buried by their own children. Measured in docs/inference.md.

    A worthless trial that pays nothing has mean zero and t = sr sqrt(n) of variance one, however rarely it trades and
    however volatility clusters, since its returns do not remember their sign. All trials of a run have the same days.
    """
    return 1.0 / n_days


def deflated(returns: FloatArray, n_trials: int, trial_variance: float) -> float | None:
    """Return the deflated Sharpe ratio of a daily series; None where it has none.

    Parameters
    ----------
    trial_variance
        Of Sharpe ratios per day across trials.
    """
    if not _is_measurable(returns) or n_trials < 1 or not trial_variance > 0.0:
        return None
    centred = returns - returns.mean()
    deviation = float(np.sqrt(np.mean(centred**2)))
    skew, kurtosis = (float(np.mean((centred / deviation) ** power)) for power in (3, 4))
    sharpe = float(returns.mean() / returns.std(ddof=1))
    return deflated_sharpe(sharpe, returns.size, n_trials, trial_variance, skew=skew, kurtosis=kurtosis)


def overfitting(series: Sequence[FloatArray]) -> CscvResult | None:
    """Return what CSCV says of the different series among these; None where there are fewer than two."""
    distinct = _distinct(series)
    if len(distinct) < 2:
        return None
    try:
        return cscv(np.column_stack(distinct), N_BLOCKS)
    except ValueError:
        # Series that differ only in size are one strategy to it; too few days cannot be cut into blocks.
        return None


def _slope(search: CscvResult | None) -> float | None:
    """Return the slope to six digits: its last bits depend on who adds them up, evidence must not."""
    return None if search is None or math.isnan(search.slope) else round(search.slope, SLOPE_DIGITS)


def _lucky_sharpe(n_trials: int, n_days: int) -> float | None:
    if n_trials < 1:
        return None
    return expected_max_sharpe(n_trials, chance_variance(n_days)) * math.sqrt(DAYS_PER_YEAR)


def _survivors(compared: Sequence[FloatArray]) -> frozenset[bytes] | None:
    """Return the bytes of those that are better than zero, given that all of them were looked at."""
    try:
        kept = stepwise_survivors(np.column_stack(compared), rng=np.random.default_rng(SEED), n_resamples=N_RESAMPLES)
    except ValueError:
        # Nobody to compare, or too few days to resample.
        return None
    return frozenset(compared[place].tobytes() for place in kept)


def _distinct(series: Sequence[FloatArray]) -> list[FloatArray]:
    """Return the different ones that can be measured, in an order that does not depend on who was judged first."""
    found = {one.tobytes(): one for one in series if _is_measurable(one)}
    return [found[key] for key in sorted(found)]


def _is_measurable(returns: FloatArray) -> bool:
    """Return whether there is anything to infer from: not from NaN, a constant, or one day with a profit."""
    try:
        checked_returns(returns)
    except ValueError:
        return False
    return True
