"""How long to wait before the next attempt: longer after each that failed, never the same for two clients."""

from __future__ import annotations

import numpy as np

FIRST_S, LONGEST_S = 0.5, 60.0
STABLE_S = 60.0
"""A connection that held so long says that all is well again."""
TURNED_AWAY = 5
"""Failures that one refusal counts as: whoever has asked too often makes it worse by asking soon."""


class Backoff:
    """Waits that double from `FIRST_S` to `LONGEST_S`, each cut by chance to between half and all of itself.

    Parameters
    ----------
    rng
        Where the chance is from: many clients that were cut off at once shall not come back at once.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng, self._failures = rng, 0

    def after(self, lasted_s: float, *, turned_away: bool = False) -> float:
        """Return the seconds to wait after a connection that lasted so long; 0 where there was none."""
        if lasted_s >= STABLE_S:
            self._failures = 0
        if turned_away:
            self._failures = max(self._failures, TURNED_AWAY)
        # Far beyond the longest wait, so that the power stays a number.
        longest = min(LONGEST_S, FIRST_S * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return longest * (0.5 + 0.5 * float(self._rng.random()))
