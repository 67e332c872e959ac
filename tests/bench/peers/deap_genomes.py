"""A plain foundry: DEAP individuals of four typed trees, `gp.compile` for each, then somebody's backtest.

Opcodes are ours, called one by one without any memory of what was computed before. `algorithms.eaSimple` evaluates a
population as its first generation; its selection and variation are not in the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from deap import algorithms, base, gp

from backtest.prepared import PreparedMarket
from data.market import BoolArray, Market
from evolution.genome.genome import Genome
from evolution.genome.mask import mask_node
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import ValueType
from tests.bench.peers.task import Four, Request, late

TYPES = {value_type: type(value_type.value, (), {}) for value_type in ValueType}
Simulate = Callable[[Request], Four]


class Sharpe(base.Fitness):  # type: ignore[misc]  # DEAP has no types
    """One objective, to be maximised."""

    weights = (1.0,)


class DeapIndividual(list[Any]):
    """Four trees, a warm-up and a fitness."""

    def __init__(self, trees: list[Any], warm_up_bars: int) -> None:
        super().__init__(trees)
        self.warm_up_bars = warm_up_bars
        self.fitness = Sharpe()


def _masked_roots(genome: Genome) -> list[Node]:
    """Return the four roots, entries restricted to the genome's regimes."""
    mask = genome.risk.regime_mask
    if mask is None:
        return list(genome.roots)
    return [Node("and", (root, mask_node(mask))) if i % 2 == 0 else root for i, root in enumerate(genome.roots)]


class DeapFoundry:
    """Evaluates genomes on one market.

    Parameters
    ----------
    market
        What the opcodes see.
    prepared
        The same without funding, which is what is traded.
    """

    def __init__(self, market: Market, prepared: PreparedMarket) -> None:
        self.prepared = prepared
        # One market has no other coins.
        opcodes = [opcode for opcode in CATALOGUE.values() if not opcode.is_across_coins]
        terminals = [opcode for opcode in opcodes if opcode.is_terminal]
        self._inputs = [opcode.compute(market) for opcode in terminals]
        self._set = gp.PrimitiveSetTyped(
            "root", [TYPES[o.signatures[0].result] for o in terminals], TYPES[ValueType.BOOL]
        )
        self._set.renameArguments(**{f"ARG{i}": opcode.name for i, opcode in enumerate(terminals)})
        for opcode in opcodes:
            for position, signature in enumerate(opcode.signatures if not opcode.is_terminal else ()):
                types = [TYPES[argument] for argument in signature.arguments]
                compute = partial(opcode.compute, market)
                self._set.addPrimitive(compute, types, TYPES[signature.result], name=f"{opcode.name}_{position}")

    def individuals(self, genomes: Sequence[Genome]) -> list[DeapIndividual]:
        """Return genomes as DEAP's individuals, without fitness."""
        return [
            DeapIndividual(
                [gp.PrimitiveTree(self._prefix(root)) for root in _masked_roots(genome)], genome.warm_up_bars
            )
            for genome in genomes
        ]

    def evolve(self, individuals: list[DeapIndividual], simulate: Simulate) -> None:
        """Give every individual its fitness by DEAP's loop."""
        toolbox = base.Toolbox()
        toolbox.register("evaluate", lambda individual: (self.four(individual, simulate)[1],))
        algorithms.eaSimple(individuals, toolbox, cxpb=0.0, mutpb=0.0, ngen=0, verbose=False)

    def four(self, individual: DeapIndividual, simulate: Simulate) -> Four:
        """Compile, evaluate and simulate one individual."""
        return simulate(Request(self.prepared, late(self.levels(individual))))

    def levels(self, individual: DeapIndividual) -> BoolArray:
        """Return the four levels, shape (4, n_bars)."""
        n_bars = self.prepared.market.n_bars
        levels = np.empty((4, n_bars), dtype=np.bool_)
        for row, tree in enumerate(individual):
            truth = gp.compile(tree, self._set)(*self._inputs)  # noqa: TID251 - this is what is measured
            levels[row] = truth.to_bools(n_bars)[0]
        levels[:, : individual.warm_up_bars] = False
        return levels

    def _prefix(self, node: Node) -> list[Any]:
        if node.is_constant:
            value = int(node.value) if node.type is ValueType.WINDOW else float(node.value)
            return [gp.Terminal(value, False, TYPES[node.type])]
        opcode = CATALOGUE[node.opcode]
        if opcode.is_terminal:
            return [self._set.mapping[node.opcode]]
        types = tuple(child.type for child in node.children)
        position = [signature.arguments for signature in opcode.signatures].index(types)
        primitive = self._set.mapping[f"{node.opcode}_{position}"]
        return [primitive, *(part for child in node.children for part in self._prefix(child))]
