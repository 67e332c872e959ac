"""The same rule for the other side: what says `up` says `down`."""

from __future__ import annotations

from evolution.genome.node import CONSTANT_NODES, Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import BOOL, DIMENSIONLESS, OSCILLATOR, OSCILLATOR_LIMIT

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
TRUTH_TAKERS = frozenset(
    opcode.name
    for opcode in CATALOGUE.values()
    if any(s.result is not BOOL and BOOL in s.arguments for s in opcode.signatures)
)
"""Opcodes that make a number of a truth, such as how long ago it was."""


def mirrored(node: Node) -> Node:
    """Return the rule with up and down exchanged; mirroring twice gives it back."""
    if node.is_constant:
        return _mirrored_constant(node)
    if node.type is BOOL and _is_sideless_comparison(node):
        return _with_mirrored_truths(node)
    return Node(OPPOSITE.get(node.opcode, node.opcode), tuple([mirrored(child) for child in node.children]))


def _with_mirrored_truths(node: Node) -> Node:
    """Return a comparison that reads the same for both sides, what it counts the bars since exchanged."""
    if TRUTH_TAKERS.isdisjoint([part.opcode for part in node.walk()]):
        return node
    exchange = (mirrored if child.type is BOOL else _with_mirrored_truths for child in node.children)
    return Node(node.opcode, tuple([change(child) for change, child in zip(exchange, node.children, strict=True)]))


def _mirrored_constant(node: Node) -> Node:
    index = node.index or 0
    if node.type is DIMENSIONLESS:
        return CONSTANT_NODES[node.type][-index]
    if node.type is OSCILLATOR:
        return CONSTANT_NODES[node.type][OSCILLATOR_LIMIT - index]
    return node


def _is_sideless_comparison(node: Node) -> bool:
    if BOOL in [child.type for child in node.children]:
        return False
    return not SIDELESS.isdisjoint([part.opcode for part in node.walk()])
