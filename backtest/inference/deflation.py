"""A Sharpe ratio less what the search alone would have found."""

from __future__ import annotations

from backtest.inference.checks import checked_count, checked_number
from backtest.inference.expected_maximum import expected_max_sharpe
from backtest.inference.sharpe_probability import probabilistic_sharpe


def deflated_sharpe(
    sharpe: float,
    n_observations: int,
    n_trials: int,
    trial_variance: float,
    *,
    skew: float = 0.0,
    kurtosis: float = 3.0,
) -> float:
    """Return the probability, between 0 and 1, that the true Sharpe ratio is above the best one expected of noise.

    `probabilistic_sharpe` in the convention of 2012, with `expected_max_sharpe(n_trials, trial_variance)` as its
    benchmark. "At least 0.95" is not a 5 % test: of 100 independent worthless trials the best passes in 0.15 % of
    searches, of ten thousand in 0.02 %. Use it as an alarm; `holm` and `stepwise_survivors` have the size they say.

    Parameters
    ----------
    sharpe
        Of the selected trial, per observation, not annualised.
    n_observations
        At least 2.
    n_trials
        Every distinct trial scored, never an "effective" number; 1 deflates nothing.
    trial_variance
        Variance of the Sharpe ratios per observation across trials; above 0 if there is more than one trial, because
        trials that are all alike say nothing about the spread of chance.
    skew, kurtosis
        Of the selected trial's returns; raw kurtosis, 3 for the normal.

    Raises
    ------
    ValueError
        If there is no trial, or an argument is outside of what is allowed.

    Notes
    -----
    Bailey and Lopez de Prado (2014), Journal of Portfolio Management 40(5):94-107.
    """
    n = checked_count(n_trials, 1, "n_trials")
    spread = checked_number(trial_variance, "trial_variance", above=0.0) if n > 1 else 0.0
    benchmark = expected_max_sharpe(n, spread)
    return probabilistic_sharpe(sharpe, n_observations, skew=skew, kurtosis=kurtosis, benchmark=benchmark)
