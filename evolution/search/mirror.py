"""The same rule for the other side: what says `up` says `down`."""

from __future__ import annotations

from evolution.genome.node import CONSTANT_NODES, Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import OSCILLATOR_LIMIT, ValueType

OPPOSITE = {
    "above": "below",
    "below": "above",
    "crosses_above": "crosses_below",
    "crosses_below": "crosses_above",
    "high": "low",
    "low": "high",
    "rolling_max": "rolling_min",
    "rolling_min": "rolling_max",
}
SIDELESS = frozenset(opcode.name for opcode in CATALOGUE.values() if not opcode.has_side)


def mirrored(node: Node) -> Node:
    """Return the rule with up and down exchanged; mirroring twice gives it back."""
    if node.is_constant:
        return _mirrored_constant(node)
    if node.type is ValueType.BOOL and _is_comparison(node) and any(part.opcode in SIDELESS for part in node.walk()):
        return _with_mirrored_truths(node)
    return Node(OPPOSITE.get(node.opcode, node.opcode), tuple(mirrored(child) for child in node.children))


def _with_mirrored_truths(node: Node) -> Node:
    """Return a comparison that reads the same for both sides, what it counts the bars since exchanged."""
    if not node.children:
        return node
    exchange = (mirrored if child.type is ValueType.BOOL else _with_mirrored_truths for child in node.children)
    return Node(node.opcode, tuple(change(child) for change, child in zip(exchange, node.children, strict=True)))


def _mirrored_constant(node: Node) -> Node:
    index = node.index or 0
    if node.type is ValueType.DIMENSIONLESS:
        return CONSTANT_NODES[node.type][-index]
    if node.type is ValueType.OSCILLATOR:
        return CONSTANT_NODES[node.type][OSCILLATOR_LIMIT - index]
    return node


def _is_comparison(node: Node) -> bool:
    return all(child.type is not ValueType.BOOL for child in node.children)
