"""How often the venue may be asked: what a request weighs, and when there is room for it.

The venue counts the weight of an address over a minute, surcharges for the rows of an answer among it. Since those
are known only afterwards, what is spent before asking is the weight of the most rows that can come.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from data.errors import DataError
from data.shown import shown

USUAL_WEIGHT = 20
BASE_WEIGHTS = {
    **dict.fromkeys(
        ("l2Book", "allMids", "clearinghouseState", "orderStatus", "spotClearinghouseState", "exchangeStatus"), 2
    ),
    "userRole": 60,
}
"""Of questions that do not weigh as usual."""
ROWS_PER_WEIGHT = {
    **dict.fromkeys(
        (
            "recentTrades",
            "historicalOrders",
            "userFills",
            "userFillsByTime",
            "fundingHistory",
            "userFunding",
            "userNonFundingLedgerUpdates",
            "twapHistory",
            "userTwapSliceFills",
            "userTwapSliceFillsByTime",
            "delegatorHistory",
            "delegatorRewards",
            "validatorStats",
        ),
        20,
    ),
    "candleSnapshot": 60,
}
"""Rows of an answer that weigh one more."""
ORDERS_PER_WEIGHT = 40
BATCHES = ("orders", "cancels", "modifies")


def weight_of(request: Mapping[str, Any], n_rows: int) -> int:
    """Return what a request weighs.

    Parameters
    ----------
    request
        The body of a question to `/info`, or of an action to `/exchange`.
    n_rows
        Rows of the answer, or the most that there can be. A part of 20 or 60 rows counts as a whole: how the venue
        rounds is not documented.

    Raises
    ------
    DataError
        If the body names no type.
    """
    if n_rows < 0:
        raise ValueError(f"n_rows is {n_rows}: allowed are 0 and more")
    action = request.get("action")
    if isinstance(action, Mapping):
        batch = max((len(action[name]) for name in BATCHES if isinstance(action.get(name), list)), default=0)
        return 1 + batch // ORDERS_PER_WEIGHT
    kind = request.get("type")
    if not isinstance(kind, str):
        raise DataError(f"request: type is {shown(kind)}, allowed is text such as 'meta'")
    rows_per_weight = ROWS_PER_WEIGHT.get(kind)
    surcharge = 0 if rows_per_weight is None else -(-n_rows // rows_per_weight)
    return BASE_WEIGHTS.get(kind, USUAL_WEIGHT) + surcharge


class WeightLimiter:
    """Never lets more than a budget be spent in any window of time.

    `wait_s` and `spend` are the whole of it and know no clock of their own; with nothing awaited between the two they
    serve an event loop too. Not for several threads at once.

    Parameters
    ----------
    budget
        Most weight in a window.
    window_s
        Length of the window.
    margin_s
        How much longer a weight counts: two requests that leave a window apart may arrive closer together.
    clock
        Seconds that never run backwards; where they do, no time has passed.
    sleep
        Waits so many seconds of that clock, or less.
    """

    def __init__(
        self,
        budget: int = 1200,
        window_s: float = 60.0,
        *,
        margin_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._budget, self._kept_s = budget, window_s + margin_s
        self._clock, self._sleep = clock, sleep
        self._spent: deque[tuple[float, int]] = deque()

    def wait_s(self, weight: int, now: float) -> float:
        """Return the seconds until `weight` may be spent, 0 if it may be now."""
        if not 0 < weight <= self._budget:
            raise ValueError(f"weight is {weight}: allowed is 1 to {self._budget}, or it could never be spent")
        now = self._not_before(now)
        counted = [(at, spent) for at, spent in self._spent if at + self._kept_s > now]
        excess = sum(spent for _at, spent in counted) + weight - self._budget
        wait = 0.0
        for at, spent in counted:
            if excess <= 0:
                break
            excess -= spent
            wait = at + self._kept_s - now
        return wait

    def spend(self, weight: int, now: float) -> None:
        """Count `weight` as spent now.

        Raises
        ------
        ValueError
            If it may not be: see `wait_s`.
        """
        wait = self.wait_s(weight, now)
        if wait > 0:
            raise ValueError(f"weight {weight} may not be spent before {wait:.3f} s have passed")
        now = self._not_before(now)
        while self._spent and self._spent[0][0] + self._kept_s <= now:
            self._spent.popleft()
        self._spent.append((now, weight))

    def acquire(self, weight: int) -> None:
        """Wait until `weight` may be spent, and spend it."""
        now = self._clock()
        while (wait := self.wait_s(weight, now)) > 0:
            self._sleep(wait)
            now = self._clock()
        self.spend(weight, now)

    def _not_before(self, now: float) -> float:
        return max(now, self._spent[-1][0]) if self._spent else now
