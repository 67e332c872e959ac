"""A million bars on which price climbs from 1e-8 to 1e6: nothing accumulates, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from data.market import FloatArray, Market
from evolution.opcodes.catalogue import CATALOGUE

N_BARS = 1_000_000
PROBES = (719, 500_000, 999_999)


@pytest.fixture(scope="module")
def climb(make_market: Callable[..., Market]) -> Market:
    rng = np.random.default_rng(5)
    noise = np.cumsum(rng.normal(0.0, 1e-3, N_BARS))
    close = 1e-8 * np.exp(np.linspace(0.0, np.log(1e14), N_BARS) + noise - np.linspace(0.0, noise[-1], N_BARS))
    spread = np.exp(rng.uniform(0.0, 1e-3, (2, N_BARS)))
    return make_market(
        close,
        high=close * spread[0],
        low=close / spread[1],
        close=close,
        volume=rng.lognormal(10.0, 2.0, N_BARS),
        funding_rate=rng.normal(1e-5, 1e-5, N_BARS),
    )


def _zscore(window: FloatArray) -> float:
    return float((window[-1] - window.mean()) / window.std(ddof=1))


def _rank(window: FloatArray) -> float:
    return float(100 * np.mean(window[:-1] < window[-1]))


DIRECT: dict[str, Callable[[FloatArray], float]] = {
    "sma": lambda window: float(window.mean()),
    "zscore": _zscore,
    "rank": _rank,
    "rolling_min": lambda window: float(window.min()),
    "rolling_max": lambda window: float(window.max()),
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


@pytest.mark.parametrize(
    ("name", "window"),
    [("returns", 720), ("rsi", 100), ("ema", 100), ("atr", 100), ("zscore", 720), ("funding_zscore", 720)],
)
def test_a_million_bars_are_finite_and_take_under_a_second(name: str, window: int, climb: Market) -> None:
    opcode = CATALOGUE[name]
    arguments = [climb.close, window] if len(opcode.signatures[0].arguments) == 2 else [window]
    first = opcode(climb, *arguments)  # compiled now, if not before
    started = time.perf_counter()
    again = opcode(climb, *arguments)
    assert time.perf_counter() - started < 1.0
    assert np.isfinite(first[opcode.warm_up_bars((window,)) :]).all()
    assert again.tobytes() == first.tobytes()
