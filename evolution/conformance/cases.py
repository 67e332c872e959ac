"""An opcode under each of its signatures, at its smallest, a middle and its largest window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.errors import GenomeError
from data.market import FloatArray, Market
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import NUMERIC, ValueType

MIDDLE_WINDOW = 24
CONSTANTS = {ValueType.DIMENSIONLESS: 0.01, ValueType.OSCILLATOR: 50.0}


@dataclass(frozen=True)
class Case:
    """One opcode under one signature and window; `constant` is the position of a constant argument."""

    opcode: Opcode
    signature: Signature
    window: int
    constant: int | None = None

    def __str__(self) -> str:
        kinds = ["constant" if k == self.constant else kind for k, kind in enumerate(self.signature.arguments)]
        return f"{self.opcode.name}({','.join(kinds)})-{self.window}"

    @property
    def warm_up_bars(self) -> int:
        return self.opcode.warm_up_bars((self.window,) if self.window else ())

    def arguments(self, market: Market) -> list[Any]:
        """Return what it is called with on a market."""
        return [self._argument(market, kind, place) for place, kind in enumerate(self.signature.arguments)]

    def _argument(self, market: Market, kind: ValueType, position: int) -> Any:
        if kind is ValueType.WINDOW:
            return self.window
        if position == self.constant:
            return CONSTANTS[kind]
        return SOURCES[kind][position](market)

    def value(self, market: Market) -> Any:
        """Return what the opcode makes of a market."""
        return self.opcode(market, *self.arguments(market))

    def floats(self, market: Market) -> FloatArray:
        """Return the value as floats: of a truth 1 where True, 0 where False, NaN where unknown."""
        value = self.value(market)
        if isinstance(value, Truth):
            true, known = value.to_bools(market.n_bars)
            return np.where(known, true, np.nan)
        assert isinstance(value, np.ndarray)
        return value


def cases_of(opcode: Opcode) -> list[Case]:
    """Return the cases of an opcode.

    Raises
    ------
    GenomeError
        If it reads other coins: what those must pass needs a universe.
    """
    if opcode.is_across_coins:
        raise GenomeError(f"opcode {opcode.name!r} reads other coins; allowed here are opcodes of a single coin")
    cases = []
    for signature in opcode.signatures:
        windows = (opcode.windows[0], MIDDLE_WINDOW, opcode.windows[-1])
        used = windows if ValueType.WINDOW in signature.arguments else (0,)
        cases += [Case(opcode, signature, window) for window in used]
        if opcode.family == "comparisons" and signature.arguments[0] in NUMERIC[2:]:
            cases += [Case(opcode, signature, 0, constant) for constant in (0, 1)]
    return cases


def _sealed(values: FloatArray) -> FloatArray:
    values.setflags(write=False)
    return values


SOURCES: dict[ValueType, tuple[Callable[[Market], Any], Callable[[Market], Any]]] = {
    ValueType.PRICE: (lambda m: m.close, lambda m: m.open),
    ValueType.VOLUME: (lambda m: m.volume, lambda m: _sealed(50.0 + m.volume % 100)),
    ValueType.DIMENSIONLESS: (lambda m: _sealed(m.close / m.low - 1), lambda m: _sealed(m.high / m.open - 1)),
    ValueType.OSCILLATOR: (lambda m: _sealed(m.volume % 100), lambda m: _sealed(7.0 * m.volume % 100)),
    ValueType.BOOL: (
        lambda m: Truth.from_bools(m.close > m.open, m.is_available),
        lambda m: Truth.from_bools(m.high > 1.01 * m.close, m.is_available),
    ),
}
"""First and second argument of each type; each of their values depends on its own bar alone."""
