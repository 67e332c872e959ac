"""Subjects made by hand, and a small universe of two waves for them to trade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from backtest.risk import Risk
from backtest.signals import Signals
from backtest.splits import Slice
from data.market import Market, Universe
from evolution.evaluator import FeatureStore
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.registry.rows import Strategy
from organism.registry.states import LifecycleState

Wanted = Callable[[Market], NDArray[np.int64]]
N_BARS = 600


@dataclass(frozen=True, slots=True)
class Scripted:
    """A subject whose wish for each bar comes from a function: 1 long, -1 short, 0 out, decided at that close."""

    wanted: Wanted
    risk: Risk = field(default_factory=lambda: Risk(reverse=True))

    def signals(self, universe: Universe, features: FeatureStore | None = None) -> Mapping[str, Signals]:
        del features
        return {market.coin: _levels(self.wanted(market)) for market in universe}

    def jittered(self, rng: np.random.Generator) -> Scripted:
        del rng
        return self

    def retuned(self, universe: Universe, rng: np.random.Generator) -> Scripted:
        del universe, rng
        return self


def _levels(wish: NDArray[np.int64]) -> Signals:
    return Signals.from_bools(wish > 0, wish <= 0, wish < 0, wish >= 0)


def _with_trend(market: Market) -> NDArray[np.int64]:
    """Long after three rising closes' worth of gain, short after a loss: nothing later than its own close."""
    change = np.zeros(market.n_bars)
    change[3:] = market.close[3:] / market.close[:-3] - 1.0
    return np.sign(change).astype(np.int64)


def _reading(lead: int) -> Wanted:
    """Long before a rise and short before a fall of the open `lead` bars on: a cheat from lead 1 on."""

    def wanted(market: Market) -> NDArray[np.int64]:
        wish = np.zeros(market.n_bars, dtype=np.int64)
        wish[:-lead] = np.sign(market.open[lead:] - market.open[lead - 1 : -1])
        return wish

    return wanted


@pytest.fixture(scope="session")
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture(scope="session")
def with_trend() -> Scripted:
    """Return a subject that earns on the waves."""
    return Scripted(_with_trend)


@pytest.fixture(scope="session")
def against_trend() -> Scripted:
    """Return a subject that loses on the waves."""
    return Scripted(lambda market: -_with_trend(market))


@pytest.fixture(scope="session")
def idle() -> Scripted:
    """Return a subject that never trades."""
    return Scripted(lambda market: np.zeros(market.n_bars, dtype=np.int64))


@pytest.fixture(scope="session")
def always_long() -> Scripted:
    """Return a subject that buys once and never sells."""
    return Scripted(lambda market: np.ones(market.n_bars, dtype=np.int64))


@pytest.fixture(scope="session")
def clairvoyant() -> Scripted:
    """Return a cheat: at the close of t it knows the open of t+2, where a trade filled at t+1 can end."""
    return Scripted(_reading(2))


@pytest.fixture(scope="session")
def waves(make_market: Callable[..., Market]) -> Universe:
    """Return two coins whose logarithms swing by 5 % every 80 and every 56 bars, with funding."""
    markets = []
    for coin, period in (("BTC", 80), ("ETH", 56)):
        # A small step up and down keeps the followers from being right on every single bar.
        steps = 0.05 * np.sin(2 * np.pi * np.arange(N_BARS + 1) / period)
        steps = steps + 0.004 * (np.arange(N_BARS + 1) % 7 == 3)
        prices = 100.0 * np.exp(steps)
        rate = np.where(np.arange(N_BARS) % 8 == 0, 1e-5, 0.0)
        opens, closes = prices[:-1], prices[1:]
        low, high = np.minimum(opens, closes) * 0.999, np.maximum(opens, closes) * 1.001
        markets.append(
            make_market(
                list(opens), list(high), list(low), list(closes), funding_rate=list(rate), coin=coin, venue="test"
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
        subject: Scripted,
        universe: Universe,
        *,
        part: Slice | None = None,
        scale: float = 1.0,
        policy: GauntletPolicy | None = None,
    ) -> Case:
        bars = part or whole_slice("IS", universe)
        return Case(subject, universe, bars, replace(subject.risk, scale=scale), policy or GauntletPolicy())

    return build


@pytest.fixture(scope="session")
def make_strategy() -> Callable[[str], Strategy]:
    """Build a strategy in testing from its genotype hash."""

    def build(genotype_hash: str) -> Strategy:
        return Strategy(
            id=genotype_hash[-8:],
            algorithm_type="gp",
            generation=0,
            genotype_hash=genotype_hash,
            genome_json="{}",
            rendered="",
            behaviour_hash="0" * 64,
            run_id="run",
            snapshot_id="5" * 64,
            parents=(),
            operator="initial",
            in_sample={},
            state=LifecycleState.TESTING,
            version=2,
            evidence_sha256=None,
            born_at=datetime(2026, 1, 1, tzinfo=UTC),
        )

    return build
