"""Part A: one simulation from the same levels, by several programs.

The common subset is what all of them know; ours with every feature on stands beside it, and is what the bars are about.
Funding on every bar, fees, slippage, liquidation, stop, target, trailing stop, time exit, reversal, all statistics and
the call from Python are in its time, and it is compared with the plain reference simulation.

Small histories are simulated with several sets of levels in turn, as a search does: a processor that sees the same
levels a thousand times learns them by heart, and is three times as fast at them.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from backtest.costs import Costs
from backtest.kernel import simulate
from backtest.parity import first_difference
from backtest.prepared import prepare
from backtest.reference import simulate_reference
from backtest.result import Metrics
from backtest.risk import Risk
from backtest.trace import trace
from backtest.workspace import Workspace
from data.market import Market
from tests.bench.copying import copy_call
from tests.bench.equality import refusal
from tests.bench.markets import drawn_levels, synthetic_market
from tests.bench.peers.direct import DirectEngine
from tests.bench.peers.event_loop import EventLoop
from tests.bench.peers.portfolio import portfolio_four
from tests.bench.peers.task import CAPITAL_USDC, SHARE, Task, four_of
from tests.bench.timing import ROUNDS, Contestant, Timed, interleaved

SMALL, LARGE = 20_000, 1_000_000
SMALL_SETS = LARGE // SMALL
SIDES = (0, 1)
TIGHT = Risk(scale=SHARE, stop=0.02, target=0.04, trailing=0.03, max_hold_bars=36, reverse=True)
WIDE = Risk(scale=SHARE, stop=0.15, target=0.25, trailing=0.2, max_hold_bars=720, reverse=True)

OURS, FULL, DIRECT, RUST, NUMBA, LOOP, COPY = "ours", "full", "direct", "rust", "numba", "event_loop", "copy"
Calls = dict[str, list[Callable[[], Any]]]
"""What each contestant does with each set of levels."""


@dataclass(frozen=True, slots=True)
class Case:
    """How many bars, entries and bars held."""

    n_bars: int
    density: float
    """Share of bars with an entry level."""
    bars_held: float
    """Mean bars from entry level to exit level."""
    risk: Risk

    @property
    def n_sets(self) -> int:
        """How many sets of levels take turns."""
        return SMALL_SETS if self.n_bars == SMALL else 1

    def __str__(self) -> str:
        return f"{self.n_bars:,} bars, density {self.density}, exits {self.bars_held:.0f} bars later"


@dataclass(frozen=True, slots=True)
class Traded:
    """Trades and share of bars held, the mean over sets of levels."""

    n_trades: float
    exposure: float

    @classmethod
    def of(cls, found: Sequence[Metrics]) -> Traded:
        """Average the sets."""
        return cls(statistics.mean(m.n_trades for m in found), statistics.mean(m.exposure for m in found))


@dataclass(frozen=True, slots=True)
class Measured:
    """One case, timed."""

    case: Case
    common: Traded
    """What the common subset traded."""
    full: Traded
    """What was traded with every feature on."""
    times: dict[str, Timed]
    """By contestant; those refused are missing."""
    refused: list[str] = field(default_factory=list)

    def us(self, name: str) -> float | None:
        """Return the median in microseconds."""
        return self.times[name].median * 1e6 if name in self.times else None

    def ratio(self, name: str, to: str) -> float | None:
        """Return how many times the time of `to` a contestant takes."""
        return self.times[name].median / self.times[to].median if {name, to} <= set(self.times) else None


def measure_case(case: Case) -> Measured:
    """Check that all contestants agree, then time them in turn."""
    funded = synthetic_market(case.n_bars, 5)
    tasks = tasks_of(case)
    full = full_calls(funded, tasks, case.risk)
    calls: Calls = {
        OURS: [task.ours for task in tasks],
        FULL: full,
        DIRECT: [DirectEngine(task.request).four for task in tasks],
        RUST: [lambda task=task: portfolio_four(task.request, "rust") for task in tasks],
        NUMBA: [lambda task=task: portfolio_four(task.request, "numba") for task in tasks],
        COPY: [copy_call(funded, tasks[0].signals)],
    }
    # It takes seconds at a million bars: one round there, and only where trades are short.
    if case.n_bars == SMALL or case.risk is TIGHT:
        calls[LOOP] = [EventLoop(tasks[0]).n_trades]
    ours = [task.ours() for task in tasks]
    refused = refused_of(case, calls, ours, funded, tasks)
    kept = {name: call for name, call in calls.items() if name not in refused}
    timed = interleaved(
        [Contestant(_in_turn(kept[name]), 1 if name == LOOP and case.n_bars != SMALL else ROUNDS) for name in kept]
    )
    times = dict(zip(kept, timed, strict=True))
    return Measured(case, Traded.of(ours), Traded.of([call() for call in full]), times, list(refused.values()))


def tasks_of(case: Case) -> list[Task]:
    """Return the sets of levels on one market."""
    prepared = prepare(synthetic_market(case.n_bars, 5, has_funding=False), Costs())
    workspace, seeds = Workspace(case.n_bars), range(7, 7 + case.n_sets)
    return [
        Task.of(prepared, drawn_levels(case.n_bars, case.density, case.bars_held, SIDES, seed), workspace)
        for seed in seeds
    ]


def full_calls(funded: Market, tasks: list[Task], risk: Risk) -> list[Callable[[], Metrics]]:
    """Return our simulation with every feature on, for each set of levels."""
    prepared, workspace = prepare(funded, Costs()), Workspace(funded.n_bars)

    def full(task: Task) -> Metrics:
        return simulate(
            prepared, task.signals, risk, initial_capital=CAPITAL_USDC, workspace=workspace, keep_changes=False
        ).metrics

    return [lambda task=task: full(task) for task in tasks]


def _in_turn(calls: list[Callable[[], object]]) -> Callable[[], object]:
    """Return a call that makes the next of the calls each time."""
    if len(calls) == 1:
        return calls[0]
    turns = cycle(calls)

    def call_next() -> object:
        return next(turns)()

    return call_next


def refused_of(case: Case, calls: Calls, ours: list[Metrics], funded: Market, tasks: list[Task]) -> dict[str, str]:
    """Return why a contestant is refused, for those that are."""
    fours = [four_of(metrics) for metrics in ours]
    found = {FULL: _reference_refusal(case, calls[FULL], funded, tasks)}
    for name in (DIRECT, RUST, NUMBA):
        texts = (refusal(f"A, {name}, {case}", f, call()) for f, call in zip(fours, calls[name], strict=True))
        found[name] = next((text for text in texts if text), None)
    if LOOP in calls:
        found[LOOP] = refusal(f"A, trades of backtesting.py, {case}", ours[0].n_trades, calls[LOOP][0]())
    return {name: text for name, text in found.items() if text}


def _reference_refusal(case: Case, calls: list[Callable[[], Any]], funded: Market, tasks: list[Task]) -> str | None:
    """Compare what is timed with the plain reference: its statistics, and the same simulation trade by trade."""
    prepared, row = prepare(funded, Costs()), f"A, ours with every feature, {case}"
    for call, task in zip(calls, tasks, strict=True):
        ours = trace(prepared, task.signals, case.risk, initial_capital=CAPITAL_USDC)
        plain = simulate_reference(funded, task.signals, case.risk, Costs(), initial_capital=CAPITAL_USDC)
        difference = first_difference(ours, plain, names=("kernel", "reference"))
        if difference is not None:
            return f"{row}: {difference}"
        text = refusal(row, four_of(plain.result.metrics), four_of(call()))
        if text:
            return text
    return None
