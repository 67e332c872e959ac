"""DEAP as its tutorials use it: a typed primitive set over numpy, `gp.compile` for each individual, one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deap import gp

from data.market import FloatArray
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType
from tests.bench.peers.numpy_words import WORDS
from tests.bench.trees import PRICES, is_leaf

TYPES = {value_type: type(value_type.value, (), {}) for value_type in ValueType}


class DeapTrees:
    """Trees as DEAP's own, over series that stand ready: prices are arguments, the others named terminals.

    Parameters
    ----------
    trees
        Bool trees, see `tests.bench.trees`.
    series
        Values of every leaf.
    """

    def __init__(self, trees: list[Node], series: dict[Node, FloatArray]) -> None:
        arguments = [TYPES[Node(name).type] for name in PRICES]
        self._set = gp.PrimitiveSetTyped("root", arguments, TYPES[ValueType.BOOL])
        self._set.renameArguments(**{f"ARG{i}": name for i, name in enumerate(PRICES)})
        for name, function in WORDS.items():
            for position, signature in enumerate(CATALOGUE[name].signatures):
                types = [TYPES[argument] for argument in signature.arguments]
                self._set.addPrimitive(function, types, TYPES[signature.result], name=f"{name}_{position}")
        self._names = {node: node.opcode if node.opcode in PRICES else f"leaf_{i}" for i, node in enumerate(series)}
        for node, values in series.items():
            if node.opcode not in PRICES:
                self._set.addTerminal(values, TYPES[node.type], name=self._names[node])
        self._prices = [series[Node(name)] for name in PRICES]
        self._trees = [gp.PrimitiveTree(self._prefix(tree)) for tree in trees]

    def compiled(self) -> list[Callable[..., Any]]:
        """Compile every tree."""
        return [gp.compile(tree, self._set) for tree in self._trees]  # noqa: TID251 - this is what is measured

    def call(self, functions: list[Callable[..., Any]]) -> list[Any]:
        """Call compiled trees."""
        prices = self._prices
        return [function(*prices) for function in functions]

    def evaluate(self) -> list[Any]:
        """Compile and call every tree, one after the other."""
        prices = self._prices
        return [gp.compile(tree, self._set)(*prices) for tree in self._trees]  # noqa: TID251 - as above

    def _prefix(self, node: Node) -> list[Any]:
        if is_leaf(node):
            return [self._set.mapping[self._names[node]]]
        if node.is_constant:
            return [gp.Terminal(float(node.value), False, TYPES[node.type])]
        types = tuple(child.type for child in node.children)
        position = [signature.arguments for signature in CATALOGUE[node.opcode].signatures].index(types)
        primitive = self._set.mapping[f"{node.opcode}_{position}"]
        return [primitive, *(part for child in node.children for part in self._prefix(child))]
