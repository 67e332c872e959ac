"""What the planted cause is worth to the genome that knows it, by strength of the plant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from backtest.costs import Costs, costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from data.canonical import hash_json
from data.market import Universe
from data.worlds import World, make_world
from evolution.evaluator import signals
from organism.proof.estimate import Measured
from organism.proof.measure import FREE, PIECE_BARS, RISK_SCALE
from organism.proof.rules import ORACLE

PLANT_CLASS = "planted"
PLANT_WORLDS = 100
PLANT_YEARS = 5
IN_SAMPLE_YEARS = 3
STRENGTHS = (0.02, 0.03, 0.0385, 0.04, 0.0495, 0.05, 0.06, 0.073, 0.08, 0.09, 0.10)
"""In units of each coin's hourly volatility; 0.0385 and 0.0495 are true Sharpe ratios of 3 and 4, 0.073 the demo's."""


@dataclass(frozen=True, slots=True)
class PlantSharpes:
    """Annual Sharpe ratios of the oracle genome in one world at one strength."""

    five_years: float
    three_years: float
    """The first three, which an in-sample part sees."""
    five_years_free: float
    """Without fees and slippage."""


@dataclass(frozen=True, slots=True)
class PlantRow:
    """One strength over all worlds."""

    strength: float
    n_worlds: int
    five_years: Measured
    spread: float
    """Standard deviation over worlds of the ratio of five years."""
    three_years: Measured
    three_years_spread: float
    share_above_two: float
    """Of worlds whose three years show a ratio above 2."""
    five_years_free: Measured


def measure_plants(seed: int) -> dict[str, Any]:
    """Return the oracle's ratios by strength, the same noise under each, as plain JSON."""
    return {
        f"{strength:g}": asdict(_sharpes(make_world(PLANT_CLASS, seed, years=PLANT_YEARS, plant_strength=strength)))
        for strength in STRENGTHS
    }


def _sharpes(world: World) -> PlantSharpes:
    universe = Universe(hash_json(world.origin), world.markets)
    by_coin = signals(ORACLE, universe)

    def sharpe(years: int, costs: Costs | None = None) -> float:
        pooled = simulate_pooled(
            [prepare(market, costs or costs_for(market.coin)) for market in universe],
            [by_coin[coin] for coin in universe.coins],
            ORACLE.risk.to_risk(RISK_SCALE),
            stop=years * PIECE_BARS,
        )
        return pooled.metrics.sharpe

    return PlantSharpes(sharpe(PLANT_YEARS), sharpe(IN_SAMPLE_YEARS), sharpe(PLANT_YEARS, FREE))


def plant_rows(worlds: Sequence[dict[str, Any]]) -> list[PlantRow]:
    """Return a row for each strength; worlds as `measure_plants` returns them, at least two."""
    return [_row(strength, [PlantSharpes(**world[f"{strength:g}"]) for world in worlds]) for strength in STRENGTHS]


def _row(strength: float, found: Sequence[PlantSharpes]) -> PlantRow:
    five = np.array([one.five_years for one in found])
    three = np.array([one.three_years for one in found])
    free = np.array([one.five_years_free for one in found])
    return PlantRow(
        strength=strength,
        n_worlds=len(found),
        five_years=_mean(five),
        spread=float(five.std(ddof=1)),
        three_years=_mean(three),
        three_years_spread=float(three.std(ddof=1)),
        share_above_two=float(np.mean(three > 2.0)),
        five_years_free=_mean(free),
    )


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> Measured:
    return Measured(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size))
