"""Default costs by coin, and costs made dearer."""

from __future__ import annotations

import pytest

from backtest.costs import Costs, costs_for


@pytest.mark.parametrize(("coin", "slippage"), [("BTC", 2.0), ("ETH", 2.0), ("SOL", 5.0), ("btc", 5.0)])
def test_liquid_coins_slip_two_basis_points_and_others_five(coin, slippage):
    assert costs_for(coin) == Costs(taker_fee_bps=4.5, slippage_bps=slippage)


def test_doubled_costs_double_fee_and_slippage_alone():
    doubled = Costs(minimum_order_usdc=20.0, capacity_share=0.02, unknown_funding_bps_per_8h=4.0).scaled(2.0)
    assert doubled == Costs(9.0, 10.0, 20.0, 0.02, 4.0)


def test_defaults_are_those_of_the_handbook():
    """Taker 4.5 bps, 10 USDC at least, 1 % of volume, 3 bps of unknown funding in 8 hours."""
    assert Costs() == Costs(4.5, 5.0, 10.0, 0.01, 3.0)
