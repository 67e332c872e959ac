"""What trading costs: taker fee, slippage, capacity, and funding nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, replace

LIQUID_COINS = frozenset({"BTC", "ETH"})
LIQUID_SLIPPAGE_BPS = 2.0
OTHER_SLIPPAGE_BPS = 5.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of one coin. Every simulated fill is a taker fill."""

    taker_fee_bps: float = 4.5
    """Fee on the notional of every fill."""
    slippage_bps: float = OTHER_SLIPPAGE_BPS
    """How much worse than the quoted price a market order fills."""
    minimum_order_usdc: float = 10.0
    """Orders below this notional are not made, and counted."""
    capacity_share: float = 0.01
    """An order is at most this share of the mean volume of the 24 bars before its fill."""
    unknown_funding_bps_per_8h: float = 3.0
    """Rate that both sides pay while the true funding is unknown."""

    def scaled(self, factor: float) -> Costs:
        """Return the same costs with fee and slippage multiplied by `factor`."""
        return replace(self, taker_fee_bps=self.taker_fee_bps * factor, slippage_bps=self.slippage_bps * factor)


def costs_for(coin: str) -> Costs:
    """Return the default costs: 2 bps of slippage for BTC and ETH, 5 bps for every other coin."""
    return Costs(slippage_bps=LIQUID_SLIPPAGE_BPS if coin in LIQUID_COINS else OTHER_SLIPPAGE_BPS)
