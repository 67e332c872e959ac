"""The random parts that every made world shares: extremes inside a bar, funding, volume.

Each function takes its own generator, so that no part can disturb another. Arrays have shape (n_bars, n_coins).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from data.worlds.parameters import FundingParameters, NoiseParameters

FloatArray = NDArray[np.float64]


def mean_reverting(rng: np.random.Generator, shape: tuple[int, int], half_life: float) -> FloatArray:
    """Return columns of a stationary AR(1) with mean 0, variance 1 and this half-life in bars."""
    persistence = 0.5 ** (1.0 / half_life)
    shocks = rng.standard_normal(shape)
    shocks[1:] *= math.sqrt(1.0 - persistence**2)
    return _autoregress(shocks, persistence)


@jit
def _autoregress(shocks: FloatArray, persistence: float) -> FloatArray:
    for t in range(1, shocks.shape[0]):
        for coin in range(shocks.shape[1]):
            shocks[t, coin] += persistence * shocks[t - 1, coin]
    return shocks


def reaches(rng: np.random.Generator, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Draw how far each bar's path strays upward and downward, for `bridge_extremes`; whatever the bar's return."""
    up = -2.0 * variance * np.log1p(-rng.random(variance.shape))
    down = -2.0 * variance * np.log1p(-rng.random(variance.shape))
    return up, down


def bridge_extremes(log_return: FloatArray, reach: tuple[FloatArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return the highest and lowest log price inside each bar, relative to its open.

    Exact for a Brownian path of this variance that ends at `log_return`, whatever its drift:
    P(maximum > m) = exp(-2 m (m - r) / v) for m >= max(0, r), solved for m at a uniform probability.
    Highest and lowest are drawn independently of each other; see `make_world` for what that means.
    """
    up, down = reach
    highest = 0.5 * (log_return + np.sqrt(log_return**2 + up))
    lowest = 0.5 * (log_return - np.sqrt(log_return**2 + down))
    return highest, lowest


def funding_rates(rng: np.random.Generator, shape: tuple[int, int], parameters: FundingParameters) -> FloatArray:
    """Return hourly funding rates (fractions), one settlement a bar."""
    common = mean_reverting(rng, (shape[0], 1), parameters.hours)
    own = mean_reverting(rng, shape, parameters.hours)
    share = parameters.common_share
    return parameters.mean + parameters.deviation * (math.sqrt(share) * common + math.sqrt(1.0 - share) * own)


def volumes(
    rng: np.random.Generator, typical: FloatArray, relative_variance: FloatArray, parameters: NoiseParameters
) -> FloatArray:
    """Return volumes in the unit of `typical` (n_coins,), in proportion to each bar's relative volatility."""
    noise = parameters.volume_noise * rng.standard_normal(relative_variance.shape)
    volume: FloatArray = typical * np.sqrt(relative_variance) * np.exp(noise)
    return volume
