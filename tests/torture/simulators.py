"""Kernel, reference and vectorbt on as many random cases as wanted.

A case is drawn from the seed and its own number alone, so that any of them can be had again by itself. Cases are done
in portions, and the same command on the same code goes on after the last portion that was done.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from backtest.oracle import accounting_parity, logic_parity, without_funding
from backtest.parity import first_difference
from backtest.prepared import prepare
from backtest.reference import simulate_reference
from backtest.result import Trace
from backtest.trace import trace
from data.code_version import hash_sources
from tests.backtest.random_cases import Case, draw_case, draw_long_case
from tests.torture.campaign import RESULTS, Campaign

MAX_BARS = 240
LONG_SHARE = 0.1
"""Share of cases under the variable rules of sizing."""
ORACLE_EVERY = 20
"""One case in so many is shown to vectorbt too, for accounts and for logic."""
PORTION = 250
TOLERANCE = 1e-9
INTERRUPTED = 3


@dataclass(frozen=True, slots=True)
class Portion:
    """What came of some cases in a row."""

    size: int
    to_vectorbt: int
    round_trips: int
    failures: tuple[str, ...]
    """Those of few bars come first when sorted."""


def draw(seed: int, number: int) -> Case:
    """Draw one case."""
    rng = np.random.default_rng([seed, number])
    if rng.random() < LONG_SHARE:
        return draw_long_case(rng)
    return draw_case(rng, int(rng.integers(2, MAX_BARS + 1)))


def against_reference(case: Case, ours: Trace) -> str | None:
    """Return the first difference between kernel and reference."""
    theirs = simulate_reference(case.market, case.signals, case.risk, case.costs, **case.options)
    difference = first_difference(ours, theirs, names=("kernel", "reference"))
    if difference is not None:
        return str(difference)
    # What pooling reads besides, of ruined sleeves too.
    if ours.result.n_bars_held != theirs.result.n_bars_held:
        return f"bars held: kernel {ours.result.n_bars_held}, reference {theirs.result.n_bars_held}"
    traded = ours.result.traded_usdc, theirs.result.traded_usdc
    if not abs(traded[0] - traded[1]) <= TOLERANCE * traded[1]:
        return f"notional traded: kernel {traded[0]!r}, reference {traded[1]!r}"
    return None


def against_vectorbt(case: Case) -> str | None:
    """Return the first difference between kernel and vectorbt, in accounts or in logic."""
    bare = without_funding(case.market)
    ours = trace(prepare(bare, case.costs), case.signals, case.risk, **case.options)
    accounts = accounting_parity(bare, ours, case.costs).first_difference
    if accounts is not None:
        return f"accounts: {accounts}"
    options = {name: value for name, value in case.options.items() if name != "n_blocks"}
    logic = logic_parity(case.market, case.signals, case.risk, case.costs, **options).first_difference
    return None if logic is None else f"logic: {logic}"


def run_portion(seed: int, numbers: range) -> Portion:
    """Run cases and keep what disagrees."""
    failures, to_vectorbt, round_trips = [], 0, 0
    for number in numbers:
        case = draw(seed, number)
        ours = trace(prepare(case.market, case.costs), case.signals, case.risk, **case.options)
        round_trips += len(ours.trades)
        difference = against_reference(case, ours)
        if number % ORACLE_EVERY == 0:
            to_vectorbt += 1
            difference = difference or against_vectorbt(case)
        if difference is not None:
            failures.append(failure_of(seed, number, case, difference))
    return Portion(len(numbers), to_vectorbt, round_trips, tuple(failures))


def failure_of(seed: int, number: int, case: Case, difference: str) -> str:
    """Say what differs and how to see it again."""
    return f"{case.market.n_bars:3} bars, --seed {seed} --case {number}: {difference}"


def start(seed: int, cases: int, folder: Path = RESULTS) -> Campaign:
    """Return the campaign where it was left."""
    code = hash_sources(("tests/backtest",))
    return Campaign("simulators", cases, {"seed": seed, "cases": cases, "generator": code}, folder)


def portions(seed: int, numbers: range, workers: int, size: int = PORTION) -> Iterator[Portion]:
    """Run the cases portion by portion, in order."""
    parts = [numbers[first : first + size] for first in range(0, len(numbers), size)]
    task = partial(run_portion, seed)
    if workers == 1:
        yield from map(task, parts)
        return
    # Compiled and imported once, before there are several of us.
    run_portion(seed, range(1))
    with multiprocessing.get_context("fork").Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from pool.imap(task, parts)


def record(campaign: Campaign, portion: Portion) -> None:
    """Write a portion down."""
    happened = ["round trip"] * portion.round_trips + ["case by vectorbt too"] * portion.to_vectorbt
    campaign.record(*happened, failures=list(portion.failures), rounds=portion.size)


def finish(campaign: Campaign) -> int:
    """Write the end down, print the smallest disagreement last, and return the exit code."""
    code = campaign.close()
    if campaign.failures:
        sys.stdout.write(f"the smallest: {min(campaign.failures)}\n")
    return code


def show(seed: int, number: int) -> int:
    """Run one case alone, vectorbt included, and print it."""
    case = draw(seed, number)
    ours = trace(prepare(case.market, case.costs), case.signals, case.risk, **case.options)
    difference = against_reference(case, ours) or against_vectorbt(case)
    sys.stdout.write(f"{case.risk}\n{case.costs}\n{case.options}\n{difference or 'all agree'}\n")
    return int(difference is not None)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare the simulators on random cases.")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--case", type=int, help="run this one case alone, vectorbt included, and print it")
    asked = parser.parse_args()
    if asked.case is not None:
        return show(asked.seed, asked.case)
    campaign = start(asked.seed, asked.cases)
    try:
        for portion in portions(asked.seed, range(campaign.done, asked.cases), asked.workers):
            record(campaign, portion)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; the same command goes on from there\n")
        return INTERRUPTED
    return finish(campaign)


if __name__ == "__main__":
    sys.exit(main())
