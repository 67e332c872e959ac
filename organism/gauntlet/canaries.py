"""Cheats, each of which a named stage must kill: who trusts a gauntlet that lets one of them through?

A canary is a `Subject` like any other. Most look ahead in one of the ways that real code does by mistake; the others
are honest and worthless. Each is made for the world in which it would look best.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backtest.risk import Risk
from backtest.signals import Signals
from data.market import Market, Universe
from data.worlds import WorldName
from evolution.evaluator import FeatureStore
from evolution.opcodes.types import MAX_WARM_UP_BARS

FloatArray = NDArray[np.float64]
Wish = Callable[[Market], FloatArray]
"""Above 0 where a coin is to be held long, below 0 short; decided at the close of each bar. NaN asks for nothing."""

DAY_MS = 86_400_000
DAY_BARS = 24
WINDOW_BARS = 48


@dataclass(frozen=True, slots=True)
class Wishful:
    """A subject that follows a wish."""

    wish: Wish
    risk: Risk = field(default_factory=lambda: Risk(reverse=True))
    warm_up_bars: int = MAX_WARM_UP_BARS

    def signals(self, universe: Universe, features: FeatureStore | None = None) -> Mapping[str, Signals]:
        del features
        return {market.coin: _levels(self.wish(market)) for market in universe}

    def jittered(self, rng: np.random.Generator) -> Wishful:
        del rng
        return self

    def retuned(self, universe: Universe, rng: np.random.Generator) -> Wishful:
        del universe, rng
        return self


@dataclass(frozen=True, slots=True)
class Canary:
    """A cheat and the stage that kills it."""

    name: str
    subject: Wishful
    world: WorldName
    killed_by: str
    """Name of the first stage that it does not pass."""


def _levels(wish: FloatArray) -> Signals:
    return Signals.from_bools(wish > 0.0, ~(wish > 0.0), wish < 0.0, ~(wish < 0.0))


def _next_close(market: Market) -> FloatArray:
    """Know where the next bar closes."""
    return np.append(np.diff(market.close), 0.0)


def _same_bar(market: Market) -> FloatArray:
    """Trade at a bar's open on what its close says: the level stands one bar too early, for large moves only."""
    move = np.append((market.close / market.open - 1.0)[1:], 0.0)
    return np.where(np.abs(move) > np.std(move), move, 0.0)


def _centred(market: Market) -> FloatArray:
    """Buy below a moving mean whose window lies half in the future."""
    kernel = np.full(WINDOW_BARS, 1.0 / WINDOW_BARS)
    return np.convolve(market.close, kernel, mode="same") / market.close - 1.0


def _full_sample(market: Market) -> FloatArray:
    """Buy what is cheap against the mean of the whole month, and sell what is dear, long before the month is over."""
    price, score = np.log(market.close), np.zeros(market.n_bars)
    month = market.time_ms // (30 * DAY_MS)
    for number in np.unique(month):
        part = month == number
        score[part] = (price[part].mean() - price[part]) / price[part].std()
    return np.where(np.abs(score) > 1.0, score, 0.0)


def _resampled(market: Market) -> FloatArray:
    """Know at every hour of a day where the day closes, as a resampled bar stamped with its open does."""
    day = market.time_ms // DAY_MS
    last = np.searchsorted(day, day, side="right") - 1
    return market.close[last] / market.close - 1.0


def _repainting(market: Market) -> FloatArray:
    """Follow a smoothing that runs backwards as well as forwards, so that each new bar redraws the old ones."""
    smooth = market.close.copy()
    for t in range(1, smooth.size):
        smooth[t] = 0.9 * smooth[t - 1] + 0.1 * smooth[t]
    for t in range(smooth.size - 2, -1, -1):
        smooth[t] = 0.9 * smooth[t + 1] + 0.1 * smooth[t]
    return np.append(np.diff(smooth), 0.0)


def _scalping(market: Market) -> FloatArray:
    """Trade against every bar: a fortune without costs."""
    return market.open - market.close


def _one_lucky_trade(market: Market) -> FloatArray:
    """Be in the market now and then for an hour, and for the best eight weeks of all."""
    wish = np.where(np.arange(market.n_bars) % 550 == 0, 1.0, 0.0)
    span = 56 * DAY_BARS
    best = int(np.argmax(market.open[span + 1 :] / market.open[1:-span]))
    wish[best : best + span] = 1.0
    return wish


def _holding(market: Market) -> FloatArray:
    """Hold, but for one hour a week, so that it looks like trading."""
    return np.where(np.arange(market.n_bars) % (7 * DAY_BARS) == 0, 0.0, 1.0)


def _unknown_as_profit(market: Market) -> FloatArray:
    """Want something only where nothing is known: a comparison with NaN that somebody filled with a yes."""
    undefined = np.full(market.n_bars, np.nan)
    return np.where(np.arange(market.n_bars) < WINDOW_BARS, 1.0, undefined)


def _half_the_time(market: Market) -> FloatArray:
    """Hold every other week: a Sharpe ratio above 2 for whoever counts the year in other bars than all of them."""
    return np.where(np.arange(market.n_bars) // (7 * DAY_BARS) % 2 == 0, 1.0, 0.0)


FUTURE, LATER = "levels that change with the future", "Sharpe kept one bar later"

CANARIES = (
    Canary("leak of the next close", Wishful(_next_close), "empty", LATER),
    Canary("fill on the same bar", Wishful(_same_bar), "empty", LATER),
    Canary("centred window", Wishful(_centred), "empty", FUTURE),
    Canary("z-score over all history", Wishful(_full_sample), "empty", FUTURE),
    Canary("leak of a resampled bar", Wishful(_resampled), "empty", FUTURE),
    Canary("repainting", Wishful(_repainting), "empty", FUTURE),
    Canary("scalper without costs", Wishful(_scalping), "below-cost", "Sharpe after costs"),
    Canary("one lucky trade", Wishful(_one_lucky_trade), "empty", "profit from the best trade"),
    Canary("clone of buy-and-hold", Wishful(_holding), "drift", "t of alpha over holding"),
    Canary("unknown counted as profit", Wishful(_unknown_as_profit), "empty", "round trips"),
    Canary("a year of other bars", Wishful(_half_the_time), "drift", "Sharpe after costs"),
)
