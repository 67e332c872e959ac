"""The random parts of a made world: volatility, shocks, extremes inside a bar, funding, volume.

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


def variance_path(
    rng: np.random.Generator, n_bars: int, volatility: FloatArray, parameters: NoiseParameters
) -> FloatArray:
    """Return the variance of each bar's log return; its mean is `volatility` squared, but for the tail cap."""
    common = parameters.common_log_volatility
    own = parameters.own_log_volatility
    log_volatility = common * mean_reverting(rng, (n_bars, 1), parameters.volatility_hours)
    log_volatility = log_volatility + own * mean_reverting(rng, (n_bars, volatility.size), parameters.volatility_hours)
    # An inverse gamma factor of mean 1 turns Gaussian shocks into Student's t.
    mixing = (parameters.tail_degrees - 2.0) / rng.chisquare(parameters.tail_degrees, (n_bars, 1))
    mixing = np.minimum(mixing, parameters.tail_cap)
    # E exp(2 h) = exp(2 var h) for a Gaussian h of mean 0.
    variance: FloatArray = volatility**2 * np.exp(2.0 * (log_volatility - common**2 - own**2)) * mixing
    return variance


def correlated_shocks(rng: np.random.Generator, shape: tuple[int, int], correlation: float) -> FloatArray:
    """Return standard normal numbers, independent over bars and equally correlated over coins."""
    common = rng.standard_normal((shape[0], 1))
    own = rng.standard_normal(shape)
    return math.sqrt(correlation) * common + math.sqrt(1.0 - correlation) * own


def bridge_extremes(
    rng: np.random.Generator, log_return: FloatArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the highest and lowest log price inside each bar, relative to its open.

    Exact for a Brownian path of this variance that ends at `log_return`, whatever its drift:
    P(maximum > m) = exp(-2 m (m - r) / v) for m >= max(0, r), solved for m at a uniform probability.
    Highest and lowest are drawn independently of each other; see `make_world` for what that means.
    """
    reach_up = -2.0 * variance * np.log1p(-rng.random(log_return.shape))
    reach_down = -2.0 * variance * np.log1p(-rng.random(log_return.shape))
    highest = 0.5 * (log_return + np.sqrt(log_return**2 + reach_up))
    lowest = 0.5 * (log_return - np.sqrt(log_return**2 + reach_down))
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
