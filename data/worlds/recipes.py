"""The kinds of made worlds: what shakes the prices, what pulls them, and what is true of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from data.worlds import drifts, plants
from data.worlds.drifts import HOURS_A_YEAR, Drift, Ground
from data.worlds.noise import Noise, clustered_noise, garch_noise, independent_noise
from data.worlds.parameters import (
    Cause,
    CauseParameters,
    LeadLagParameters,
    SessionParameters,
    SqueezeParameters,
)
from data.worlds.words import crowd_words, described

FloatArray = NDArray[np.float64]
WorldName = Literal[
    "planted",
    "planted-session",
    "empty",
    "iid-tails",
    "garch",
    "drift",
    "short-regimes",
    "below-cost",
    "ending-edge",
    "planted-squeeze",
    "planted-lead-lag",
]
WORLD_NAMES: tuple[WorldName, ...] = get_args(WorldName)

MakeNoise = Callable[[np.random.Generator, np.random.Generator, int, FloatArray], Noise]
MakeDrift = Callable[[Ground, float], Drift]

CROWD, SESSION, SQUEEZE, LEAD_LAG = CauseParameters(), SessionParameters(), SqueezeParameters(), LeadLagParameters()


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind of made world."""

    name: WorldName
    holds_something: bool
    """Whether a rule can earn something after costs on held-out bars; if not, nothing may graduate."""
    is_fair_before_costs: bool
    """Whether, over holding the coins, no rule expects anything on held-out bars even free of costs."""
    noise: MakeNoise
    drift: MakeDrift
    strength: float
    """Of the drift, in units of each coin's hourly volatility, unless the caller says otherwise."""
    is_adjustable: bool
    """Whether another strength leaves what is said here true."""
    description: str
    """What is hidden, in words; `{strength}` stands for the drift's strength."""
    cause: Cause | None = None
    """What is planted unless the caller says otherwise; None where nothing is, or not to the end."""


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "planted",
            holds_something=True,
            is_fair_before_costs=False,
            noise=clustered_noise,
            drift=drifts.funding_drift,
            strength=CROWD.strength,
            is_adjustable=True,
            description=described(CROWD),
            cause=CROWD,
        ),
        Recipe(
            "planted-session",
            holds_something=True,
            is_fair_before_costs=False,
            noise=clustered_noise,
            drift=drifts.session_drift,
            strength=SESSION.strength,
            is_adjustable=True,
            description=described(SESSION),
            cause=SESSION,
        ),
        Recipe(
            "empty",
            holds_something=False,
            is_fair_before_costs=True,
            noise=clustered_noise,
            drift=drifts.no_drift,
            strength=0.0,
            is_adjustable=False,
            description="Empty world: every position expects a profit of zero before costs; there is nothing to find.",
        ),
        Recipe(
            "iid-tails",
            holds_something=False,
            is_fair_before_costs=True,
            noise=independent_noise,
            drift=drifts.no_drift,
            strength=0.0,
            is_adjustable=False,
            description="World of independent bars with fat tails: every position expects zero before costs.",
        ),
        Recipe(
            "garch",
            holds_something=False,
            is_fair_before_costs=True,
            noise=garch_noise,
            drift=drifts.no_drift,
            strength=0.0,
            is_adjustable=False,
            description="GARCH world with a common factor: volatility can be foretold, the price cannot.",
        ),
        Recipe(
            "drift",
            holds_something=False,
            is_fair_before_costs=True,
            noise=clustered_noise,
            drift=drifts.risk_premium,
            strength=2.0 / HOURS_A_YEAR**0.5,
            is_adjustable=False,
            description="World that pays for risk: holding a coin has a Sharpe ratio near 2, and no timing adds to it.",
        ),
        Recipe(
            "short-regimes",
            holds_something=False,
            is_fair_before_costs=False,
            noise=clustered_noise,
            drift=drifts.short_regimes,
            strength=0.1,
            is_adjustable=False,
            description=(
                "World of short regimes: all coins drift by {strength:g} of their hourly volatility one way or the "
                "other, turning every 4 bars in the mean; to follow costs more than it brings."
            ),
        ),
        Recipe(
            "below-cost",
            holds_something=False,
            is_fair_before_costs=False,
            noise=clustered_noise,
            drift=drifts.hourly_reversal,
            strength=0.1,
            is_adjustable=False,
            description=(
                "World with an edge below its cost: each bar drifts against the one before by {strength:g} of the "
                "coin's hourly volatility, less than one fill costs."
            ),
        ),
        Recipe(
            "ending-edge",
            holds_something=False,
            is_fair_before_costs=True,
            noise=clustered_noise,
            drift=drifts.ending_drift,
            strength=CROWD.strength,
            is_adjustable=True,
            description=f"World whose edge ends: {crowd_words(CROWD)}, but only in the first 60 % of the bars.",
        ),
        Recipe(
            "planted-squeeze",
            holds_something=True,
            is_fair_before_costs=False,
            noise=clustered_noise,
            drift=plants.squeeze_drift,
            strength=SQUEEZE.strength,
            is_adjustable=True,
            description=described(SQUEEZE),
            cause=SQUEEZE,
        ),
        Recipe(
            "planted-lead-lag",
            holds_something=True,
            is_fair_before_costs=False,
            noise=clustered_noise,
            drift=plants.lead_lag_drift,
            strength=LEAD_LAG.strength,
            is_adjustable=True,
            description=described(LEAD_LAG),
            cause=LEAD_LAG,
        ),
    )
}
"""By name."""

NULL_NAMES = tuple(name for name, recipe in RECIPES.items() if not recipe.holds_something)
"""Worlds in which nothing may graduate."""
