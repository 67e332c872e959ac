"""What it costs to hold a position, as far as it was settled by the bar's open."""

from __future__ import annotations

import numpy as np

from data.intervals import HOUR_MS
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_mean
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.series import sealed
from evolution.opcodes.statistics import rolling_zscore
from evolution.opcodes.types import ValueType

SETTLEMENT_MS = 8 * HOUR_MS
"""The longest usual funding period: shorter sums would jump between nothing and everything."""
MOST_SETTLEMENT_BARS = 480
"""Bars of the shortest interval, one minute, in `SETTLEMENT_MS`."""
BASIS_POINTS = 1e4


def _known_rates(market: Market) -> FloatArray:
    """Return the funding of each bar in basis points, NaN where unknown or where the coin did not trade."""
    return sealed(np.where(market.is_available, market.funding_rate, np.nan) * BASIS_POINTS)


def funding_rate(market: Market, window: int) -> FloatArray:
    """Return the mean funding of the last `window` bars, shape (n_bars,), basis points an hour.

    1e4 * (sum of the rates settled) / (window * interval in hours); positive when longs pay. NaN if
    the funding of any of these bars is unknown, or the coin did not trade on it.
    """
    means = rolling_mean(_known_rates(market), window, first_anchor(market, window))
    return sealed(means * (HOUR_MS / market.interval_ms))


def funding_carry(market: Market, window: int) -> FloatArray:
    """Return what longs paid over the last `window` bars, shape (n_bars,), percent of the position.

    100 * the sum of the rates settled; NaN as for `funding_rate`.
    """
    means = rolling_mean(_known_rates(market), window, first_anchor(market, window))
    return sealed(means * (100.0 * window / BASIS_POINTS))


def funding_persistence(market: Market, window: int) -> FloatArray:
    """Return the percent of the last `window` bars on which longs paid over the last 8 hours, shape (n_bars,).

    A bar on which nobody did counts half, so that 50 is even. NaN as for `funding_zscore`.
    """
    signs = sealed(np.sign(_settled_means(market)))
    return sealed(50.0 + 50.0 * rolling_mean(signs, window, first_anchor(market, window)))


def _settled_means(market: Market) -> FloatArray:
    bars = max(1, SETTLEMENT_MS // market.interval_ms)
    # The mean instead of the sum: the z-score is the same, and the mean of a constant is exact.
    return sealed(rolling_mean(_known_rates(market), bars, first_anchor(market, bars)))


def funding_zscore(market: Market, window: int) -> FloatArray:
    """Return the z-score (ddof 1) over `window` bars of the funding of the last 8 hours, shape (n_bars,).

    On bars longer than 8 hours it is the bar's own funding. NaN as for `funding_rate`, over all bars
    that any of these sums needs, and where funding does not vary.
    """
    return sealed(rolling_zscore(_settled_means(market), window, first_anchor(market, window)))


def _settled_warm_up(windows: tuple[int, ...]) -> int:
    # The interval is not known here: enough for every one of them.
    return warm_up.window_values(windows) + MOST_SETTLEMENT_BARS - 1


SIGNATURES = (Signature((ValueType.WINDOW,), ValueType.DIMENSIONLESS),)

OPCODES = (
    Opcode(
        name="funding_rate",
        family="funding",
        signatures=SIGNATURES,
        needs_funding=True,
        compute=funding_rate,
        warm_up=warm_up.window_values,
        render="funding_rate({0})",
        explain="the mean funding of the last {0} bars in basis points an hour",
        cost=5,
    ),
    Opcode(
        name="funding_zscore",
        family="funding",
        signatures=SIGNATURES,
        needs_funding=True,
        compute=funding_zscore,
        warm_up=_settled_warm_up,
        render="funding_zscore({0})",
        explain="the standard deviations by which 8-hour funding lies above its {0}-bar mean",
        cost=5,
        bounds=(-27.0, 27.0),
    ),
    Opcode(
        name="funding_carry",
        family="funding",
        signatures=SIGNATURES,
        needs_funding=True,
        compute=funding_carry,
        warm_up=warm_up.window_values,
        render="funding_carry({0})",
        explain="the percent that longs paid for funding over {0} bars",
        cost=2,
        weight=0.5,
    ),
    Opcode(
        name="funding_persistence",
        family="funding",
        signatures=(Signature((ValueType.WINDOW,), ValueType.OSCILLATOR),),
        needs_funding=True,
        compute=funding_persistence,
        warm_up=_settled_warm_up,
        render="funding_persistence({0})",
        explain="the percent of the last {0} bars on which longs paid funding over 8 hours",
        cost=5,
        bounds=(0.0, 100.0),
        weight=0.5,
    ),
)
