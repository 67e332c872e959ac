"""What the reference simulator and its pool refuse."""

import pytest

from backtest.costs import Costs
from backtest.reference import pool_reference, simulate_reference
from backtest.risk import Risk

FREE = Costs(taker_fee_bps=0.0, slippage_bps=0.0)


def test_signals_of_another_length_are_refused(make_market, make_signals):
    """As the kernel refuses them."""
    with pytest.raises(ValueError, match="signals have 3 bars, TEST has 4"):
        simulate_reference(make_market([100] * 4), make_signals(3), Risk(), FREE)


@pytest.mark.parametrize(("start", "stop"), [(2, 2), (-1, 3), (0, 5), (3, 1)])
def test_impossible_slice_is_refused(make_market, make_signals, start, stop):
    """As the kernel refuses them."""
    with pytest.raises(ValueError, match="allowed is 0 <= start < stop <= 4"):
        simulate_reference(make_market([100] * 4), make_signals(4), Risk(), FREE, start=start, stop=stop)


@pytest.mark.parametrize("capital", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_capital_is_refused(make_market, make_signals, capital):
    """As the kernel refuses them."""
    with pytest.raises(ValueError, match="initial_capital"):
        simulate_reference(make_market([100] * 4), make_signals(4), Risk(), FREE, initial_capital=capital)


def test_no_blocks_are_refused(make_market, make_signals):
    """As the kernel refuses them."""
    with pytest.raises(ValueError, match="n_blocks is 0"):
        simulate_reference(make_market([100] * 4), make_signals(4), Risk(), FREE, n_blocks=0)


def test_nothing_to_pool_is_refused():
    """The door of the pool."""
    with pytest.raises(ValueError, match="at least one trace"):
        pool_reference([], 8760.0)


def test_sleeves_of_different_slices_are_refused(make_market, make_signals):
    """The door of the pool."""
    traces = [simulate_reference(make_market([100] * n), make_signals(n), Risk(), FREE) for n in (4, 5)]
    with pytest.raises(ValueError, match="one slice for all"):
        pool_reference(traces, 8760.0)
