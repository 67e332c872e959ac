"""Every measure is the same number as in pandas-ta-classic or, where that has none, as its formula in plain pandas."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from math import log
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from data.market import FloatArray, Market
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType

N_BARS = 4_000
RECURSIVE = (2, 24, 100)
WINDOWED = (2, 24, 168, 720)


@dataclass(frozen=True)
class Bars:
    """A market in pandas, and the library."""

    ta: ModuleType
    open: pd.Series
    high: pd.Series
    low: pd.Series
    close: pd.Series
    volume: pd.Series
    funding: pd.Series
    open_time: pd.DatetimeIndex

    @property
    def hlc(self) -> tuple[pd.Series, pd.Series, pd.Series]:
        return self.high, self.low, self.close

    @property
    def log_changes(self) -> pd.Series:
        return np.log(self.close).diff()

    @property
    def true_range(self) -> pd.Series:
        before = self.close.shift(1)
        return np.maximum(self.high, before) - np.minimum(self.low, before)

    @property
    def settled(self) -> pd.Series:
        return self.funding.rolling(8).sum()


Definition = Callable[[Bars, int], pd.Series]


def _windowed(series: pd.Series, window: int, statistic: Callable[[FloatArray], FloatArray]) -> pd.Series:
    """Apply a statistic to each window on its own, without any running sum."""
    values = np.full(len(series), np.nan)
    values[window - 1 :] = statistic(sliding_window_view(series.to_numpy(), window))
    return pd.Series(values)


def _root_mean(series: pd.Series, window: int) -> pd.Series:
    return np.sqrt(_windowed(series, window, lambda x: x.mean(axis=1)))


def _share(value: pd.Series, low: pd.Series, high: pd.Series) -> pd.Series:
    return 100 * (value - low) / (high - low)


def _correlation(left: pd.Series, right: pd.Series, window: int) -> pd.Series:
    def deviations(series: pd.Series) -> FloatArray:
        windows = sliding_window_view(series.to_numpy(), window)
        return windows - windows.mean(axis=1, keepdims=True)

    x, y = deviations(left), deviations(right)
    values = np.full(len(left), np.nan)
    with np.errstate(invalid="ignore"):  # two bars of equal volume: 0 / 0
        values[window - 1 :] = (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    return pd.Series(values)


def _streak(close: pd.Series, window: int) -> pd.Series:
    direction = np.sign(close.diff())
    run = direction.groupby((direction != direction.shift()).cumsum()).cumsum()
    return run.clip(-window, window).where(np.arange(len(close)) >= window)


def _percent_since(windows: FloatArray) -> FloatArray:
    """Return the place of the last 1 from the end, in percent of the length; 100 without any."""
    backwards = windows[:, ::-1]
    since = np.where(backwards.any(axis=1), backwards.argmax(axis=1), windows.shape[1])
    return 100 * since / windows.shape[1]


def _keltner(bars: Bars, window: int) -> pd.Series:
    channel = bars.ta.kc(*bars.hlc, length=window, scalar=1, mamode="ema")
    return (bars.close - channel.iloc[:, 1]) / (channel.iloc[:, 2] - channel.iloc[:, 1])


def _rise(bars: Bars, window: int) -> pd.Series:
    slope = bars.ta.linreg(bars.close, length=window, slope=True, talib=False)
    return 100 * (window - 1) * slope / bars.close.rolling(window).mean()


def _squeeze(bars: Bars, window: int) -> pd.Series:
    deviation = _windowed(bars.close, window, lambda x: x.std(axis=1, ddof=1))
    return 2 * deviation / (1.5 * _windowed(bars.true_range, window, lambda x: x.mean(axis=1)))


def _of_day(bars: Bars, series: pd.Series, statistic: str, days_before: int) -> pd.Series:
    days = bars.open_time.floor("D")
    daily = series.groupby(days).agg(statistic).shift(days_before)
    return pd.Series(daily.reindex(days).to_numpy())


def _percent_of_day(times: pd.DatetimeIndex) -> pd.Series:
    return pd.Series((times.hour + times.minute / 60) / 24 * 100, dtype=np.float64)


def _percent_of_week(times: pd.DatetimeIndex) -> pd.Series:
    return pd.Series((24 * times.day_of_week + times.hour + times.minute / 60) / 168 * 100, dtype=np.float64)


LIBRARY: dict[str, Definition] = {
    "sma": lambda b, w: b.ta.sma(b.close, length=w, talib=False),
    "ema": lambda b, w: b.ta.ema(b.close, length=w, talib=False),
    "wma": lambda b, w: b.ta.wma(b.close, length=w, talib=False),
    "hma": lambda b, w: b.ta.hma(b.close, length=w),
    "vwma": lambda b, w: b.ta.vwma(b.close, b.volume, length=w),
    "median": lambda b, w: b.ta.median(b.close, length=w),
    "rsi": lambda b, w: b.ta.rsi(b.close, length=w, talib=False),
    "atr": lambda b, w: b.ta.atr(*b.hlc, length=w, percent=True, talib=False),
    "zscore": lambda b, w: b.ta.zscore(b.close, w),
    "returns": lambda b, w: b.ta.roc(b.close, length=w, talib=False),
    "stochastic": lambda b, w: b.ta.stoch(*b.hlc, k=w, d=1, smooth_k=1, talib=False).iloc[:, 0],
    "cci": lambda b, w: b.ta.cci(*b.hlc, length=w, talib=False) / 100,
    "cmo": lambda b, w: 50 + b.ta.cmo(b.close, length=w, talib=False) / 2,
    "aroon": lambda b, w: 50 + b.ta.aroon(b.high, b.low, length=w, talib=False).iloc[:, 2] / 2,
    "adx": lambda b, w: b.ta.adx(*b.hlc, length=w, talib=False).iloc[:, 0],
    "trix": lambda b, w: b.ta.trix(b.close, length=w, scalar=1e4, talib=False).iloc[:, 0],
    "keltner": _keltner,
    "slope": _rise,
    "efficiency": lambda b, w: 100 * b.ta.er(b.close, length=w),
    "mfi": lambda b, w: b.ta.mfi(*b.hlc, b.volume, length=w, talib=False),
    "cmf": lambda b, w: 50 + 50 * b.ta.cmf(*b.hlc, b.volume, length=w),
    "obv": lambda b, w: 50 + 50 * b.ta.obv(b.close, b.volume, talib=False).diff(w) / b.volume.rolling(w).sum(),
    "skewness": lambda b, w: b.ta.skew(b.log_changes, length=w) * (w - 2) / np.sqrt(w * (w - 1)),
}

FORMULAS: dict[str, Definition] = {
    "rolling_min": lambda b, w: b.close.rolling(w).min(),
    "rolling_max": lambda b, w: b.close.rolling(w).max(),
    "rank": lambda b, w: 100 * (b.close.rolling(w).rank(method="average") - 1) / (w - 1),
    "gap": lambda b, w: 100 * (b.close / b.open - 1),
    "position": lambda b, w: _share(b.close, b.close.rolling(w).min(), b.close.rolling(w).max()),
    "streak": lambda b, w: _streak(b.close, w),
    "volatility": lambda b, w: 100 * _windowed(b.log_changes, w, lambda x: x.std(axis=1, ddof=1)),
    "volatility_ratio": lambda b, w: (
        _windowed(b.log_changes, w, lambda x: x.std(axis=1, ddof=1))
        / _windowed(b.log_changes, 4 * w, lambda x: x.std(axis=1, ddof=1))
    ),
    "parkinson": lambda b, w: 100 * _root_mean(np.log(b.high / b.low) ** 2 / (4 * log(2)), w),
    "garman_klass": lambda b, w: (
        100 * _root_mean(np.log(b.high / b.low) ** 2 / 2 - (2 * log(2) - 1) * np.log(b.close / b.open) ** 2, w)
    ),
    "rogers_satchell": lambda b, w: (
        100
        * _root_mean(
            np.log(b.high / b.close) * np.log(b.high / b.open) + np.log(b.low / b.close) * np.log(b.low / b.open), w
        )
    ),
    "volume_ratio": lambda b, w: b.volume / b.volume.rolling(w).mean(),
    "volume_correlation": lambda b, w: 50 + 50 * _correlation(b.close, b.volume, w),
    "autocorrelation": lambda b, w: 50 + 50 * _correlation(b.log_changes, b.log_changes.shift(1), w),
    "funding_rate": lambda b, w: 1e4 * b.funding.rolling(w).sum() / w,
    "funding_zscore": lambda b, w: (b.settled - b.settled.rolling(w).mean()) / b.settled.rolling(w).std(ddof=1),
    "funding_carry": lambda b, w: 100 * b.funding.rolling(w).sum(),
    "funding_persistence": lambda b, w: 50 + 50 * np.sign(b.settled).rolling(w).mean(),
    "bars_since": lambda b, w: _windowed((b.close > b.open).astype(float), w, _percent_since),
    "time_of_day": lambda b, w: _percent_of_day(b.open_time + pd.Timedelta(hours=1)),
    "time_of_week": lambda b, w: _percent_of_week(b.open_time + pd.Timedelta(hours=1)),
    # Hourly bars close as hourly funding is settled.
    "funding_due": lambda b, w: 0.0 * b.close,
    "squeeze": _squeeze,
    "range_ratio": lambda b, w: b.true_range / _windowed(b.true_range, w, lambda x: x.mean(axis=1)),
    "body": lambda b, w: 50 + 50 * (b.close - b.open) / (b.high - b.low),
    "upper_wick": lambda b, w: 100 * (b.high - np.maximum(b.open, b.close)) / (b.high - b.low),
    "lower_wick": lambda b, w: 100 * (np.minimum(b.open, b.close) - b.low) / (b.high - b.low),
    "day_open": lambda b, w: _of_day(b, b.open, "first", 0),
    "previous_day_high": lambda b, w: _of_day(b, b.high, "max", 1),
    "previous_day_low": lambda b, w: _of_day(b, b.low, "min", 1),
    "previous_day_close": lambda b, w: _of_day(b, b.close, "last", 1),
}

# A price has no zero to be near; everything else is compared to 1e-9 of its largest value too.
AWAY_FROM_ZERO = ("sma", "ema", "wma", "hma", "vwma", "median", "rolling_min", "rolling_max")
SEEDED_OTHERWISE = ("adx", "mfi")
"""The library begins the first with a sum of one movement less, and takes the first bar of the second for unchanged."""


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
        volume=rng.integers(1, 50, N_BARS),
        funding_rate=rng.normal(1e-5, 1e-5, N_BARS),
    )


@pytest.fixture(scope="module")
def bars(market: Market, ta: ModuleType) -> Bars:
    series = (market.open, market.high, market.low, market.close, market.volume, market.funding_rate)
    return Bars(ta, *map(pd.Series, series), pd.to_datetime(market.time_ms, unit="ms", utc=True))


def ours(name: str, market: Market, window: int) -> FloatArray:
    """Compute an opcode through its first signature: on the close, and then the open, or on bars that rose."""
    prices = iter((market.close, market.open))
    rose = CATALOGUE["above"](market, market.close, market.open)
    kinds = CATALOGUE[name].signatures[0].arguments
    given = {ValueType.WINDOW: window, ValueType.BOOL: rose}
    values: FloatArray = CATALOGUE[name](market, *(given[k] if k in given else next(prices) for k in kinds))
    return values


def assert_same(values: FloatArray, theirs: pd.Series, *, around_zero: bool) -> None:
    """Demand the same missing values, and agreement to 1e-9 of the value, or of the largest one."""
    expected = theirs.to_numpy()
    assert np.isfinite(expected).any()
    tolerance = 1e-9 * np.nanmax(np.abs(expected)) if around_zero else 0.0
    np.testing.assert_allclose(values, expected, rtol=1e-9, atol=tolerance, equal_nan=True)


def _cases() -> list[tuple[str, int]]:
    cases = []
    for name in (*LIBRARY, *FORMULAS):
        windows = RECURSIVE if CATALOGUE[name].is_recursive else WINDOWED
        if name == "skewness":
            windows = windows[1:]  # the library's divides by window - 2
        takes_one = ValueType.WINDOW in CATALOGUE[name].signatures[0].arguments
        cases += [(name, window) for window in (windows if takes_one else windows[:1])]
    return cases


@pytest.mark.parametrize(("name", "window"), _cases())
def test_it_is_the_same_number(name: str, window: int, market: Market, bars: Bars) -> None:
    theirs, values = (LIBRARY | FORMULAS)[name](bars, window), ours(name, market, window)
    first = CATALOGUE[name].warm_up_bars((window,)) if name in SEEDED_OTHERWISE else 0
    assert_same(values[first:], theirs[first:], around_zero=name not in AWAY_FROM_ZERO)


def test_every_measure_has_somebody_elses_definition() -> None:
    # Prices are given, and what reads other coins has its own suite.
    ours = {n: o for n, o in CATALOGUE.items() if o.family != "prices" and not o.is_across_coins}
    measures = {n for n, o in ours.items() if o.signatures[0].result is not ValueType.BOOL}
    assert measures == set(LIBRARY) | set(FORMULAS)
    assert not set(LIBRARY) & set(FORMULAS)


@pytest.mark.parametrize("window", WINDOWED)
def test_lowest_and_highest_are_exactly_those_of_pandas(window: int, market: Market) -> None:
    low = pd.Series(market.low).rolling(window).min().to_numpy()
    high = pd.Series(market.high).rolling(window).max().to_numpy()
    np.testing.assert_array_equal(CATALOGUE["rolling_min"](market, market.low, window), low)
    np.testing.assert_array_equal(CATALOGUE["rolling_max"](market, market.high, window), high)


@pytest.mark.parametrize("window", WINDOWED)
def test_ties_are_shared_as_pandas_does(window: int, market: Market, ta: ModuleType) -> None:
    volume = pd.Series(market.volume)
    average_rank = volume.rolling(window).rank(method="average")
    assert_same(
        CATALOGUE["rank"](market, market.volume, window), 100 * (average_rank - 1) / (window - 1), around_zero=True
    )
    assert_same(CATALOGUE["median"](market, market.volume, window), ta.median(volume, length=window), around_zero=True)


@pytest.mark.parametrize("name", ["within", "mostly", "throughout"])
@pytest.mark.parametrize("window", WINDOWED)
def test_persistence_is_a_count_of_pandas(name: str, window: int, market: Market) -> None:
    truth = CATALOGUE["above"](market, market.close, market.open)
    true, known = CATALOGUE[name](market, truth, window).to_bools(N_BARS)
    count = pd.Series(market.close > market.open).rolling(window).sum()
    least = {"within": 1, "mostly": window / 2 + 0.5, "throughout": window}[name]
    np.testing.assert_array_equal(known, count.notna().to_numpy())
    np.testing.assert_array_equal(true, (count >= least).to_numpy())
