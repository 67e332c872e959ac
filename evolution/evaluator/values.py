"""The value of one node on one coin, looked up or computed."""

from __future__ import annotations

import time

from data.market import Market
from evolution.evaluator.features import FeatureStore, Value
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType

LOGIC = frozenset({"and", "or", "not"})
"""Cheaper to compute again than to look up."""


def value_of(node: Node, market: Market, features: FeatureStore | None) -> Value:
    """Return the value of a node that is no constant, remembering it."""
    if node.opcode in LOGIC or features is None:
        return compute_value(node, market, features)
    value = features.get(market.coin, node)
    if value is None:
        begin = time.perf_counter()
        value = compute_value(node, market, features)
        features.put(market.coin, node, value, time.perf_counter() - begin)
    return value


def compute_value(node: Node, market: Market, features: FeatureStore | None) -> Value:
    """Return the value of a node that is no constant; only those of its arguments are remembered."""
    arguments = [_argument(child, market, features) for child in node.children]
    value: Value = CATALOGUE[node.opcode].compute(market, *arguments)
    return value


def _argument(node: Node, market: Market, features: FeatureStore | None) -> Value | float | int:
    if node.type is ValueType.WINDOW:
        return int(node.value)
    return node.value if node.is_constant else value_of(node, market, features)
