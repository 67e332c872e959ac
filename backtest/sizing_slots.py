"""The sizings that rules ask for, computed once on every coin, in slots that a compiled call can name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backtest.risk import Risk, SizingRule
from backtest.sizing import sizing_arrays
from data.market import Market


class SizingFullError(Exception):
    """No room for another sizing; `clear` when those in use are no longer needed."""


class SizingSlots:
    """Exposure and distance factor of each sizing that was asked for, on every coin.

    Parameters
    ----------
    markets
        Those of a universe, in its order.
    budget_bytes
        Bytes of arrays kept; two sizings always have room.
    """

    def __init__(self, markets: Sequence[Market], budget_bytes: int) -> None:
        self._markets = markets
        shape = (len(markets), 2, markets[0].n_bars)
        self._most = max(2, budget_bytes // (8 * 2 * shape[0] * shape[2]))
        self.arrays = np.ones((2, *shape))
        """Shape (n_slots, n_coins, 2, n_bars); made anew when it grows. Slot 0 is 1 throughout."""
        self._slots: dict[tuple[SizingRule, int], int] = {}

    def slot(self, risk: Risk) -> int:
        """Return the slot of a rule's sizing.

        Raises
        ------
        SizingFullError
            If there are more sizings than slots.
        """
        if risk.sizing is SizingRule.FIXED:
            return 0
        key = (risk.sizing, risk.sizing_window_bars)
        slot = self._slots.get(key)
        if slot is None:
            slot = len(self._slots) + 1
            if slot == len(self.arrays):
                self._grow()
            for coin, market in enumerate(self._markets):
                self.arrays[slot, coin, 0], self.arrays[slot, coin, 1] = sizing_arrays(market, risk)
            self._slots[key] = slot
        return slot

    def clear(self) -> None:
        """Forget every sizing."""
        self._slots.clear()

    def _grow(self) -> None:
        n_slots = len(self.arrays)
        if n_slots >= self._most:
            raise SizingFullError
        grown = np.empty((min(2 * n_slots, self._most), *self.arrays.shape[1:]))
        grown[:n_slots] = self.arrays
        self.arrays = grown
