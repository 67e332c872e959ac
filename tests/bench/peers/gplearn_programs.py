"""gplearn's interpreter, `_Program.execute`, with our inner opcodes as its functions.

Its programs have one type, arrays; the trees are typed already, so it is given them as they are. Columns of its input
are laid out one after the other, which its own estimators do not do: a column is then read without strides.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from data.market import FloatArray
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from tests.bench.peers.numpy_words import WORDS
from tests.bench.trees import is_leaf


class GplearnPrograms:
    """Trees as gplearn's programs.

    Parameters
    ----------
    trees
        Bool trees, see `tests.bench.trees`.
    series
        Values of every leaf.
    """

    def __init__(self, trees: list[Node], series: dict[Node, FloatArray]) -> None:
        from gplearn._program import _Program
        from gplearn.functions import _Function

        functions = {
            name: _Function(function=word, name=name, arity=len(CATALOGUE[name].signatures[0].arguments))
            for name, word in WORDS.items()
        }
        self._columns = np.asfortranarray(np.column_stack(list(series.values())))
        places = {node: place for place, node in enumerate(series)}
        by_arity: dict[int, list[Any]] = {}
        for function in functions.values():
            by_arity.setdefault(function.arity, []).append(function)
        self._programs = [
            _Program(
                function_set=list(functions.values()),
                arities=by_arity,
                init_depth=(2, 6),
                init_method="half and half",
                n_features=len(series),
                const_range=None,
                metric=None,
                p_point_replace=0.05,
                parsimony_coefficient=0.0,
                random_state=None,
                program=_prefix(tree, functions, places),
            )
            for tree in trees
        ]

    def evaluate(self) -> list[Any]:
        """Execute every program."""
        return [program.execute(self._columns) for program in self._programs]


def _prefix(node: Node, functions: dict[str, Any], places: dict[Node, int]) -> list[Any]:
    if is_leaf(node):
        return [places[node]]
    if node.is_constant:
        return [float(node.value)]
    return [functions[node.opcode], *(part for child in node.children for part in _prefix(child, functions, places))]
