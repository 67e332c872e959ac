"""What an opcode is: its types, bounds, warm-up, words, and the function that computes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data.market import Market, Universe
from evolution.opcodes.types import RECURSIVE_WINDOWS, WINDOWS, ValueType

WarmUp = Callable[[tuple[int, ...]], int]


@dataclass(frozen=True, slots=True)
class Signature:
    """One way of calling an opcode: argument types, and the type that comes back."""

    arguments: tuple[ValueType, ...]
    result: ValueType


@dataclass(frozen=True, slots=True)
class Opcode:
    """One primitive of the grammar.

    `compute(market, *arguments)` takes one coin's market and, for each argument, what its type says:
    a float64 array of shape (n_bars,) for a numeric series, a plain float for a numeric constant,
    a `Truth` for Bool, an int for a window. It returns an array of shape (n_bars,), NaN where unknown,
    or a `Truth`. The value at bar t uses bars up to t, its own close included.

    An opcode that `is_across_coins` is given the universe instead of a market, and instead of a series or a `Truth` a
    tuple of them, one for each coin in the order of the universe; it returns such a tuple.
    """

    name: str
    """Lower-case identifier; part of the stored form of a genome."""
    family: str
    """The file that defines it."""
    signatures: tuple[Signature, ...]
    compute: Callable[..., Any]
    """See above; pure, deterministic, total."""
    warm_up: WarmUp
    """Bars needed before the first trustworthy value, beyond those of its arguments, from its windows."""
    render: str
    """Infix form with numbered fields: `{0} > {1}`, `sma({0}, {1})`."""
    explain: str
    """The same in a trader's words, with numbered fields."""
    cost: float
    """Nanoseconds a bar, its arguments apart, as an order of magnitude (1, 2 or 5 times a power of ten).

    Measured once, to compare opcodes with one another: processor time of `compute` through the first signature on 8,000
    hourly bars of a random walk, with a window of 100, the least of seven rounds; of three coins where it reads others,
    for each of them.
    """
    bounds: tuple[float | None, float | None] = (None, None)
    """Lowest and highest value it can return; None where unbounded."""
    is_commutative: bool = False
    """Whether exchanging the arguments changes nothing; they are sorted in canonical form."""
    is_recursive: bool = False
    """Whether it carries state without end; its windows are at most 100 bars."""
    has_side: bool = True
    """Whether up and down exchange in it; a comparison on what has no side reads the same for both sides."""
    is_across_coins: bool = False
    """Whether its value on one coin depends on the other coins of the universe; see above."""
    needs_funding: bool = False
    """Whether it is unknown where funding is."""
    weight: float = 1.0
    """How often initialisation and mutation draw it, relative to others of its type."""

    @property
    def windows(self) -> tuple[int, ...]:
        """Windows (bars) that it accepts."""
        return RECURSIVE_WINDOWS if self.is_recursive else WINDOWS

    @property
    def is_terminal(self) -> bool:
        """Whether it takes no arguments."""
        return self.signatures[0].arguments == ()

    def result_for(self, arguments: tuple[ValueType, ...]) -> ValueType | None:
        """Return the result type for these argument types, or None if no signature takes them."""
        for signature in self.signatures:
            if signature.arguments == arguments:
                return signature.result
        return None

    def warm_up_bars(self, windows: tuple[int, ...]) -> int:
        """Return the warm-up for these windows (bars)."""
        return self.warm_up(windows)

    def __call__(self, history: Market | Universe, *arguments: Any) -> Any:
        return self.compute(history, *arguments)
