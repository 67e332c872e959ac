"""What the kernel refuses, and what a trace adds to a result."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backtest.costs import Costs
from backtest.kernel import simulate
from backtest.prepared import prepare
from backtest.risk import Risk
from backtest.trace import trace

BOTH = pytest.mark.parametrize("run", [simulate, trace])


@pytest.fixture
def prepared(make_market):
    return prepare(make_market([100, 101, 102, 103, 104]), Costs())


@BOTH
@pytest.mark.parametrize(("start", "stop"), [(-1, 3), (2, 2), (3, 2), (0, 6)])
def test_impossible_slice_is_refused(prepared, make_signals, run, start, stop):
    with pytest.raises(ValueError, match=rf"slice is \[{start}, {stop}\); allowed is 0 <= start < stop <= 5"):
        run(prepared, make_signals(5), Risk(), start=start, stop=stop)


@BOTH
def test_signals_of_another_length_are_refused(prepared, make_signals, run):
    with pytest.raises(ValueError, match="signals have 4 bars; allowed are 5"):
        run(prepared, make_signals(4), Risk())


@BOTH
@pytest.mark.parametrize("capital", [0.0, -1.0, math.nan, math.inf])
def test_impossible_capital_is_refused(prepared, make_signals, run, capital):
    with pytest.raises(ValueError, match=f"initial_capital is {capital}; allowed is a finite amount above 0"):
        run(prepared, make_signals(5), Risk(), initial_capital=capital)


@BOTH
def test_no_blocks_are_refused(prepared, make_signals, run):
    with pytest.raises(ValueError, match="n_blocks is 0; allowed is 1 or more"):
        run(prepared, make_signals(5), Risk(), n_blocks=0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"stop": 0.0}, "stop is 0.0; allowed is a fraction above 0 and at most 0.99, or None, which leaves it out"),
        ({"stop": 0.995}, "stop is 0.995; allowed is a fraction above 0 and at most 0.99"),
        ({"target": 1.0}, "target is 1.0; allowed is a fraction above 0 and at most 0.99"),
        ({"trailing": 0.991}, "trailing is 0.991; allowed is a fraction above 0 and at most 0.99"),
        ({"trailing": math.nan}, "trailing is nan; allowed is a fraction above 0 and at most 0.99"),
        ({"scale": 0.0}, "scale is 0.0; allowed is a finite number above 0"),
        ({"scale": math.inf}, "scale is inf; allowed is a finite number above 0"),
        ({"max_hold_bars": 0}, "max_hold_bars is 0; allowed is 1 or more"),
        ({"sizing_window_bars": 1}, "sizing_window_bars is 1; allowed is 2 or more"),
    ],
)
def test_impossible_risk_is_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        Risk(**changed)


def test_trace_holds_the_result_of_the_simulation_and_its_equity(prepared, make_signals):
    signals = make_signals(5, long_entry=[0])
    traced, result = trace(prepared, signals, Risk()), simulate(prepared, signals, Risk())
    assert traced.result.metrics == result.metrics
    assert traced.result.equity_change.tolist() == result.equity_change.tolist()
    assert traced.equity == pytest.approx(10_000 + np.cumsum(result.equity_change), rel=1e-15)
    assert len(traced.trades) == result.counts.n_forced == 1


def test_trace_keeps_its_arrays_when_another_follows(prepared, make_signals):
    first = trace(prepared, make_signals(5, long_entry=[0]), Risk())
    before = (first.equity.tolist(), first.result.equity_change.tolist(), first.trades.profit.tolist())
    trace(prepared, make_signals(5, short_entry=[1]), Risk())
    assert (first.equity.tolist(), first.result.equity_change.tolist(), first.trades.profit.tolist()) == before
