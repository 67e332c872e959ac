"""How a made world shakes: the variance of each bar and the standard normal shock that it scales.

Arrays have shape (n_bars, n_coins). Whatever the noise, a shock is independent of its own bar's variance and of
everything before it: that is what makes a world without a plant a fair game, see `make_world`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from data.worlds.parameters import GarchParameters, NoiseParameters
from data.worlds.processes import mean_reverting

FloatArray = NDArray[np.float64]


class Noise(NamedTuple):
    """Log return of a bar = sqrt(variance) * shock + drift."""

    variance: FloatArray
    """Of each bar's log return; its mean is the coin's `volatility` squared, but for the tail cap."""
    shocks: FloatArray
    """Standard normal, independent over bars, correlated over coins."""


def clustered_noise(
    rng_variance: np.random.Generator, rng_shocks: np.random.Generator, n_bars: int, volatility: FloatArray
) -> Noise:
    """Return noise whose volatility wanders for days, with tails of Student's t that all coins share."""
    parameters = NoiseParameters()
    common = parameters.common_log_volatility
    own = parameters.own_log_volatility
    log_volatility = common * mean_reverting(rng_variance, (n_bars, 1), parameters.volatility_hours)
    log_volatility = log_volatility + own * mean_reverting(
        rng_variance, (n_bars, volatility.size), parameters.volatility_hours
    )
    # E exp(2 h) = exp(2 var h) for a Gaussian h of mean 0.
    level = np.exp(2.0 * (log_volatility - common**2 - own**2))
    variance: FloatArray = volatility**2 * level * _tails(rng_variance, n_bars, parameters)
    return Noise(variance, _correlated(rng_shocks, (n_bars, volatility.size), parameters.shock_correlation))


def independent_noise(
    rng_variance: np.random.Generator, rng_shocks: np.random.Generator, n_bars: int, volatility: FloatArray
) -> Noise:
    """Return noise with the same fat tails on every bar alike: nothing about one bar tells of another."""
    parameters = NoiseParameters()
    variance: FloatArray = volatility**2 * _tails(rng_variance, n_bars, parameters)
    return Noise(variance, _correlated(rng_shocks, (n_bars, volatility.size), parameters.shock_correlation))


def garch_noise(
    rng_variance: np.random.Generator, rng_shocks: np.random.Generator, n_bars: int, volatility: FloatArray
) -> Noise:
    """Return GARCH(1,1) noise of a common factor and of each coin's own part (Bollerslev 1986), fat tails on top.

    A bar's variance follows from the shocks before it, as in real markets: a crash is followed by more of its kind.
    """
    parameters, garch = NoiseParameters(), GarchParameters()
    tails = _tails(rng_variance, n_bars, parameters)
    parts = rng_shocks.standard_normal((n_bars, 1 + volatility.size))
    levels = _garch_levels(parts, tails[:, 0].copy(), garch.reaction, garch.persistence)
    weights = np.full(1 + volatility.size, 1.0 - parameters.shock_correlation)
    weights[0] = parameters.shock_correlation
    share = weights * levels
    total = share[:, :1] + share[:, 1:]
    moved = np.sqrt(share) * parts
    return Noise(volatility**2 * total * tails, (moved[:, :1] + moved[:, 1:]) / np.sqrt(total))


@jit
def _garch_levels(parts: FloatArray, tails: FloatArray, reaction: float, persistence: float) -> FloatArray:
    """Return the relative variance of each part on each bar, mean 1; row t follows from the rows before it."""
    levels = np.ones(parts.shape)
    for t in range(parts.shape[0] - 1):
        for part in range(parts.shape[1]):
            squared = tails[t] * levels[t, part] * parts[t, part] ** 2
            levels[t + 1, part] = 1.0 - reaction - persistence + reaction * squared + persistence * levels[t, part]
    return levels


def _tails(rng: np.random.Generator, n_bars: int, parameters: NoiseParameters) -> FloatArray:
    """Return inverse gamma factors of mean 1, shape (n_bars, 1), that turn Gaussian shocks into Student's t."""
    mixing = (parameters.tail_degrees - 2.0) / rng.chisquare(parameters.tail_degrees, (n_bars, 1))
    return np.minimum(mixing, parameters.tail_cap)


def _correlated(rng: np.random.Generator, shape: tuple[int, int], correlation: float) -> FloatArray:
    """Return standard normal numbers, independent over bars and equally correlated over coins."""
    common = rng.standard_normal((shape[0], 1))
    own = rng.standard_normal(shape)
    return math.sqrt(correlation) * common + math.sqrt(1.0 - correlation) * own
