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
        Bytes of arrays kept; one sizing always has room.
    """

    def __init__(self, markets: Sequence[Market], budget_bytes: int) -> None:
        self._markets = markets
        shape = (len(markets), 2, markets[0].n_bars)
        self._most = max(1, budget_bytes // (8 * 2 * shape[0] * shape[2]))
        self.arrays = np.empty((0, *shape))
        """Shape (n_slots, n_coins, 2, n_bars): the sizings from slot 1 on, made anew when it grows."""
        self._slots: dict[tuple[SizingRule, int], int] = {}

    def slot(self, risk: Risk) -> int:
        """Return the slot of a rule's sizing; 0 is 1 on every bar and has no array.

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
            if len(self._slots) == len(self.arrays):
                self._grow()
            own = self.arrays[len(self._slots)]
            for coin, market in enumerate(self._markets):
                own[coin, 0], own[coin, 1] = sizing_arrays(market, risk)
            slot = self._slots[key] = len(self._slots) + 1
        return slot

    def clear(self) -> None:
        """Forget every sizing."""
        self._slots.clear()

    def _grow(self) -> None:
        n_slots = len(self.arrays)
        if n_slots >= self._most:
            raise SizingFullError
        grown = np.empty((min(max(2 * n_slots, 1), self._most), *self.arrays.shape[1:]))
        grown[:n_slots] = self.arrays
        self.arrays = grown
