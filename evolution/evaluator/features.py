"""A byte-budgeted memory of what was computed before: the same node on the same coin, once."""

from __future__ import annotations

from collections import OrderedDict

from data.market import FloatArray, Universe
from data.shelf import Shelf
from evolution.genome.node import Node
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType

DEFAULT_BUDGET_BYTES = 640 << 20
WORTH_SHARING_NS = 4.0
"""Nanoseconds a byte. To write into memory that another process maps takes one or two, most series are computed in
as little; a rolling median takes twelve."""

Value = FloatArray | Truth


class FeatureStore:
    """Values of nodes on one universe, the least recently used forgotten first.

    It belongs to the universe it was made for: the same node on another history is another number.
    It never changes a result, only how soon it is there.

    Parameters
    ----------
    universe
        The history that every value belongs to.
    budget_bytes
        Bytes of arrays kept; the least recently used are dropped beyond it.
    shelf
        Where processes that work on the same universe share series that take long to compute.
    """

    def __init__(
        self, universe: Universe, budget_bytes: int = DEFAULT_BUDGET_BYTES, shelf: Shelf | None = None
    ) -> None:
        self.snapshot_id = universe.snapshot_id
        self._budget_bytes, self._shelf = budget_bytes, shelf
        self._used_bytes = 0
        self._values: OrderedDict[tuple[str, str], Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, coin: str, node: Node) -> Value | None:
        """Return the remembered value of `node` on `coin`, or None."""
        # The text of a node is its identity, and a string is compared without a call.
        key = (coin, node.text)
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
            return value
        if self._shelf is None or node.type is ValueType.BOOL:
            return None
        return self._shelf.get(_name(coin, node))

    def put(self, coin: str, node: Node, value: Value, seconds: float = 0.0) -> None:
        """Remember a value that took so long to compute, forgetting older ones if the budget asks for it."""
        if not isinstance(value, Truth) and self._share(coin, node, value, seconds):
            return
        key = (coin, node.text)
        former = self._values.pop(key, None)
        self._values[key] = value
        self._used_bytes += _bytes_of(value) - (0 if former is None else _bytes_of(former))
        while self._used_bytes > self._budget_bytes and len(self._values) > 1:
            _, oldest = self._values.popitem(last=False)
            self._used_bytes -= _bytes_of(oldest)

    def _share(self, coin: str, node: Node, values: FloatArray, seconds: float) -> bool:
        if self._shelf is None or 1e9 * seconds < WORTH_SHARING_NS * values.nbytes:
            return False
        return self._shelf.put(_name(coin, node), values) is not None


def _name(coin: str, node: Node) -> str:
    return f"{coin} {node.text}"


def _bytes_of(value: Value) -> int:
    if isinstance(value, Truth):
        return value.true.nbytes + value.false.nbytes
    return value.nbytes
