"""Where pandas-ta-classic or pandas has the indicator, ours is the same number."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from data.market import FloatArray, Market
from evolution.opcodes.catalogue import CATALOGUE

N_BARS = 4_000
RECURSIVE = [2, 24, 100]
WINDOWED = [2, 24, 168, 720]


@pytest.fixture(scope="module")
def ta() -> ModuleType:
    with warnings.catch_warnings():
        # Importing it reads the clock through a pandas property that is on its way out.
        warnings.filterwarnings("ignore", message=".*dayofyear is deprecated")
        import pandas_ta_classic
    module: ModuleType = pandas_ta_classic
    return module


@pytest.fixture(scope="module", params=[1e-8, 1.0, 1e6])
def market(request: pytest.FixtureRequest, make_market: Callable[..., Market]) -> Market:
    rng = np.random.default_rng(11)
    close = request.param * np.exp(np.cumsum(rng.normal(0.0, 0.01, N_BARS)))
    opens = np.concatenate(([request.param], close[:-1]))
    return make_market(
        opens,
        high=np.maximum(opens, close) * np.exp(rng.uniform(0.001, 0.01, N_BARS)),
        low=np.minimum(opens, close) * np.exp(rng.uniform(-0.01, -0.001, N_BARS)),
        close=close,
        volume=rng.integers(0, 50, N_BARS),
        funding_rate=rng.normal(1e-5, 1e-5, N_BARS),
    )


def compare(ours: FloatArray, theirs: pd.Series, *, around_zero: bool) -> None:
    """Demand the same missing values, and agreement to 1e-9 of the value, or of the largest one."""
    expected = theirs.to_numpy()
    assert np.isfinite(expected).any()
    tolerance = 1e-9 * np.nanmax(np.abs(expected)) if around_zero else 0.0
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=tolerance, equal_nan=True)


@pytest.mark.parametrize("window", WINDOWED)
def test_sma_is_the_librarys(window: int, market: Market, ta: ModuleType) -> None:
    theirs = ta.sma(pd.Series(market.close), length=window, talib=False)
    compare(CATALOGUE["sma"](market, market.close, window), theirs, around_zero=False)


@pytest.mark.parametrize("window", RECURSIVE)
def test_ema_is_the_librarys_from_its_first_value(window: int, market: Market, ta: ModuleType) -> None:
    theirs = ta.ema(pd.Series(market.close), length=window, talib=False)
    compare(CATALOGUE["ema"](market, market.close, window), theirs, around_zero=False)


@pytest.mark.parametrize("window", RECURSIVE)
def test_rsi_is_the_librarys_from_its_first_value(window: int, market: Market, ta: ModuleType) -> None:
    theirs = ta.rsi(pd.Series(market.close), length=window, talib=False)
    compare(CATALOGUE["rsi"](market, market.close, window), theirs, around_zero=True)


@pytest.mark.parametrize("window", RECURSIVE)
def test_atr_is_the_librarys_in_percent(window: int, market: Market, ta: ModuleType) -> None:
    high, low, close = (pd.Series(values) for values in (market.high, market.low, market.close))
    theirs = ta.atr(high, low, close, length=window, percent=True, talib=False)
    compare(CATALOGUE["atr"](market, window), theirs, around_zero=True)


@pytest.mark.parametrize("window", WINDOWED)
def test_zscore_is_the_librarys(window: int, market: Market, ta: ModuleType) -> None:
    compare(
        CATALOGUE["zscore"](market, market.close, window), ta.zscore(pd.Series(market.close), window), around_zero=True
    )


@pytest.mark.parametrize("window", WINDOWED)
def test_returns_are_the_librarys_rate_of_change(window: int, market: Market, ta: ModuleType) -> None:
    theirs = ta.roc(pd.Series(market.close), length=window, talib=False)
    compare(CATALOGUE["returns"](market, window), theirs, around_zero=True)


@pytest.mark.parametrize("window", WINDOWED)
def test_lowest_and_highest_are_exactly_those_of_pandas(window: int, market: Market) -> None:
    low = pd.Series(market.low).rolling(window).min().to_numpy()
    high = pd.Series(market.high).rolling(window).max().to_numpy()
    np.testing.assert_array_equal(CATALOGUE["rolling_min"](market, market.low, window), low)
    np.testing.assert_array_equal(CATALOGUE["rolling_max"](market, market.high, window), high)


@pytest.mark.parametrize("window", WINDOWED)
def test_rank_shares_ties_as_pandas_does(window: int, market: Market) -> None:
    average_rank = pd.Series(market.volume).rolling(window).rank(method="average")
    compare(CATALOGUE["rank"](market, market.volume, window), 100 * (average_rank - 1) / (window - 1), around_zero=True)


@pytest.mark.parametrize("window", WINDOWED)
def test_funding_is_that_of_pandas(window: int, market: Market) -> None:
    rate = pd.Series(market.funding_rate)
    compare(CATALOGUE["funding_rate"](market, window), 1e4 * rate.rolling(window).sum() / window, around_zero=True)
    settled = rate.rolling(8).sum()
    theirs = (settled - settled.rolling(window).mean()) / settled.rolling(window).std(ddof=1)
    compare(CATALOGUE["funding_zscore"](market, window), theirs, around_zero=True)
