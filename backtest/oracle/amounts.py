"""Amounts of money in two books, compared one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backtest.parity import Difference
from backtest.result import IntArray
from data.market import FloatArray

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """One kind of amount in both books; all arrays have the same shape (n,)."""

    name: str
    """What is compared, such as `fees`."""
    event: str | tuple[str, ...]
    """The event that entry i belongs to, or the one event of all."""
    bar: IntArray | None
    """Bar of that event, never falling; None for sums over the slice."""
    ours: FloatArray
    theirs: FloatArray
    scale: FloatArray
    """What a difference is relative to."""
    noise: float = 0.0
    """Absolute difference that rounding alone can make."""

    def largest_difference(self) -> float:
        """Return the largest |ours - theirs| / scale; infinite where either is not a finite number."""
        difference = self._differences()
        relative = np.divide(difference, self.scale, out=np.zeros_like(difference), where=difference > 0.0)
        return float(relative.max(initial=0.0))

    def first_difference(self, names: tuple[str, str]) -> Difference | None:
        """Return the first pair that differs by more than 1e-9 of its scale; None when all agree."""
        beyond = np.flatnonzero(~(self._differences() <= TOLERANCE * self.scale + self.noise))
        if not beyond.size:
            return None
        i = int(beyond[0])
        return Difference(
            None if self.bar is None else int(self.bar[i]),
            self.event if isinstance(self.event, str) else self.event[i],
            self.name,
            float(self.ours[i]),
            float(self.theirs[i]),
            names,
        )

    def _differences(self) -> FloatArray:
        difference = np.abs(self.ours - self.theirs)
        return np.where(np.isfinite(difference), difference, np.inf)


def larger(ours: FloatArray, theirs: FloatArray) -> FloatArray:
    """Return the larger of two magnitudes, element by element."""
    return np.maximum(np.abs(ours), np.abs(theirs))
