"""Our opcodes as DEAP's typed primitive set, and its trees as our genomes.

A strategy is one tree: a root of four Bool arguments. DEAP's generators ask for an inner node of any type at any
height, so a window has an inner node as well, which says nothing.
"""

from __future__ import annotations

import random  # noqa: TID251 - DEAP draws from it, and so must what it calls
from zlib import crc32

from deap import gp

from data.errors import GenomeError
from evolution.genome.genome import Genome
from evolution.genome.node import CONSTANT_NODES, Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import OSCILLATOR_LIMIT, THRESHOLD_LIMIT, WINDOWS, ValueType
from evolution.rows.growing import THRESHOLD_SPREAD

SAME_WINDOW = "same_window"
STRATEGY = "strategy"


class _Marker(type):
    """Types whose order in a set depends on their names alone: DEAP's crossover chooses from a set of types."""

    def __hash__(cls) -> int:
        return crc32(cls.__name__.encode())


MARKERS = {value_type: _Marker(value_type.value, (), {}) for value_type in ValueType}
WHOLE = _Marker(STRATEGY, (), {})


def _threshold() -> int:
    drawn = round(random.gauss(0.0, THRESHOLD_SPREAD))
    return max(-THRESHOLD_LIMIT, min(THRESHOLD_LIMIT, drawn))


def _oscillator() -> int:
    return random.randint(0, OSCILLATOR_LIMIT)


def _window() -> int:
    return random.randrange(len(WINDOWS))


CONSTANTS = {
    ValueType.DIMENSIONLESS: ("any_threshold", _threshold),
    ValueType.OSCILLATOR: ("any_oscillator", _oscillator),
    ValueType.WINDOW: ("any_window", _window),
}


def primitive_set(excluded: frozenset[str]) -> gp.PrimitiveSetTyped:
    """Return the opcodes that are not excluded, each once for every signature."""
    primitives = gp.PrimitiveSetTyped("foundry", [], WHOLE)
    primitives.addPrimitive(_unused, [MARKERS[ValueType.BOOL]] * 4, WHOLE, name=STRATEGY)
    primitives.addPrimitive(_unused, [MARKERS[ValueType.WINDOW]], MARKERS[ValueType.WINDOW], name=SAME_WINDOW)
    for value_type, (name, draw) in CONSTANTS.items():
        primitives.addEphemeralConstant(name, draw, MARKERS[value_type])
    for opcode in CATALOGUE.values():
        for position, signature in enumerate(() if opcode.name in excluded else opcode.signatures):
            name = f"{opcode.name}__{position}"
            arguments = [MARKERS[argument] for argument in signature.arguments]
            if arguments:
                primitives.addPrimitive(_unused, arguments, MARKERS[signature.result], name=name)
            else:
                primitives.addTerminal(opcode, MARKERS[signature.result], name=name)
    return primitives


def genome_of(tree: gp.PrimitiveTree) -> Genome | None:
    """Return the genome that a tree says, with the usual risk genes; None where it breaks a rule of the grammar."""
    try:
        long_entry, long_exit, short_entry, short_exit = _children(iter(tree[1:]), 4)
        return Genome(long_entry, long_exit, short_entry, short_exit)
    except GenomeError:
        return None


def _children(symbols, count: int) -> list[Node]:
    return [_node(symbols) for _ in range(count)]


def _node(symbols) -> Node:
    symbol = next(symbols)
    for value_type, (name, _) in CONSTANTS.items():
        if symbol.name == name:
            return CONSTANT_NODES[value_type][symbol.value]
    children = _children(symbols, symbol.arity)
    if symbol.name == SAME_WINDOW:
        return children[0]
    return Node(symbol.name.rpartition("__")[0], tuple(children))


def _unused(*arguments: object) -> tuple[object, ...]:
    """Stand where DEAP wants a function; trees are turned into genomes and never called."""
    return arguments
