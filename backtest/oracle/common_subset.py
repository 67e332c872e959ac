"""What kernel and vectorbt can both be asked, and what becomes of a strategy's own settings for that."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from backtest.costs import Costs
from backtest.oracle.accounting import without_funding
from backtest.risk import Risk, SizingRule
from data.market import Market

BPS = 1e-4


@dataclass(frozen=True, slots=True)
class CommonSubset:
    """The rules that both simulators know.

    Inside are: entries, exits and reversals of both sides by level, both entries at once, an entry with its own exit,
    fills at the next open, fees, slippage, stop-loss, trailing stop, target, gaps through each of them, the entry bar
    included, compounding size, holes, delisting and forced closes at borders.

    Turned off, because vectorbt lacks it: funding, capacity, lots and minimum orders (none of them binds),
    `max_hold_bars`, variable sizing (orders are a fixed share of cash), liquidation (a stop nearer than any
    liquidation is always set).

    Changed on both sides, because vectorbt does it otherwise:

    - It has one stop, fixed or trailing: a strategy with both is simulated once with each, see `risks`.
    - It slips targets like stops: with a target nothing slips.
    - A target counts for it when touched, for us when traded through: highs and lows are moved apart by a hair, so
      that no level is ever touched exactly.
    """

    share: float = 0.25
    """Share of cash that an order with its fee costs; small, so that a short survives a jump to four times its own."""
    widest_stop: float = 0.9
    """Stops and trailing stops are at most this, and a strategy without one gets a stop of this distance: a short's
    liquidation at nearly twice its entry price is then never the nearest level."""
    hair: float = 1.234567891e-9
    """Fraction by which highs are raised and lows lowered: above rounding, below any tick."""

    def market(self, market: Market) -> Market:
        """Return the market without funding, capacity, lots and exact touches."""
        return replace(
            without_funding(market),
            instrument=replace(market.instrument, lot_size=2.0**-80, max_leverage=1_000),
            high=market.high * (1.0 + self.hair),
            low=market.low * (1.0 - self.hair),
            volume=np.where(market.is_available, 1e30, np.nan),
        )

    def costs(self, costs: Costs, risk: Risk) -> Costs:
        """Return the costs without a minimum order, and without slippage if there is a target."""
        slippage_bps = 0.0 if risk.target is not None else costs.slippage_bps
        return replace(costs, slippage_bps=slippage_bps, minimum_order_usdc=0.0, capacity_share=1.0)

    def risks(self, risk: Risk, costs: Costs) -> tuple[Risk, ...]:
        """Return the settings to simulate: one, or two for a strategy with a stop and a trailing stop."""
        stop, trailing = (None if wide is None else min(wide, self.widest_stop) for wide in (risk.stop, risk.trailing))
        common = replace(
            risk,
            sizing=SizingRule.FIXED,
            scale=self.share / (1.0 + costs.taker_fee_bps * BPS),
            max_hold_bars=None,
            stop=None,
            trailing=None,
        )
        if stop is None and trailing is None:
            return (replace(common, stop=self.widest_stop),)
        fixed = () if stop is None else (replace(common, stop=stop),)
        return fixed if trailing is None else (*fixed, replace(common, trailing=trailing))


COMMON_SUBSET = CommonSubset()
