"""A typed, immutable expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any

from data.errors import GenomeError
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Opcode
from evolution.opcodes.types import CONSTANT_RANGES, THRESHOLDS_PER_UNIT, WINDOWS, ValueType, constant_value

CONSTANTS: dict[str, ValueType] = {
    "window": ValueType.WINDOW,
    "dimensionless": ValueType.DIMENSIONLESS,
    "oscillator": ValueType.OSCILLATOR,
}
"""Names of the constant nodes; their one datum is a grid index."""


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Node:
    """An opcode over its arguments, or a constant on its grid; canonical and checked at construction.

    Equality and hash are structural. Build one with `Node("sma", (Node("close"), window(24)))`.
    """

    opcode: str
    """Name in the catalogue, or one of `CONSTANTS`."""
    children: tuple[Node, ...]
    index: int | None
    """Grid index of a constant; None for an opcode."""
    type: ValueType
    size: int
    """Number of nodes, constants included."""
    depth: int
    """1 for a leaf."""
    warm_up_bars: int
    """Bars before the first trustworthy value; composed over the arguments."""
    text: str = field(repr=False)
    """The stored form, canonical JSON: identity, order and hash in one string."""

    def __init__(self, opcode: str, children: tuple[Node, ...] = (), index: int | None = None) -> None:
        if type(opcode) is not str:
            raise GenomeError(f"opcode has type {type(opcode).__name__}; allowed is a name of the catalogue")
        # A list would compare unequal to the same tuple and could be changed afterwards.
        if type(children) is not tuple or not _NODE_ALONE.issuperset(map(type, children)):
            raise GenomeError(f"arguments of {opcode[:40]!a} are not a tuple of nodes; allowed is nothing else")
        if opcode in CONSTANTS:
            value_type = _constant_type(opcode, children, index)
            size, depth, warm_up_bars, text = 1, 1, 0, f'["{opcode}",{index}]'
        else:
            definition, value_type = _definition(opcode, children, index)
            if definition.is_commutative:
                children = tuple(sorted(children, key=_TEXT))
            size, depth, warm_up_bars, text = _measures(definition, children)
        _WRITE_OPCODE(self, opcode)
        _WRITE_CHILDREN(self, children)
        _WRITE_INDEX(self, index)
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
# A frozen class refuses assignment. Its slots can still be written, quicker than by `object.__setattr__`.
(
    _WRITE_OPCODE,
    _WRITE_CHILDREN,
    _WRITE_INDEX,
    _WRITE_TYPE,
    _WRITE_SIZE,
    _WRITE_DEPTH,
    _WRITE_WARM_UP_BARS,
    _WRITE_TEXT,
) = (Node.__dict__[name].__set__ for name in Node.__slots__)


def _constant_type(name: str, children: tuple[Node, ...], index: int | None) -> ValueType:
    """Return the type of a constant, once it is found to be one."""
    value_type = CONSTANTS[name]
    low, high = CONSTANT_RANGES[value_type]
    # bool is an int in Python; a stored `true` is not an index.
    if type(index) is not int or not low <= index <= high or children:
        raise GenomeError(
            f"constant {name!r} has index {index!r} and {len(children)} arguments; "
            f"allowed is a whole number from {low} to {high} and no argument"
        )
    return value_type


def _definition(name: str, children: tuple[Node, ...], index: int | None) -> tuple[Opcode, ValueType]:
    """Return the opcode and the type of its result for these arguments."""
    opcode = CATALOGUE.get(name)
    if opcode is None:
        # Escaped, so that a letter of another alphabet that looks the same shows.
        raise GenomeError(f"opcode {name[:40]!a} is unknown; allowed are {', '.join(CATALOGUE)}")
    if index is not None:
        raise GenomeError(f"opcode {name!r} has index {index!r}; only constants have one")
    received = tuple([child.type for child in children])
    result = opcode.result_for(received)
    if result is None:
        allowed = " or ".join("(" + ", ".join(s.arguments) + ")" for s in opcode.signatures)
        raise GenomeError(f"opcode {name!r} received ({', '.join(received)}); allowed is {allowed}")
    return opcode, result


def _measures(opcode: Opcode, children: tuple[Node, ...]) -> tuple[int, int, int, str]:
    """Return size, depth, warm-up and text of a node, put together from those of its arguments."""
    size, depth, warm_up_bars, text = 1, 0, 0, f'["{opcode.name}"'
    windows: tuple[int, ...] = ()
    for child in children:
        size += child.size
        # Every node of a search passes here, and a comparison takes a third of the time of `max`.
        if child.depth > depth:  # noqa: PLR1730
            depth = child.depth
        if child.warm_up_bars > warm_up_bars:  # noqa: PLR1730
            warm_up_bars = child.warm_up_bars
        text += "," + child.text
        if child.opcode == "window":
            windows = (*windows, _window_bars(opcode, child))
    return size, depth + 1, warm_up_bars + _own_warm_up_bars(opcode.name, windows), text + "]"


@cache
def _own_warm_up_bars(name: str, windows: tuple[int, ...]) -> int:
    # Some are a logarithm or a loop; there are few opcodes and windows, and a search asks without end.
    return CATALOGUE[name].warm_up(windows)


def _window_bars(opcode: Opcode, child: Node) -> int:
    assert child.index is not None
    bars = WINDOWS[child.index]
    if opcode.is_recursive and bars not in opcode.windows:
        allowed = ", ".join(map(str, opcode.windows))
        raise GenomeError(f"opcode {opcode.name!r} has a window of {bars} bars; allowed are {allowed}")
    return bars


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
    index = round(value * THRESHOLDS_PER_UNIT)
    if abs(index / THRESHOLDS_PER_UNIT - value) > 1e-9:
        raise GenomeError(f"threshold {value} is off the grid; allowed are multiples of {1 / THRESHOLDS_PER_UNIT:g}")
    return Node("dimensionless", (), index)


def level(value: int) -> Node:
    """Return the oscillator constant `value`, from 0 to 100."""
    return Node("oscillator", (), value)
