"""Made markets whose truth is known: one with a cause planted in it, one with nothing to find."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import ConfigError
from data.instruments import instrument
from data.intervals import HOUR_MS, YEAR_MS
from data.market import Market
from data.worlds import processes
from data.worlds.cause import caused_position
from data.worlds.parameters import COINS, CauseParameters, CoinParameters, FundingParameters, NoiseParameters
from data.worlds.world import World

FloatArray = NDArray[np.float64]

WORLD_NAMES = ("planted", "empty")
VERSION = 1
"""Raised when the same seed and parameters would give other arrays."""
START_MS = 1_577_836_800_000
"""2020-01-01 00:00 UTC."""
MAX_YEARS = 20.0
"""The logarithm of a fair price falls by half its variance: after longer, volume in USDC would limit a sleeve."""


def make_world(name: str, seed: int, *, years: float = 5.0, plant_strength: float | None = None) -> World:
    """Make hourly bars and funding of four correlated coins from 2020-01-01.

    Both worlds have persistent volatility, fat tails, common crashes and mean-reverting funding that is
    independent of the prices. The empty world of a seed *is* the planted one with the plant switched off.

    **Why nothing can be earned in the empty world.** Let f be the funding rate settled at the close of a
    bar, v the variance of the bar, o and c its open and close. Given the whole paths of v and f, log(c / o)
    is independent over bars and normal with variance v and mean -v / 2 - log(1 - f), so that
    E[c (1 - f)] = o: what a long expects to gain on a bar is exactly the funding it expects to pay at the
    next open. So any position, whatever it was conditioned on, expects a profit of zero over every whole bar,
    before costs. Inside a bar the path is a Brownian motion whose highest and lowest values are drawn from
    their exact laws, and the next bar opens where the last one closed: a stop, trailing stop or target is
    met at its level, without overshoot. A position closed inside a bar may keep a part of that bar's drift
    without the funding, at most |f|, some tenths of a basis point and in ten standard deviations 3, against
    at least 11 basis points of costs for its round trip. Highest and lowest are drawn independently of each
    other, which makes a bar that meets both a stop and a target likelier than on a true path; it ends at
    the stop. So the best rule of any grammar expects at most zero, less its costs.

    **What is planted.** The same bars with a drift added while `CauseParameters` holds: against longs while
    their funding is extreme, against shorts while theirs is. Only the prices differ: volatility, shocks,
    extremes, funding and volume come from streams of their own.

    Parameters
    ----------
    name
        "planted" or "empty".
    seed
        Whole number, 0 or more.
    years
        Length in years of 365 days, above 0 and at most 20; for more, take several seeds.
    plant_strength
        Drift of each bar while the cause holds, in units of the coin's hourly volatility. None: the default
        of the name. 0 switches the plant off and leaves everything else, the oracle included.

    Raises
    ------
    ConfigError
        If an argument is outside of what is allowed.
    """
    strength = _checked_strength(name, plant_strength)
    n_bars = _checked_bars(seed, years)
    noise, funding, cause = NoiseParameters(), FundingParameters(), replace(CauseParameters(), strength=strength)
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(5)]
    rng_variance, rng_shocks, rng_extremes, rng_funding, rng_volume = streams

    volatility = np.array([coin.volatility for coin in COINS])
    variance = processes.variance_path(rng_variance, n_bars, volatility, noise)
    # One settlement more than bars: the last bar's drift needs the rate settled at its close.
    rates = processes.funding_rates(rng_funding, (n_bars + 1, len(COINS)), funding)
    position = caused_position(rates[:-1], cause)
    shocks = processes.correlated_shocks(rng_shocks, variance.shape, noise.shock_correlation)
    fair_drift = -0.5 * variance - np.log1p(-rates[1:])
    log_return = np.sqrt(variance) * shocks + fair_drift + strength * volatility * position
    prices = _prices(rng_extremes, log_return, variance)
    typical_volume = np.array([coin.volume_usdc / coin.price for coin in COINS])
    volume = processes.volumes(rng_volume, typical_volume, variance / volatility**2, noise)

    time_ms = START_MS + HOUR_MS * np.arange(n_bars, dtype=np.int64)
    columns = zip(COINS, *(array.T for array in (*prices, volume, rates[:-1])), strict=True)
    return World(
        markets=tuple(_market(coin, time_ms, *series) for coin, *series in columns),
        oracle_position=position if name == "planted" else np.zeros_like(position),
        description=_describe(name, cause),
        origin=_origin(name, seed, years, noise, funding, cause),
    )


def _checked_strength(name: str, plant_strength: float | None) -> float:
    if name not in WORLD_NAMES:
        raise ConfigError(f"world {name!r} is unknown: choose one of {', '.join(WORLD_NAMES)}")
    if plant_strength is None:
        return CauseParameters().strength if name == "planted" else 0.0
    if name == "empty" and plant_strength != 0.0:
        raise ConfigError(f"plant_strength is {plant_strength} in the empty world: leave it out, or make 'planted'")
    if not (math.isfinite(plant_strength) and 0.0 <= plant_strength <= 1.0):
        raise ConfigError(f"plant_strength is {plant_strength}: allowed is a number from 0 to 1 (coin volatilities)")
    return float(plant_strength)


def _checked_bars(seed: int, years: float) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ConfigError(f"seed is {seed!r}: allowed is a whole number, 0 or more")
    n_bars = round(years * YEAR_MS / HOUR_MS) if math.isfinite(years) and years <= MAX_YEARS else 0
    if n_bars < 1:
        raise ConfigError(f"years is {years}: allowed is a number from one hour (1/8760) to {MAX_YEARS:g}")
    return n_bars


def _prices(
    rng: np.random.Generator, log_return: FloatArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return open, high, low and close, each of shape (n_bars, n_coins)."""
    highest, lowest = processes.bridge_extremes(rng, log_return, variance)
    path = np.vstack((np.zeros((1, log_return.shape[1])), np.cumsum(log_return, axis=0)))
    price = np.array([coin.price for coin in COINS]) * np.exp(path)
    opened, closed = price[:-1], price[1:]
    # The extremes reach both ends but for the rounding of exp.
    high = np.maximum(opened * np.exp(highest), np.maximum(opened, closed))
    low = np.minimum(opened * np.exp(lowest), np.minimum(opened, closed))
    return opened, high, low, closed


def _market(coin: CoinParameters, time_ms: NDArray[np.int64], *series: FloatArray) -> Market:
    opened, high, low, closed, volume, rate = (np.ascontiguousarray(values) for values in series)
    return Market(
        instrument=instrument(coin.coin, "synthetic", listed_ms=START_MS),
        interval_ms=HOUR_MS,
        time_ms=time_ms,
        open=opened,
        high=high,
        low=low,
        close=closed,
        volume=volume,
        is_available=np.ones(time_ms.size, dtype=np.bool_),
        funding_rate=rate,
        funding_cost=rate * opened,
    )


def _describe(name: str, cause: CauseParameters) -> str:
    if name == "empty":
        return "Empty world: every position expects a profit of zero before costs; there is nothing to find."
    return (
        f"Planted world: from the bar after the z-score over {cause.window} h of the {cause.sum_bars}-hour funding "
        f"passes {cause.enter:g} either way, and until it is back within {cause.leave:g}, the price drifts against "
        f"the crowded side by {cause.strength:g} of the coin's hourly volatility each bar."
    )


def _origin(
    name: str,
    seed: int,
    years: float,
    noise: NoiseParameters,
    funding: FundingParameters,
    cause: CauseParameters,
) -> dict[str, Any]:
    return {
        "kind": "world",
        "name": name,
        "seed": seed,
        "version": VERSION,
        "parameters": {
            "years": float(years),
            "coins": [asdict(coin) for coin in COINS],
            "noise": asdict(noise),
            "funding": asdict(funding),
            "cause": asdict(cause),
        },
    }
