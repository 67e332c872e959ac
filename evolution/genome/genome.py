"""A strategy: four Bool roots and the genes of risk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from backtest.risk import NORMALISING_BARS, Risk, SizingRule
from data.errors import GenomeError
from evolution.genome.mask import MASK_WARM_UP_BARS, MAX_MASK
from evolution.genome.node import Node
from evolution.opcodes.types import BOOL, MAX_WARM_UP_BARS, WINDOWS

ROOTS = ("long_entry", "long_exit", "short_entry", "short_exit")
MAX_NODES = 512
MAX_DEPTH = 32
MAX_DISTANCE_INDEX = 80


@dataclass(frozen=True, slots=True)
class RiskGenes:
    """Risk settings on their grids; see `backtest.risk.Risk` for what they do."""

    sizing: SizingRule = SizingRule.FIXED
    sizing_window: int = 6
    """Index into the windows."""
    stop: int | None = None
    """Distance in steps of 0.25 %, from 1 to 80; None for no stop."""
    target: int | None = None
    """As `stop`."""
    trailing: int | None = None
    """As `stop`."""
    max_hold: int | None = None
    """Index into the windows; None for no time exit."""
    reverse: bool = False
    regime_mask: int | None = None
    """States of volatility and trend in which the rule may enter, one bit each, from 1 to 511; None for any."""

    def __post_init__(self) -> None:
        if not isinstance(self.sizing, SizingRule):
            raise GenomeError(f"sizing is {self.sizing!r}; allowed are {', '.join(SizingRule)}")
        for name in ("stop", "target", "trailing"):
            _check_index(name, getattr(self, name), 1, MAX_DISTANCE_INDEX, optional=True)
        _check_index("sizing_window", self.sizing_window, 0, len(WINDOWS) - 1, optional=False)
        _check_index("max_hold", self.max_hold, 0, len(WINDOWS) - 1, optional=True)
        if type(self.reverse) is not bool:
            raise GenomeError(f"reverse is {self.reverse!r}; allowed are true and false")
        _check_index("regime_mask", self.regime_mask, 1, MAX_MASK, optional=True)
        if self.sizing is SizingRule.FIXED:
            # One canonical form: the window of a rule that has none is not a difference.
            object.__setattr__(self, "sizing_window", RiskGenes.__dataclass_fields__["sizing_window"].default)

    @property
    def warm_up_bars(self) -> int:
        """Bars that the sizing rule and the mask need before their first value."""
        own = 0 if self.sizing is SizingRule.FIXED else WINDOWS[self.sizing_window] + NORMALISING_BARS
        return own if self.regime_mask is None else max(own, MASK_WARM_UP_BARS)

    def to_risk(self, scale: float = 1.0) -> Risk:
        """Return the settings in bars and fractions."""
        return Risk(
            sizing=self.sizing,
            sizing_window_bars=WINDOWS[self.sizing_window],
            scale=scale,
            stop=_distance(self.stop),
            target=_distance(self.target),
            trailing=_distance(self.trailing),
            max_hold_bars=None if self.max_hold is None else WINDOWS[self.max_hold],
            reverse=self.reverse,
        )


@dataclass(frozen=True, slots=True)
class Genome:
    """One rule for every coin of a universe; canonical at construction, equal when it means the same text."""

    long_entry: Node
    long_exit: Node
    short_entry: Node
    short_exit: Node
    risk: RiskGenes = field(default_factory=RiskGenes)
    size: int = field(init=False, compare=False, repr=False)
    """Number of nodes in the four roots."""
    warm_up_bars: int = field(init=False, compare=False, repr=False)
    """Bars before the first decision; all four levels are False until then."""

    def __post_init__(self) -> None:
        if type(self.risk) is not RiskGenes:
            raise GenomeError(f"risk has type {type(self.risk).__name__}; allowed is RiskGenes")
        size, warm_up_bars = 0, self.risk.warm_up_bars
        for root in (self.long_entry, self.long_exit, self.short_entry, self.short_exit):
            if type(root) is not Node or root.type is not BOOL or root.depth > MAX_DEPTH:
                self._refuse_root()
            size += root.size
            # As in nodes: every child of a search passes here.
            if root.warm_up_bars > warm_up_bars:  # noqa: PLR1730
                warm_up_bars = root.warm_up_bars
        if size > MAX_NODES:
            raise GenomeError(f"genome has {size} nodes; allowed are at most {MAX_NODES}; simplify the rule")
        if warm_up_bars > MAX_WARM_UP_BARS:
            raise GenomeError(
                f"genome needs {warm_up_bars} bars of warm-up; allowed are at most {MAX_WARM_UP_BARS}; "
                "shorten its windows"
            )
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "warm_up_bars", warm_up_bars)

    def _refuse_root(self) -> NoReturn:
        """Say what is wrong with the first root that has something wrong."""
        for name, root in zip(ROOTS, self.roots, strict=True):
            if type(root) is not Node:
                raise GenomeError(f"root {name} has type {type(root).__name__}; allowed is Node")
            if root.type is not BOOL:
                raise GenomeError(
                    f"root {name} has type {root.type}; allowed is bool; use a comparison or a logical opcode"
                )
            if root.depth > MAX_DEPTH:
                raise GenomeError(f"root {name} is {root.depth} deep; allowed are at most {MAX_DEPTH}; simplify it")
        raise AssertionError("no root is wrong")

    @property
    def roots(self) -> tuple[Node, Node, Node, Node]:
        return (self.long_entry, self.long_exit, self.short_entry, self.short_exit)

    def walk(self) -> Iterator[Node]:
        """Yield every node of the four roots."""
        for root in self.roots:
            yield from root.walk()

    def opcodes(self) -> frozenset[str]:
        """Return the names of the opcodes in use, constants apart."""
        return frozenset(node.opcode for node in self.walk() if not node.is_constant)


def _distance(index: int | None) -> float | None:
    # Division by 400 gives the double nearest to the decimal.
    return None if index is None else index / 400


def _check_index(name: str, value: int | None, low: int, high: int, *, optional: bool) -> None:
    if value is None and optional:
        return
    if type(value) is not int or not low <= value <= high:
        null = " or null" if optional else ""
        raise GenomeError(f"{name} is {value!r}; allowed is a whole number from {low} to {high}{null}")
