"""Both simulators for the tests of clauses, and random cases for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from backtest.costs import Costs
from backtest.prepared import prepare
from backtest.reference import simulate_reference
from backtest.result import Trace
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.trace import trace
from data.market import Market
from tests.backtest.random_cases import Case, draw_case, draw_long_case
from tests.backtest.random_markets import Generator

MakeMarket = Callable[..., Market]
Simulator = Callable[..., Trace]


def simulate_by_kernel(market: Market, signals: Signals, risk: Risk, costs: Costs, **options: Any) -> Trace:
    """Call the compiled kernel as the reference is called."""
    return trace(prepare(market, costs), signals, risk, **options)


@pytest.fixture(scope="session", params=["reference", "kernel"])
def simulator(request: pytest.FixtureRequest) -> Simulator:
    """One simulator after the other: `simulator(market, signals, risk, costs, **options)` returns a trace.

    What a clause of docs/semantics.md says is shown of both.
    """
    return {"reference": simulate_reference, "kernel": simulate_by_kernel}[request.param]


@pytest.fixture
def trade_once(simulator: Simulator, make_market: MakeMarket, make_signals: Callable[..., Signals]) -> Simulator:
    """Enter at open[1] with 1000 USDC, without costs unless given; bars are (open, high, low, close)."""
    free = Costs(taker_fee_bps=0.0, slippage_bps=0.0)

    def run(
        bars: Sequence[tuple[float, ...]], risk: Risk, *, short: bool = False, costs: Costs = free, **market: Any
    ) -> Trace:
        signals = make_signals(len(bars), **{"short_entry" if short else "long_entry": [0]})
        return simulator(make_market(*zip(*bars, strict=True), **market), signals, risk, costs, initial_capital=1000.0)

    return run


@pytest.fixture(scope="session")
def random_case() -> Callable[[Generator, int], Case]:
    """See `draw_case`."""
    return draw_case


@pytest.fixture(scope="session")
def random_long_case() -> Callable[[Generator], Case]:
    """See `draw_long_case`."""
    return draw_long_case


@pytest.fixture(scope="session")
def random_pool() -> Callable[[Generator, int, int], list[Case]]:
    """Cases of several coins on one calendar: `random_pool(rng, n_coins, n_bars)`; they share risk and options."""

    def draw(rng: Generator, n_coins: int, n_bars: int) -> list[Case]:
        cases = [draw_case(rng, n_bars) for _ in range(n_coins)]
        first = cases[0]
        calendar = {"interval_ms": first.market.interval_ms, "time_ms": first.market.time_ms}
        return [
            replace(case, market=replace(case.market, **calendar), risk=first.risk, options=first.options)
            for case in cases
        ]

    return draw
