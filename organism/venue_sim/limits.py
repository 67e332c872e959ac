"""What one address may spend in any minute of simulated time, and the most that it has asked for."""

from __future__ import annotations

from collections import deque

MINUTE_MS = 60_000
LIGHT = {"l2Book": 2, "allMids": 2, "exchangeStatus": 2}
"""Weight of the requests that weigh little."""
USUAL_WEIGHT = 20
ROWS_OF_ONE = {"candleSnapshot": 60, "fundingHistory": 20}
"""Rows that add a weight of one; a part counts as a whole, the stricter of what is possible."""


def weight_of(kind: str, n_rows: int) -> int:
    """Return the weight of one request that was answered with so many rows."""
    extra = -(-n_rows // ROWS_OF_ONE[kind]) if kind in ROWS_OF_ONE else 0
    return LIGHT.get(kind, USUAL_WEIGHT) + extra


class MinuteBudget:
    """A budget over every window of 60 simulated seconds."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.largest = 0
        """The most that was asked for in one window, what was refused included: above the budget if anything was."""
        self.refused = 0
        """Requests refused."""
        self._spent: deque[tuple[int, int]] = deque()
        self._sum = 0

    def spend(self, weight: int, now_ms: int) -> bool:
        """Return whether so much may be spent now, and remember that it was; what is refused costs nothing."""
        while self._spent and self._spent[0][0] <= now_ms - MINUTE_MS:
            self._sum -= self._spent.popleft()[1]
        wanted = self._sum + weight
        self.largest = max(self.largest, wanted)
        if wanted > self.budget:
            self.refused += 1
            return False
        self._spent.append((now_ms, weight))
        self._sum = wanted
        return True
