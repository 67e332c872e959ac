"""The only import of arch: its samplers and its test of superior predictive ability.

Three facts about arch 8.0 that callers must not meet: it compares raw means even when asked to studentise, so that one
loud column hides every other; it takes *losses*, and with the sign turned it gives a plausible p-value; and its own
StepM fails when the last survivors are found one step after the first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data.market import FloatArray


class Superiority:
    """Hansen's test of candidates against zero, simulated once and asked about any subset.

    Parameters
    ----------
    studentised_returns
        Returns over the long-run deviation of each column, shape (n_observations, n_candidates): the studentisation
        that arch does not do.
    block_length
        Mean length of a block of the stationary bootstrap, in observations.
    """

    def __init__(
        self, studentised_returns: FloatArray, block_length: int, n_resamples: int, rng: np.random.Generator
    ) -> None:
        from arch.bootstrap import SPA

        nothing = np.zeros(studentised_returns.shape[0])
        losses = -studentised_returns
        self._test = SPA(nothing, losses, block_size=block_length, reps=n_resamples, studentize=True, seed=rng)
        self._n_resamples = n_resamples
        self._test.compute()

    def p_values(self) -> tuple[float, float, float]:
        """Return lower, consistent and upper p-value, (1 + count) / (1 + resamples): never 0."""
        shares = self._test.pvalues
        lower, consistent, upper = (
            (1.0 + round(float(shares[name]) * self._n_resamples)) / (1.0 + self._n_resamples)
            for name in ("lower", "consistent", "upper")
        )
        return lower, consistent, upper

    def better(self, among: np.ndarray, size: float) -> np.ndarray:
        """Return which candidates, of those `among`, beat the consistent critical value of these; both boolean."""
        self._test.subset(among)
        self._test.compute()
        found = np.zeros_like(among)
        found[self._test.better_models(size, "consistent")] = True
        return found


def stationary_block_lengths(columns: FloatArray) -> FloatArray:
    """Return the automatic mean block length of the stationary bootstrap for each column, in observations."""
    from arch.bootstrap import optimal_block_length

    return np.asarray(optimal_block_length(columns)["stationary"], dtype=np.float64)


def circular_block_length(series: FloatArray) -> float:
    """Return the automatic block length of the circular bootstrap for a series, in observations."""
    from arch.bootstrap import optimal_block_length

    return float(optimal_block_length(series)["circular"].iloc[0])


def stationary_statistics(
    series: FloatArray,
    statistic: Callable[[FloatArray], float],
    block_length: int,
    n_resamples: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return a statistic of each stationary-bootstrap resample of `series`, shape (n_resamples,)."""
    from arch.bootstrap import StationaryBootstrap

    resampled = StationaryBootstrap(block_length, series, seed=rng).bootstrap(n_resamples)
    return np.array([statistic(np.asarray(values[0])) for values, _ in resampled])
