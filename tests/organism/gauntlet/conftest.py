"""Subjects made by hand, and a small universe of two waves for them to trade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from backtest.splits import Slice
from data.market import Market, Universe
from organism.gauntlet.canaries import FloatArray, Wish, Wishful
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy

N_BARS = 600
THIN_FROM = 560


def _with_trend(market: Market) -> FloatArray:
    """Long after three rising closes' worth of gain, short after a loss: nothing later than its own close."""
    change = np.zeros(market.n_bars)
    change[3:] = market.close[3:] / market.close[:-3] - 1.0
    return np.sign(change)


def _reading(lead: int) -> Wish:
    """Long before a rise and short before a fall of the open `lead` bars on: a cheat from lead 1 on."""

    def wanted(market: Market) -> FloatArray:
        wish = np.zeros(market.n_bars)
        wish[:-lead] = np.sign(market.open[lead:] - market.open[lead - 1 : -1])
        return wish

    return wanted


@pytest.fixture(scope="session")
def scripted() -> type[Wishful]:
    return Wishful


@pytest.fixture(scope="session")
def with_trend() -> Wishful:
    """Return a subject that earns on the waves."""
    return Wishful(_with_trend)


@pytest.fixture(scope="session")
def against_trend() -> Wishful:
    """Return a subject that loses on the waves."""
    return Wishful(lambda market: -_with_trend(market))


@pytest.fixture(scope="session")
def idle() -> Wishful:
    """Return a subject that never trades."""
    return Wishful(lambda market: np.zeros(market.n_bars))


@pytest.fixture(scope="session")
def always_long() -> Wishful:
    """Return a subject that buys once and never sells."""
    return Wishful(lambda market: np.ones(market.n_bars))


@pytest.fixture(scope="session")
def clairvoyant() -> Wishful:
    """Return a cheat: at the close of t it knows the open of t+2, where a trade filled at t+1 can end."""
    return Wishful(_reading(2))


@pytest.fixture(scope="session")
def waves(make_market: Callable[..., Market]) -> Universe:
    """Return two coins whose logarithms swing by 5 % every 80 and every 56 bars, with funding.

    The last 40 bars are traded by few.
    """
    markets = []
    for coin, period in (("BTC", 80), ("ETH", 56)):
        # A small step up and down keeps the followers from being right on every single bar.
        steps = 0.05 * np.sin(2 * np.pi * np.arange(N_BARS + 1) / period)
        steps = steps + 0.004 * (np.arange(N_BARS + 1) % 7 == 3)
        prices = 100.0 * np.exp(steps)
        rate = np.where(np.arange(N_BARS) % 8 == 0, 1e-5, 0.0)
        volume = np.where(np.arange(N_BARS) < THIN_FROM, 1e12, 2e4)
        opens, closes = prices[:-1], prices[1:]
        low, high = np.minimum(opens, closes) * 0.999, np.maximum(opens, closes) * 1.001
        markets.append(
            make_market(
                list(opens),
                list(high),
                list(low),
                list(closes),
                list(volume),
                funding_rate=list(rate),
                coin=coin,
                venue="test",
            )
        )
    return Universe("waves", tuple(markets))


@pytest.fixture(scope="session")
def part_of() -> Callable[[Universe, str, int, int], Slice]:
    """Build the slice [start, stop) of a universe."""

    def build(universe: Universe, name: str, start: int, stop: int) -> Slice:
        end_ms = int(universe.time_ms[stop - 1]) + universe.interval_ms
        return Slice(name, start, stop, int(universe.time_ms[start]), end_ms)

    return build


@pytest.fixture(scope="session")
def case_of() -> Callable[..., Case]:
    """Build a subject's case over the whole of a universe, or over `part` of it."""

    def build(
        subject: Wishful,
        universe: Universe,
        *,
        part: Slice | None = None,
        scale: float = 1.0,
        policy: GauntletPolicy | None = None,
    ) -> Case:
        bars = part or whole_slice("IS", universe)
        return Case(subject, universe, bars, replace(subject.risk, scale=scale), policy or GauntletPolicy())

    return build
