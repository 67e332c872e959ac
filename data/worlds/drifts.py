"""What pulls the price of a made world beside fair noise, and what a trader who knew it would hold.

A drift is in units of a coin's hourly volatility, shape (n_bars, n_coins); a position -1, 0 or 1 of the same shape.
Row t of a position follows from what is known at the close of bar t - 1.

**When a drift cannot be traded.** Let g[t] be the gain that a holder of one unit expects on bar t, knowing everything
up to t - 1, and V[t] the sum of g from t on, as expected at t - 1. By summation by parts any position x earns
sum x[t] g[t] = sum (x[t] - x[t-1]) V[t] in expectation, so never more than its turnover times the largest |V|. Where
that is below the cost of one fill, every rule of every grammar loses, however it times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.worlds.cause import PositionArray, caused_position
from data.worlds.parameters import COINS, CauseParameters, NoiseParameters, SessionParameters

FloatArray = NDArray[np.float64]


class Prices(NamedTuple):
    """What a trader sees of the bars; arrays of shape (n_bars, n_coins)."""

    opened: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    """In coins."""


HOURS_A_YEAR = 8760
IN_SAMPLE_SHARE = 0.6


class Ground(NamedTuple):
    """What a drift may follow from."""

    variance: FloatArray
    """Of the bars' log returns, shape (n_bars, n_coins)."""
    rates: FloatArray
    """Hourly funding rates, shape (n_bars, n_coins); row t is known at the close of bar t."""
    fair: FloatArray
    """Log returns of the bars as they are without any drift, same shape."""
    shocks: FloatArray
    """Standard normal shocks of the bars, same shape."""
    rng: np.random.Generator
    """A stream of its own."""
    prices: Callable[[FloatArray], Prices]
    """Gives the bars as they are with a drift."""


class Drift(NamedTuple):
    """A drift and who would profit from it."""

    drift: FloatArray
    position: PositionArray
    """Zeros where there is nothing to profit from after costs."""


def no_drift(ground: Ground, strength: float) -> Drift:
    """Return no drift: every position expects zero before costs."""
    return _worthless(np.zeros(ground.rates.shape))


def funding_drift(ground: Ground, strength: float, cause: CauseParameters | None = None) -> Drift:
    """Return the drift against the crowded side while `CauseParameters` holds."""
    position = caused_position(ground.rates, cause or CauseParameters())
    return Drift(strength * position.astype(np.float64), position)


def session_drift(ground: Ground, strength: float, cause: SessionParameters | None = None) -> Drift:
    """Return the drift against the move of the night while `SessionParameters` holds.

    The night lies outside the hours of the drift, so that its move is the same with the plant and without.
    """
    session = cause or SessionParameters()
    position = np.zeros(ground.fair.shape, dtype=np.int8)
    # Bar 0 opens at midnight: hour h of a day has gone at the close of its bar h - 1.
    for decided in range(session.begin_hour - 1, len(position), 24):
        if decided >= session.night_bars:
            moved = np.expm1(ground.fair[decided - session.night_bars + 1 : decided + 1].sum(axis=0))
            extreme = np.abs(moved) > session.move_percent / 100.0
            held = slice(decided + 1, decided + 1 + session.end_hour - session.begin_hour)
            position[held] = np.where(extreme, -np.sign(moved), 0.0).astype(np.int8)
    return Drift(strength * position.astype(np.float64), position)


def ending_drift(ground: Ground, strength: float) -> Drift:
    """Return the drift of the planted world until the in-sample part ends, and none from there on."""
    drift, position = funding_drift(ground, strength)
    end = round(IN_SAMPLE_SHARE * drift.shape[0])
    drift[end:], position[end:] = 0.0, 0
    return Drift(drift, position)


def risk_premium(ground: Ground, strength: float) -> Drift:
    """Return a rise that pays for risk alone: each bar in proportion to its covariance with equal parts of all coins.

    Who holds earns it. No timing adds to it: whatever is held, expected gain over variance shared with the market is
    the same on every bar, so that a regression on the market leaves nothing. A rise that is the same on quiet bars as
    on wild ones would pay for holding in quiet times.
    """
    correlation = NoiseParameters().shock_correlation
    deviation, usual = np.sqrt(ground.variance), np.array([coin.volatility for coin in COINS])
    company = correlation * deviation.sum(axis=1, keepdims=True) + (1.0 - correlation) * deviation
    usual_company = np.mean(correlation * usual.sum() + (1.0 - correlation) * usual)
    return _worthless(strength * deviation * company / (usual * usual_company))


def short_regimes(ground: Ground, strength: float) -> Drift:
    """Return a drift whose sign all coins share and that turns after each bar with probability 1/4.

    Who knew the sign of the last bar expects strength / 2 on the next one, strength / 4 on the one after, and so
    on: V is the strength, some 5 basis points where a fill costs 6.5.
    """
    turns = ground.rng.random(ground.rates.shape[0]) < 0.25
    sign = np.where(np.cumsum(turns) % 2 == 0, 1.0, -1.0)
    return _worthless(strength * np.repeat(sign[:, None], ground.rates.shape[1], axis=1))


def hourly_reversal(ground: Ground, strength: float) -> Drift:
    """Return a drift against the last bar's shock: a Sharpe ratio near 9 before costs, and below zero after them.

    V is the strength, 5 to 8 basis points by coin, below what one fill costs on that coin. A target, which does not
    slip, is filled for 4.5: of such rules the summation alone proves nothing, but all that were tried lose
    (docs/worlds.md).
    """
    drift = np.zeros(ground.rates.shape)
    drift[1:] = -strength * np.sign(ground.shocks[:-1])
    return _worthless(drift)


def _worthless(drift: FloatArray) -> Drift:
    return Drift(drift, np.zeros(drift.shape, dtype=np.int8))
