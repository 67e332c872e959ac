"""Rolling operators by several libraries: the call that each offers, and what turns its answer into ours.

Only the call is timed. Ranks and deviations are defined in several ways, and what brings them to one is arithmetic
that no library is charged with.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.oracle.engine import vectorbt
from data.market import FloatArray, Market
from data.rolling import first_anchor, rolling_spread
from evolution.opcodes.catalogue import CATALOGUE

LIBRARIES = ("ours", "TA-Lib", "pandas", "pandas-ta-classic", "vectorbt rust")
Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator at one window: by each library that has it, its call and what makes ours of the answer."""

    name: str
    window: int
    calls: dict[str, tuple[Call, Callable[[object], FloatArray]]]


def operators(market: Market, values: FloatArray, window: int) -> list[Operator]:
    """Return mean, standard deviation, minimum, maximum, median and rank of the last `window` values."""
    makers = (_mean, _deviation, _minimum, _maximum, _median, _rank)
    return [make(_Input(market, values, pd.Series(values), window)) for make in makers]


@dataclass(frozen=True, slots=True)
class _Input:
    market: Market
    values: FloatArray
    series: pd.Series[float]
    window: int

    def ours(self, name: str) -> tuple[Call, Callable[[object], FloatArray]]:
        """Return the call of one of our opcodes."""
        compute = CATALOGUE[name].compute
        return lambda: compute(self.market, self.values, self.window), _plain


def _mean(given: _Input) -> Operator:
    import talib

    ta, rust, w = _pandas_ta(), _rust(), given.window
    return Operator(
        "mean",
        w,
        {
            "ours": given.ours("sma"),
            "TA-Lib": (lambda: talib.SMA(given.values, w), _plain),
            "pandas": (lambda: given.series.rolling(w).mean(), _plain),
            "pandas-ta-classic": (lambda: ta.sma(given.series, length=w, talib=False), _plain),
            "vectorbt rust": (lambda: rust.rolling_mean_1d_rs(given.values, w, w), _plain),
        },
    )


def _deviation(given: _Input) -> Operator:
    import talib

    ta, rust, w = _pandas_ta(), _rust(), given.window
    anchor = first_anchor(given.market, w)

    def of_sample(found: object) -> FloatArray:
        return _plain(found) * math.sqrt(w / (w - 1))

    return Operator(
        "standard deviation",
        w,
        {
            "ours": (lambda: rolling_spread(given.values, w, anchor)[1], _plain),
            "TA-Lib": (lambda: talib.STDDEV(given.values, w), of_sample),
            "pandas": (lambda: given.series.rolling(w).std(), _plain),
            "pandas-ta-classic": (lambda: ta.stdev(given.series, length=w, talib=False), of_sample),
            "vectorbt rust": (lambda: rust.rolling_std_1d_rs(given.values, w, w, 1), _plain),
        },
    )


def _minimum(given: _Input) -> Operator:
    import talib

    rust, w = _rust(), given.window
    return Operator(
        "minimum",
        w,
        {
            "ours": given.ours("rolling_min"),
            "TA-Lib": (lambda: talib.MIN(given.values, w), _plain),
            "pandas": (lambda: given.series.rolling(w).min(), _plain),
            "vectorbt rust": (lambda: rust.rolling_min_1d_rs(given.values, w, w), _plain),
        },
    )


def _maximum(given: _Input) -> Operator:
    import talib

    rust, w = _rust(), given.window
    return Operator(
        "maximum",
        w,
        {
            "ours": given.ours("rolling_max"),
            "TA-Lib": (lambda: talib.MAX(given.values, w), _plain),
            "pandas": (lambda: given.series.rolling(w).max(), _plain),
            "vectorbt rust": (lambda: rust.rolling_max_1d_rs(given.values, w, w), _plain),
        },
    )


def _median(given: _Input) -> Operator:
    ta, w = _pandas_ta(), given.window
    return Operator(
        "median",
        w,
        {
            "ours": given.ours("median"),
            "pandas": (lambda: given.series.rolling(w).median(), _plain),
            "pandas-ta-classic": (lambda: ta.median(given.series, length=w), _plain),
        },
    )


def _rank(given: _Input) -> Operator:
    w = given.window

    def percentile(found: object) -> FloatArray:
        return 100.0 * (_plain(found) - 1.0) / (w - 1)

    return Operator(
        "rank",
        w,
        {"ours": given.ours("rank"), "pandas": (lambda: given.series.rolling(w).rank(), percentile)},
    )


def _plain(found: object) -> FloatArray:
    return np.asarray(found, dtype=np.float64)


def _pandas_ta() -> Any:
    import pandas_ta_classic

    return pandas_ta_classic


def _rust() -> Any:
    vectorbt()
    from vectorbt_rust import generic

    return generic
