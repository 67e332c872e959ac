"""A million bars on which price climbs from 1e-8 to 1e6: nothing accumulates, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from data.market import SERIES, FloatArray, Market
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType

N_BARS = 1_000_000
PROBES = (719, 500_000, 999_999)


@pytest.fixture(scope="module")
def climb(make_market: Callable[..., Market]) -> Market:
    rng = np.random.default_rng(5)
    noise = np.cumsum(rng.normal(0.0, 1e-3, N_BARS))
    close = 1e-8 * np.exp(np.linspace(0.0, np.log(1e14), N_BARS) + noise - np.linspace(0.0, noise[-1], N_BARS))
    opens = np.concatenate((close[:1], close[:-1]))
    spread = np.exp(rng.uniform(0.0, 1e-3, (2, N_BARS)))
    return make_market(
        opens,
        high=np.maximum(opens, close) * spread[0],
        low=np.minimum(opens, close) / spread[1],
        close=close,
        volume=rng.lognormal(10.0, 2.0, N_BARS),
        funding_rate=rng.normal(1e-5, 1e-5, N_BARS),
    )


def _zscore(window: FloatArray) -> float:
    return float((window[-1] - window.mean()) / window.std(ddof=1))


def _rank(window: FloatArray) -> float:
    return float(100 * np.mean(window[:-1] < window[-1]))


def _slope(window: FloatArray) -> float:
    place = np.arange(window.size) - (window.size - 1) / 2
    return float(100 * (window.size - 1) * (place @ (window - window.mean())) / (place @ place) / window.mean())


DIRECT: dict[str, Callable[[FloatArray], float]] = {
    "sma": lambda window: float(window.mean()),
    "zscore": _zscore,
    "rank": _rank,
    "rolling_min": lambda window: float(window.min()),
    "rolling_max": lambda window: float(window.max()),
    "wma": lambda window: float(np.average(window, weights=np.arange(1, window.size + 1))),
    "median": lambda window: float(np.median(window)),
    "slope": _slope,
}
"""What an opcode means, computed from the values of one window alone."""


@pytest.mark.parametrize("name", DIRECT)
def test_a_window_means_the_same_at_every_height(name: str, climb: Market) -> None:
    window = 168 if name == "rank" else 720
    values = CATALOGUE[name](climb, climb.close, window)
    for t in PROBES:
        assert values[t] == pytest.approx(DIRECT[name](climb.close[t - window + 1 : t + 1]), rel=1e-9)


def test_a_long_recursion_forgets_where_it_began(climb: Market) -> None:
    ema = CATALOGUE["ema"](climb, climb.close, 100)
    weights = (2 / 101) * (99 / 101) ** np.arange(5_000)
    assert ema[-1] == pytest.approx(float(np.sum(weights * climb.close[:-5_001:-1])), rel=1e-9)


def _arguments(market: Market, name: str) -> list[Any]:
    """Return what the opcode's first signature takes: the market's own series and its longest window."""
    opcode = CATALOGUE[name]
    truth = Truth.from_bools(market.close > market.open, market.is_available)
    sources = {
        ValueType.PRICE: iter((market.close, market.open)),
        ValueType.BOOL: iter((truth, ~truth)),
        ValueType.WINDOW: iter((opcode.windows[-1],)),
    }
    return [next(sources[kind]) for kind in opcode.signatures[0].arguments]


def _floats(value: Any, n_bars: int) -> FloatArray:
    if isinstance(value, Truth):
        true, known = value.to_bools(n_bars)
        return np.where(known, true, np.nan)
    return np.asarray(value)


@pytest.mark.parametrize("name", [name for name, opcode in CATALOGUE.items() if not opcode.is_across_coins])
def test_after_a_million_bars_a_value_is_what_the_last_few_thousand_make_it(name: str, climb: Market) -> None:
    opcode = CATALOGUE[name]
    warm_up = opcode.warm_up_bars((opcode.windows[-1],))
    arguments = _arguments(climb, name)
    whole = _floats(opcode(climb, *arguments), N_BARS)  # compiled now, if not before
    started = time.process_time()
    again = opcode(climb, *arguments)
    assert time.process_time() - started < 1.0
    assert _floats(again, N_BARS).tobytes() == whole.tobytes()
    assert np.isfinite(whole[warm_up:]).all()
    start = N_BARS - warm_up - 200
    names = ("time_ms", "is_available", *SERIES)
    late = replace(climb, **{field: getattr(climb, field)[start:].copy() for field in names})
    recent = _floats(opcode(late, *_arguments(late, name)), late.n_bars)
    if opcode.is_recursive:
        np.testing.assert_allclose(recent[warm_up:], whole[start + warm_up :], rtol=1e-9, atol=1e-9)
    else:
        assert recent[warm_up:].tobytes() == whole[start + warm_up :].tobytes()
