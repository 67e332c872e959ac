"""A typed, immutable expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from data.errors import GenomeError
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Opcode
from evolution.opcodes.types import CONSTANT_RANGES, WINDOWS, ValueType, constant_value

CONSTANTS: dict[str, ValueType] = {
    "window": ValueType.WINDOW,
    "dimensionless": ValueType.DIMENSIONLESS,
    "oscillator": ValueType.OSCILLATOR,
}
"""Names of the constant nodes; their one datum is a grid index."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An opcode over its arguments, or a constant on its grid; canonical and checked at construction.

    Equality and hash are structural. Build one with `Node("sma", (Node("close"), window(24)))`.
    """

    opcode: str
    """Name in the catalogue, or one of `CONSTANTS`."""
    children: tuple[Node, ...] = ()
    index: int | None = None
    """Grid index of a constant; None for an opcode."""
    type: ValueType = field(init=False)
    size: int = field(init=False)
    """Number of nodes, constants included."""
    depth: int = field(init=False)
    """1 for a leaf."""
    warm_up_bars: int = field(init=False)
    """Bars before the first trustworthy value; composed over the arguments."""
    text: str = field(init=False, repr=False)
    """The stored form, canonical JSON: identity, order and hash in one string."""

    def __post_init__(self) -> None:
        if type(self.opcode) is not str:
            raise GenomeError(f"opcode has type {type(self.opcode).__name__}; allowed is a name of the catalogue")
        # A list would compare unequal to the same tuple and could be changed afterwards.
        if type(self.children) is not tuple or not _NODE_ALONE.issuperset(map(type, self.children)):
            raise GenomeError(f"arguments of {self.opcode[:40]!a} are not a tuple of nodes; allowed is nothing else")
        if self.opcode in CONSTANTS:
            self._finish_constant(CONSTANTS[self.opcode])
        else:
            self._finish_opcode()

    def _finish_constant(self, value_type: ValueType) -> None:
        low, high = CONSTANT_RANGES[value_type]
        # bool is an int in Python; a stored `true` is not an index.
        if type(self.index) is not int or not low <= self.index <= high or self.children:
            raise GenomeError(
                f"constant {self.opcode!r} has index {self.index!r} and {len(self.children)} arguments; "
                f"allowed is a whole number from {low} to {high} and no argument"
            )
        self._set(value_type, 1, 1, 0, f'["{self.opcode}",{self.index}]')

    def _finish_opcode(self) -> None:
        name, children = self.opcode, self.children
        opcode = CATALOGUE.get(name)
        if opcode is None:
            # Escaped, so that a letter of another alphabet that looks the same shows.
            raise GenomeError(f"opcode {name[:40]!a} is unknown; allowed are {', '.join(CATALOGUE)}")
        if self.index is not None:
            raise GenomeError(f"opcode {name!r} has index {self.index!r}; only constants have one")
        received = tuple([child.type for child in children])
        result = opcode.result_for(received)
        if result is None:
            allowed = " or ".join("(" + ", ".join(s.arguments) + ")" for s in opcode.signatures)
            raise GenomeError(f"opcode {name!r} received ({', '.join(received)}); allowed is {allowed}")
        if opcode.is_commutative:
            children = tuple(sorted(children, key=_TEXT))
            _WRITE_CHILDREN(self, children)
        size, depth, warm_up_bars, text = 1, 0, 0, f'["{name}"'
        windows: tuple[int, ...] = ()
        # Every node that search makes passes here: one loop, and comparisons instead of calls.
        for child in children:
            size += child.size
            depth = max(depth, child.depth)
            warm_up_bars = max(warm_up_bars, child.warm_up_bars)
            text += "," + child.text
            if child.opcode == "window":
                windows = (*windows, self._checked_window(opcode, child))
        self._set(result, size, depth + 1, warm_up_bars + opcode.warm_up(windows), text + "]")

    def _checked_window(self, opcode: Opcode, child: Node) -> int:
        assert child.index is not None
        bars = WINDOWS[child.index]
        if bars not in opcode.windows:
            allowed = ", ".join(map(str, opcode.windows))
            raise GenomeError(f"opcode {self.opcode!r} has a window of {bars} bars; allowed are {allowed}")
        return bars

    def _set(self, value_type: ValueType, size: int, depth: int, warm_up_bars: int, text: str) -> None:
        _WRITE_TYPE(self, value_type)
        _WRITE_SIZE(self, size)
        _WRITE_DEPTH(self, depth)
        _WRITE_WARM_UP_BARS(self, warm_up_bars)
        _WRITE_TEXT(self, text)

    def __eq__(self, other: object) -> bool:
        return self.text == other.text if isinstance(other, Node) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy is built and checked like any other node.
        return (Node, (self.opcode, self.children, self.index))

    @property
    def is_constant(self) -> bool:
        return self.index is not None

    @property
    def value(self) -> float:
        """What a constant means, in its unit."""
        if self.index is None:
            raise GenomeError(f"opcode {self.opcode!r} is not a constant and has no value")
        return constant_value(self.type, self.index)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


_TEXT = attrgetter("text")
_NODE_ALONE = {Node}
# A frozen class refuses assignment; the slots themselves can be written, and that is quicker than
# `object.__setattr__`.
_WRITE_CHILDREN, _WRITE_TYPE, _WRITE_SIZE, _WRITE_DEPTH, _WRITE_WARM_UP_BARS, _WRITE_TEXT = (
    Node.__dict__[name].__set__ for name in ("children", "type", "size", "depth", "warm_up_bars", "text")
)


CONSTANT_NODES: dict[ValueType, dict[int, Node]] = {
    value_type: {index: Node(name, (), index) for index in range(low, high + 1)}
    for name, value_type in CONSTANTS.items()
    for low, high in [CONSTANT_RANGES[value_type]]
}
"""Every constant there can be, by type and grid index; search takes them from here."""


def window(bars: int) -> Node:
    """Return the constant node for a window of the grid."""
    if bars not in WINDOWS:
        raise GenomeError(f"window {bars} bars is off the grid; allowed are {', '.join(map(str, WINDOWS))}")
    return Node("window", (), WINDOWS.index(bars))


def threshold(value: float) -> Node:
    """Return the dimensionless constant nearest to `value`, which must lie on the grid to 1e-9."""
    index = round(value * 20)
    if abs(index / 20 - value) > 1e-9:
        raise GenomeError(f"threshold {value} is off the grid; allowed are multiples of 0.05")
    return Node("dimensionless", (), index)


def level(value: int) -> Node:
    """Return the oscillator constant `value`, from 0 to 100."""
    return Node("oscillator", (), value)
