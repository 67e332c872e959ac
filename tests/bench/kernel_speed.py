"""One simulation of the fused kernel with every feature on, at several numbers of trades and shares of bars held.

Fees, slippage, funding known on every bar, liquidation, stop, target, trailing stop, time exit, reversal, all metrics
and the call from Python are in the time. A case whose trades, equity or metrics differ from the plain reference's is
refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backtest.costs import Costs
from backtest.kernel import Workspace, simulate
from backtest.parity import first_difference
from backtest.prepared import PreparedMarket, prepare
from backtest.reference import simulate_reference
from backtest.result import Result
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.trace import trace
from data.intervals import HOUR_MS
from data.market import Instrument, Market

FIRST_OPEN_MS = 1_577_836_800_000


@dataclass(frozen=True, slots=True)
class Case:
    """Random entry levels, and exits some bars later."""

    n_trades: int
    """Round trips aimed at."""
    bars_held: float
    """Mean bars from entry to exit level; protective levels close some trades before."""
    risk: Risk
    bar_us: float
    """What one simulation may take."""
    is_typical: bool = False
    """Whether trades last the ten bars or so that the bars are meant for."""


TIGHT = Risk(stop=0.02, target=0.04, trailing=0.03, max_hold_bars=36, reverse=True)
WIDE = Risk(stop=0.08, target=0.12, trailing=0.1, max_hold_bars=168, reverse=True)
CASES = (
    Case(200, 16, TIGHT, 60.0, is_typical=True),
    Case(200, 26, WIDE, 60.0),
    Case(200, 70, WIDE, 60.0),
    Case(700, 3, TIGHT, 150.0),
    Case(700, 18, TIGHT, 150.0, is_typical=True),
    Case(700, 19, WIDE, 150.0),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A case ready to be timed."""

    case: Case
    call: Callable[[], Result]
    n_trades: int
    exposure: float
    reasons: dict[str, int]
    """How many trades each reason closed."""


def synthetic_market(n_bars: int, seed: int, *, has_funding: bool = True) -> Market:
    """Return hourly bars of a random walk of 0.6 % a bar and a funding rate settled on every bar."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(0.006 * rng.standard_normal(n_bars)))
    open_ = np.concatenate(([100.0], close[:-1]))
    reach = 0.003 * np.abs(rng.standard_normal((2, n_bars)))
    rate = 1e-5 * (1.0 + rng.standard_normal(n_bars)) * has_funding
    return Market(
        instrument=Instrument(coin="SYN", venue="synthetic", lot_size=1e-9),
        interval_ms=HOUR_MS,
        time_ms=FIRST_OPEN_MS + HOUR_MS * np.arange(n_bars, dtype=np.int64),
        open=open_,
        high=np.maximum(open_, close) * (1.0 + reach[0]),
        low=np.minimum(open_, close) * (1.0 - reach[1]),
        close=close,
        volume=np.full(n_bars, 1e9),
        is_available=np.ones(n_bars, dtype=np.bool_),
        funding_rate=rate,
        funding_cost=rate * open_,
    )


def spread_levels(n_bars: int, n_trades: int, bars_held: float, sides: tuple[int, ...], seed: int) -> Signals:
    """Return entries of random sides, evenly spread but for chance, each with its exit level some bars later.

    A side is 0 for long, 1 for short. No bar has two levels, and the last bars have none but exits.
    """
    rng = np.random.default_rng(seed)
    levels, period = np.zeros((4, n_bars), dtype=np.bool_), n_bars / n_trades
    for i in range(n_trades):
        entry = int(period * (i + 0.2 * rng.random()))
        exit_ = min(entry + int(rng.geometric(1.0 / bars_held)), n_bars - 3)
        side = sides[int(rng.integers(len(sides)))]
        levels[2 * side, entry], levels[2 * side + 1, exit_] = entry < n_bars - 3, True
    for later in range(1, 4):
        levels[later] &= ~levels[:later].any(axis=0)
    levels[(1, 3), -3] = [side in sides for side in (0, 1)]
    return Signals.from_bools(*levels)


def prepare_runs(n_bars: int) -> list[Run]:
    """Return every case, compared with the reference.

    Raises
    ------
    RuntimeError
        If a case differs from the reference by more than 1e-9.
    """
    market = synthetic_market(n_bars, 5)
    prepared = prepare(market, Costs())
    return [_run(market, prepared, case) for case in CASES]


def _run(market: Market, prepared: PreparedMarket, case: Case) -> Run:
    levels = spread_levels(market.n_bars, case.n_trades, case.bars_held, (0, 1), 7)
    traced = trace(prepared, levels, case.risk)
    difference = first_difference(traced, simulate_reference(market, levels, case.risk, prepared.costs))
    if difference is not None:
        raise RuntimeError(f"case {case} is refused, kernel and reference differ: {difference}")
    workspace, metrics = Workspace(market.n_bars), traced.result.metrics
    return Run(
        case,
        lambda: simulate(prepared, levels, case.risk, workspace=workspace),
        metrics.n_trades,
        metrics.exposure,
        dict(Counter(reason.value for reason in traced.trades.reason)),
    )
