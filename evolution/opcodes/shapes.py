"""How returns are shaped: leaning, following one another, coming with volume."""

from __future__ import annotations

import numpy as np

from data.jit import jit
from data.market import FloatArray, Market
from data.rolling import first_anchor
from evolution.opcodes import warm_up
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.estimators import log_changes
from evolution.opcodes.series import earlier, sealed
from evolution.opcodes.statistics import STANDSTILL
from evolution.opcodes.types import ValueType


@jit
def rolling_correlation(values: FloatArray, others: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return Pearson's correlation of the last `window` pairs, from -1 to 1; NaN where one of the values is.

    Sums are taken as in `rolling_spread`. NaN too where one of the two stands still: where its standard
    deviation is under `STANDSTILL` of its mean, which is rounding.

    Parameters
    ----------
    values, others
        Shape (n_bars,).
    window
        Bars, 2 or more.
    anchor
        First anchor, from 0 to window - 1.
    """
    n = values.size
    correlations = np.full(n, np.nan)
    # By row: sums of x, y, x * x, y * y, x * y, all relative to the anchor.
    before = np.zeros((5, window))
    after = np.zeros(5)
    while anchor < n:
        for k in range(window - 1, 0, -1):
            t = anchor - (window - k)
            x = values[t] - values[anchor] if t >= 0 else np.nan
            y = others[t] - others[anchor] if t >= 0 else np.nan
            before[0, k - 1] = before[0, k] + x
            before[1, k - 1] = before[1, k] + y
            before[2, k - 1] = before[2, k] + x * x
            before[3, k - 1] = before[3, k] + y * y
            before[4, k - 1] = before[4, k] + x * y
        after[:] = 0.0
        for k in range(min(window, n - anchor)):
            x = values[anchor + k] - values[anchor]
            y = others[anchor + k] - others[anchor]
            after[0] += x
            after[1] += y
            after[2] += x * x
            after[3] += y * y
            after[4] += x * y
            mean_x = (before[0, k] + after[0]) / window
            mean_y = (before[1, k] + after[1]) / window
            x_squares = (before[2, k] + after[2]) / window - mean_x * mean_x
            y_squares = (before[3, k] + after[3]) / window - mean_y * mean_y
            products = (before[4, k] + after[4]) / window - mean_x * mean_y
            x_floor = STANDSTILL * (mean_x + values[anchor])
            y_floor = STANDSTILL * (mean_y + others[anchor])
            # False for NaN as well.
            if x_squares > x_floor * x_floor and y_squares > y_floor * y_floor:
                correlation = products / (np.sqrt(x_squares) * np.sqrt(y_squares))
                if np.isfinite(correlation):
                    correlations[anchor + k] = min(max(correlation, -1.0), 1.0)
        anchor += window
    return correlations


@jit
def rolling_skewness(values: FloatArray, window: int, anchor: int) -> FloatArray:
    """Return the skewness m3 / m2 ** 1.5 of the last `window` values (moments over `window`); NaN where one is.

    Sums are taken as in `rolling_spread`; NaN where the values stand still. Two values have no skewness: 0.

    Parameters
    ----------
    values
        Shape (n_bars,).
    window
        Bars, 2 or more.
    anchor
        First anchor, from 0 to window - 1.
    """
    n = values.size
    skewness = np.full(n, np.nan)
    before = np.zeros((3, window))
    while anchor < n:
        origin = values[anchor]
        for k in range(window - 1, 0, -1):
            t = anchor - (window - k)
            distance = values[t] - origin if t >= 0 else np.nan
            before[0, k - 1] = before[0, k] + distance
            before[1, k - 1] = before[1, k] + distance * distance
            before[2, k - 1] = before[2, k] + distance * distance * distance
        recent = values[anchor : anchor + window]
        first = 0.0
        second = 0.0
        third = 0.0
        for k in range(recent.size):
            distance = recent[k] - origin
            first += distance
            second += distance * distance
            third += distance * distance * distance
            mean = (before[0, k] + first) / window
            raw = (before[1, k] + second) / window
            squares = raw - mean * mean
            cubes = (before[2, k] + third) / window - 3.0 * mean * raw + 2.0 * mean * mean * mean
            floor = STANDSTILL * (mean + origin)
            if squares > floor * floor and np.isfinite(cubes):
                skewness[anchor + k] = cubes / (squares * np.sqrt(squares)) if window > 2 else 0.0
        anchor += window
    return skewness


def skewness(market: Market, window: int) -> FloatArray:
    """Return the skewness m3 / m2 ** 1.5 of the last `window` log returns of the close, shape (n_bars,).

    Moments are over `window`: the adjusted skewness of the library times (n - 2) / sqrt(n * (n - 1)).
    NaN if one of the bars is missing, or if the returns do not vary.
    """
    return sealed(rolling_skewness(log_changes(market), window, first_anchor(market, window)))


def volume_correlation(market: Market, window: int) -> FloatArray:
    """Return Pearson's correlation of close and volume over the last `window` bars, as 50 + 50 * r, shape (n_bars,).

    NaN if one of the bars is missing, or if one of the two does not vary.
    """
    correlation = rolling_correlation(market.close, market.volume, window, first_anchor(market, window))
    return sealed(50.0 + 50.0 * correlation)


def autocorrelation(market: Market, window: int) -> FloatArray:
    """Return Pearson's correlation of the last `window` log returns with those one bar before them.

    As 50 + 50 * r, shape (n_bars,): over 50 returns follow one another, under 50 they alternate. NaN if one of
    the bars is missing, or if returns do not vary.
    """
    changes = log_changes(market)
    correlation = rolling_correlation(changes, earlier(changes, 1), window, first_anchor(market, window))
    return sealed(50.0 + 50.0 * correlation)


def _lagged_changes(windows: tuple[int, ...]) -> int:
    return warm_up.window_changes(windows) + 1


WINDOWED = (ValueType.WINDOW,)

OPCODES = (
    Opcode(
        name="skewness",
        family="shapes",
        signatures=(Signature(WINDOWED, ValueType.DIMENSIONLESS),),
        compute=skewness,
        warm_up=warm_up.window_changes,
        render="skewness({0})",
        explain="the skewness of the last {0} returns",
        cost=20,
        # No n values are more skewed than (n - 2) / sqrt(n - 1): 26.8 for 720.
        bounds=(-27.0, 27.0),
        weight=0.5,
    ),
    Opcode(
        name="volume_correlation",
        family="shapes",
        signatures=(Signature(WINDOWED, ValueType.OSCILLATOR),),
        compute=volume_correlation,
        warm_up=warm_up.window_values,
        render="volume_correlation({0})",
        explain="the {0}-bar correlation of close and volume (50 for none)",
        cost=20,
        bounds=(0.0, 100.0),
        weight=0.5,
    ),
    Opcode(
        name="autocorrelation",
        family="shapes",
        signatures=(Signature(WINDOWED, ValueType.OSCILLATOR),),
        compute=autocorrelation,
        warm_up=_lagged_changes,
        render="autocorrelation({0})",
        explain="the {0}-bar correlation of each return with the one before it (50 for none)",
        cost=20,
        bounds=(0.0, 100.0),
        weight=0.5,
        has_side=False,
    ),
)
