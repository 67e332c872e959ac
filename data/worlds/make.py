"""Made markets whose truth is known: some with a cause planted in them, most with nothing to find."""

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
from data.worlds.drifts import Ground, Prices
from data.worlds.parameters import (
    COINS,
    Cause,
    CauseParameters,
    CoinParameters,
    FundingParameters,
    GarchParameters,
    LeadLagParameters,
    NoiseParameters,
    SessionParameters,
    SqueezeParameters,
)
from data.worlds.plants import planted_drift
from data.worlds.recipes import RECIPES, WORLD_NAMES, Recipe
from data.worlds.words import described
from data.worlds.world import World

FloatArray = NDArray[np.float64]

VERSION = 1
"""Raised when the same seed and parameters would give other arrays."""
START_MS = 1_577_836_800_000
"""2020-01-01 00:00 UTC."""
MAX_YEARS = 20.0
"""The logarithm of a fair price falls by half its variance: after longer, volume in USDC would limit a sleeve."""
PLACES: dict[type[Cause], str] = {
    CauseParameters: "cause",
    SessionParameters: "session",
    SqueezeParameters: "squeeze",
    LeadLagParameters: "lead_lag",
}
"""Where a world's origin keeps its cause."""


def make_world(
    name: str, seed: int, *, years: float = 5.0, plant_strength: float | None = None, cause: Cause | None = None
) -> World:
    """Make hourly bars and funding of four correlated coins from 2020-01-01.

    All worlds have fat tails, common crashes and mean-reverting funding that is independent of the noise in prices.
    The empty world of a seed *is* the planted one with the plant switched off; see `RECIPES` for the others.

    **Why nothing can be earned in the empty world.** Let f be the funding rate settled at the close of a
    bar, v the variance of the bar, o and c its open and close. Given v, f and everything before the bar, log(c / o)
    is normal with variance v and mean -v / 2 - log(1 - f), so that
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
    extremes, funding and volume come from streams of their own. Other drifts are in `data.worlds.drifts`, with the
    reason why some of them cannot be traded.

    Parameters
    ----------
    name
        One of `WORLD_NAMES`.
    seed
        Whole number, 0 or more.
    years
        Length in years of 365 days, above 0 and at most 20; for more, take several seeds.
    plant_strength
        Drift of each bar while the cause holds, in units of the coin's hourly volatility; only for worlds with a
        cause. None: that of the cause. 0 switches it off and leaves the oracle, which is then read off fair prices.
    cause
        What is planted, in a world that has a cause to its end; see `drawn_cause`. None: the default of the name.

    Raises
    ------
    ConfigError
        If an argument is outside of what is allowed.
    """
    recipe = _checked_recipe(name)
    planted = _checked_cause(recipe, cause)
    strength = _checked_strength(recipe, plant_strength, recipe.strength if planted is None else planted.strength)
    n_bars = _checked_bars(seed, years)
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(6)]
    rng_variance, rng_shocks, rng_extremes, rng_funding, rng_volume, rng_drift = streams

    volatility = np.array([coin.volatility for coin in COINS])
    variance, shocks = recipe.noise(rng_variance, rng_shocks, n_bars, volatility)
    # One settlement more than bars: the last bar's drift needs the rate settled at its close.
    rates = processes.funding_rates(rng_funding, (n_bars + 1, len(COINS)), FundingParameters())
    fair = np.sqrt(variance) * shocks - 0.5 * variance - np.log1p(-rates[1:])
    reach = processes.reaches(rng_extremes, variance)
    typical_volume = np.array([coin.volume_usdc / coin.price for coin in COINS])
    volume = processes.volumes(rng_volume, typical_volume, variance / volatility**2, NoiseParameters())

    def prices(drift: FloatArray) -> Prices:
        return _prices(fair + volatility * drift, reach, volume)

    ground = Ground(variance, rates[:-1], fair, shocks, rng_drift, prices)
    drift, position = recipe.drift(ground, strength) if planted is None else planted_drift(ground, strength, planted)

    time_ms = START_MS + HOUR_MS * np.arange(n_bars, dtype=np.int64)
    columns = zip(COINS, *(array.T for array in (*prices(drift), rates[:-1])), strict=True)
    return World(
        markets=tuple(_market(coin, time_ms, *series) for coin, *series in columns),
        oracle_position=position,
        description=(recipe.description if planted is None else described(planted)).format(strength=strength),
        origin=_origin(name, seed, years, strength, planted),
    )


def _checked_recipe(name: str) -> Recipe:
    if name not in RECIPES:
        raise ConfigError(f"world {name!r} is unknown: choose one of {', '.join(WORLD_NAMES)}")
    return RECIPES[name]


def _checked_cause(recipe: Recipe, cause: Cause | None) -> Cause | None:
    if cause is None:
        return recipe.cause
    if type(cause) is not type(recipe.cause):
        allowed = "none" if recipe.cause is None else f"a {type(recipe.cause).__name__}"
        raise ConfigError(f"cause of the {recipe.name} world is {cause}: allowed is {allowed}")
    return cause


def _checked_strength(recipe: Recipe, plant_strength: float | None, usual: float) -> float:
    if plant_strength is None or plant_strength == usual:
        return usual
    if not recipe.is_adjustable:
        adjustable = ", ".join(name for name, other in RECIPES.items() if other.is_adjustable)
        raise ConfigError(
            f"plant_strength is {plant_strength} in the {recipe.name} world: leave it out, or make one of {adjustable}"
        )
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


def _prices(log_return: FloatArray, reach: tuple[FloatArray, FloatArray], volume: FloatArray) -> Prices:
    highest, lowest = processes.bridge_extremes(log_return, reach)
    path = np.vstack((np.zeros((1, log_return.shape[1])), np.cumsum(log_return, axis=0)))
    price = np.array([coin.price for coin in COINS]) * np.exp(path)
    opened, closed = price[:-1], price[1:]
    # The extremes reach both ends but for the rounding of exp.
    high = np.maximum(opened * np.exp(highest), np.maximum(opened, closed))
    low = np.minimum(opened * np.exp(lowest), np.minimum(opened, closed))
    return Prices(opened, high, low, closed, volume)


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


def _origin(name: str, seed: int, years: float, strength: float, planted: Cause | None) -> dict[str, Any]:
    parameters = {
        "years": float(years),
        "coins": [asdict(coin) for coin in COINS],
        "noise": asdict(NoiseParameters()),
        "garch": asdict(GarchParameters()),
        "funding": asdict(FundingParameters()),
        "cause": asdict(replace(CauseParameters(), strength=strength)),
        "session": asdict(SessionParameters()),
    }
    if planted is not None:
        parameters[PLACES[type(planted)]] = asdict(replace(planted, strength=strength))
    return {"kind": "world", "name": name, "seed": seed, "version": VERSION, "parameters": parameters}
