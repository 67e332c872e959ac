"""What a second worker gains: on the kernel alone, by processes and by threads, and end to end. Time on the wall."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from backtest.costs import Costs
from backtest.kernel import simulate
from backtest.prepared import PreparedMarket, prepare
from backtest.signals import Signals
from backtest.workspace import Workspace
from evolution.backends import ProcessBackend
from tests.bench.markets import drawn_levels, synthetic_market, synthetic_markets
from tests.bench.parts.simulations_cases import SIDES, TIGHT
from tests.bench.peers.task import CAPITAL_USDC
from tests.bench.searching import MINIMUM_TRADES, Spent, generations, stored
from tests.bench.section import Bar, Cell, Column, Table
from tests.bench.timing import ROUNDS, Contestant, interleaved

N_BARS, SIZE, EVOLVED = 20_000, 1_000, 5
TASKS, CALLS = 8, 2_000
"""Tasks that the workers share, and simulations in each."""
ADDITIONS = 3_000_000
KERNEL_BAR, WHOLE_BAR = 1.8, 1.7
COUNTS = (1, 2)


def over_workers(*, quick: bool) -> tuple[Table, tuple[Bar, ...]]:
    """Time the same work by one worker and by two."""
    alone, by_processes = _rates(lambda n: ProcessPoolExecutor(n, mp_context=get_context("spawn")), ADDING, SIMULATING)
    (by_threads,) = _rates(ThreadPoolExecutor, SIMULATING)
    whole = _whole_rates(SIZE // 4 if quick else SIZE)
    rows: tuple[tuple[Cell, ...], ...] = (
        ("the machine itself: additions a second in registers alone, processes", *alone, alone[1] / alone[0]),
        ("kernel, simulations a second, processes", *by_processes, by_processes[1] / by_processes[0]),
        ("kernel, simulations a second, threads", *by_threads, by_threads[1] / by_threads[0]),
        ("whole loop, unique genomes a second, processes", *whole, whole[1] / whole[0]),
    )
    columns = (Column("work"), Column("one", "{:,.0f}"), Column("two", "{:,.0f}"), Column("times", "{:.2f}"))
    bars = (
        Bar("two workers, kernel", by_processes[1] / by_processes[0], KERNEL_BAR),
        Bar("two workers, end to end", whole[1] / whole[0], WHOLE_BAR),
    )
    return Table(f"Workers, {N_BARS:,} bars x 1 coin, time on the wall", columns, rows), bars


def _rates(make: Callable[[int], Executor], *works: Work) -> list[list[float]]:
    """Return how often a second each work is done by each number of workers, all of them in turn."""
    with ExitStack() as stack:
        pools = [stack.enter_context(make(count)) for count in COUNTS]
        contestants = [
            Contestant(lambda pool=pool, work=work: list(pool.map(work.do, range(TASKS))))
            for work in works
            for pool in pools
        ]
        timed = iter(interleaved(contestants, seconds_each=0.0, clock=time.perf_counter))
    return [[TASKS * work.times / next(timed).median for _ in COUNTS] for work in works]


@cache
def _work() -> tuple[PreparedMarket, list[Signals]]:
    """Return what a worker simulates, made once in each process."""
    levels = [drawn_levels(N_BARS, 0.01, 10, SIDES, 7 + i) for i in range(TASKS)]
    return prepare(synthetic_market(N_BARS, 5), Costs()), levels


def _simulate_many(task: int) -> int:
    """Simulate many times; the levels take turns, so that no processor learns them."""
    prepared, levels = _work()
    workspace, n_trades = Workspace(N_BARS), 0
    for i in range(CALLS):
        signals = levels[(task + i) % len(levels)]
        result = simulate(prepared, signals, TIGHT, initial_capital=CAPITAL_USDC, workspace=workspace)
        n_trades += result.metrics.n_trades
    return n_trades


def _add_many(task: int) -> int:
    """Add in the interpreter, which asks nothing of the memory: what two cores can gain at most."""
    total = task
    for _ in range(ADDITIONS):
        total += 1
    return total


@dataclass(frozen=True, slots=True)
class Work:
    """What a task does."""

    do: Callable[[int], int]
    times: int
    """How often."""


ADDING, SIMULATING = Work(_add_many, ADDITIONS), Work(_simulate_many, CALLS)


def _whole_rates(size: int) -> list[float]:
    with stored(synthetic_markets(N_BARS, 1, 5)) as snapshot, ExitStack() as stack:
        spent = [_generations(snapshot, stack, count, size) for count in COUNTS]
        found: list[list[Spent]] = [[] for _ in COUNTS]
        for number in range(EVOLVED + ROUNDS):
            for turn, run in enumerate(spent):
                # Its workers have begun with this one while the other was timed; the one after it is all their own.
                next(run)
                done = next(run)
                if number >= EVOLVED:
                    found[turn].append(done)
    return [statistics.median(item.unique_rate for item in rounds) for rounds in found]


def _generations(snapshot: Path, stack: ExitStack, workers: int, size: int) -> Iterator[Spent]:
    backend = ProcessBackend(snapshot, minimum_trades=MINIMUM_TRADES, workers=workers)
    stack.callback(backend.close)
    return generations(snapshot, backend, time.perf_counter, population=size, offspring=size)
