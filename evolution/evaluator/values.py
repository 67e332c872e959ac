"""The value of one node on one coin of a universe, looked up or computed."""

from __future__ import annotations

import time

import numpy as np

from data.market import Universe
from evolution.evaluator.features import FeatureStore, Value
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Opcode
from evolution.opcodes.series import sealed
from evolution.opcodes.types import ValueType

LOGIC = frozenset({"and", "or", "not"})
"""Cheaper to compute again than to look up."""


def value_of(node: Node, universe: Universe, place: int, features: FeatureStore | None) -> Value:
    """Return the value of a node that is no constant on the coin at `place`, remembering it."""
    if node.opcode in LOGIC or features is None:
        return compute_value(node, universe, place, features)
    coin = universe.markets[place].coin
    value = features.get(coin, node)
    if value is not None:
        return value
    begin = time.perf_counter()
    if CATALOGUE[node.opcode].is_across_coins:
        values = compute_values(node, universe, features)
        seconds = (time.perf_counter() - begin) / len(values)
        for market, one in zip(universe, values, strict=True):
            features.put(market.coin, node, one, seconds)
        return values[place]
    value = compute_value(node, universe, place, features)
    features.put(coin, node, value, time.perf_counter() - begin)
    return value


def compute_value(node: Node, universe: Universe, place: int, features: FeatureStore | None) -> Value:
    """Return the value of a node that is no constant; only those of its arguments are remembered."""
    opcode = CATALOGUE[node.opcode]
    if opcode.is_across_coins:
        return compute_values(node, universe, features)[place]
    arguments = [_argument(child, universe, place, features) for child in node.children]
    value: Value = opcode.compute(universe.markets[place], *arguments)
    return value


def compute_values(node: Node, universe: Universe, features: FeatureStore | None) -> tuple[Value, ...]:
    """Return the value of a node that is no constant on every coin, as `compute_value` does."""
    opcode = CATALOGUE[node.opcode]
    if opcode.is_across_coins:
        return _across_coins(opcode, node, universe, features)
    return tuple(compute_value(node, universe, place, features) for place in range(len(universe.markets)))


def is_across_coins(node: Node) -> bool:
    """Return whether the value of a node on one coin depends on the other coins."""
    return any(not part.is_constant and CATALOGUE[part.opcode].is_across_coins for part in node.walk())


def _argument(node: Node, universe: Universe, place: int, features: FeatureStore | None) -> Value | float | int:
    if node.type is ValueType.WINDOW:
        return int(node.value)
    return node.value if node.is_constant else value_of(node, universe, place, features)


def _across_coins(opcode: Opcode, node: Node, universe: Universe, features: FeatureStore | None) -> tuple[Value, ...]:
    arguments = [_everywhere(child, universe, features) for child in node.children]
    values: tuple[Value, ...] = opcode.compute(universe, *arguments)
    return values


def _everywhere(node: Node, universe: Universe, features: FeatureStore | None) -> tuple[Value, ...] | int:
    """Return an argument on every coin; a constant is the same series on each."""
    if node.type is ValueType.WINDOW:
        return int(node.value)
    n_coins = len(universe.markets)
    if node.is_constant:
        return (sealed(np.full(universe.n_bars, node.value)),) * n_coins
    return tuple(value_of(node, universe, place, features) for place in range(n_coins))
