"""Typed trees of our grammar, over the opcodes that plain numpy knows as well.

Prices, and windowed series of one, are leaves: others are given them ready made. Above them stand percent gaps,
comparisons, crossings and logic. A series of a series can stand still, where an oscillator is unknown and two-valued
numpy says False: there are none of them.
"""

from __future__ import annotations

import numpy as np

from evolution.genome.genome import Genome
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_node

PRICES = ("open", "high", "low", "close", "volume")
WINDOWED = ("sma", "ema", "wma", "rolling_min", "rolling_max", "zscore", "rsi", "returns", "atr")
INNER = ("gap", "above", "below", "crosses_above", "crosses_below", "and", "or", "not")
DEPTHS = (4, 5, 6, 7)
LEAST_SIZES = (3, 8, 14, 20)
"""Nodes that a tree has at least: depth alone draws mostly small ones."""


def is_leaf(node: Node) -> bool:
    """Return whether a node is a series that stands ready."""
    return node.opcode in PRICES or node.opcode in WINDOWED


def random_trees(count: int, seed: int) -> list[Node]:
    """Return distinct Bool trees of ramped depths."""
    others = frozenset(CATALOGUE) - {*PRICES, *WINDOWED, *INNER}
    grammar, rng = Grammar(SearchPriors(excluded_opcodes=others)), np.random.default_rng(seed)
    found: dict[Node, None] = {}
    while len(found) < count:
        turn = len(found) % len(DEPTHS)
        tree = random_node(grammar, Shape(), ValueType.BOOL, DEPTHS[turn], rng)
        if tree.size >= LEAST_SIZES[turn] and all(_is_plain(leaf) for leaf in leaves([tree])):
            found[tree] = None
    return list(found)


def leaves(trees: list[Node]) -> list[Node]:
    """Return the distinct series under the trees, in order of appearance."""
    found: dict[Node, None] = {}
    waiting = list(reversed(trees))
    while waiting:
        node = waiting.pop()
        if is_leaf(node):
            found[node] = None
        elif not node.is_constant:
            waiting.extend(reversed(node.children))
    return list(found)


def as_genomes(trees: list[Node]) -> list[Genome]:
    """Return genomes of four trees each; their number must divide by four."""
    return [Genome(*trees[i : i + 4]) for i in range(0, len(trees), 4)]


def _is_plain(leaf: Node) -> bool:
    """Return whether a leaf is a price, or a windowed series of nothing but prices."""
    return all(child.is_constant or child.opcode in PRICES for child in leaf.children)
