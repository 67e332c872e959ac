"""Random typed expressions and genomes: ramped initialisation, every draw from `rng`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backtest.risk import SizingRule
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import CONSTANT_NODES, Node
from evolution.opcodes.types import BOOL, CONSTANT_RANGES, DIMENSIONLESS, OSCILLATOR, WINDOW, WINDOWS, ValueType
from evolution.search.draws import Randomness, below, between, normal
from evolution.search.grammar import Choice, Grammar
from evolution.search.mirror import mirrored

THRESHOLD_SPREAD = 30.0
"""Standard deviation of a fresh dimensionless threshold, in grid steps: 1.5 units."""
THRESHOLD_TYPES = (DIMENSIONLESS, OSCILLATOR)
NEVER = Node("never")


@dataclass(frozen=True, slots=True)
class Shape:
    """How large fresh expressions are, and how often genomes come in which form."""

    minimum_depth: int = 2
    maximum_depth: int = 5
    mirrored_share: float = 0.5
    """Share of fresh genomes whose short side mirrors the long side."""
    one_sided_share: float = 0.2
    """Share of fresh genomes that trade one side only."""
    constant_share: float = 0.75
    """Share of comparisons of a dimensionless or oscillating series with a constant."""


def random_genome(grammar: Grammar, shape: Shape, depth: int, rng: Randomness) -> Genome:
    """Draw a genome whose roots are at most `depth` deep."""
    form = rng.random()
    long_entry, long_exit = (random_node(grammar, shape, BOOL, depth, rng) for _ in range(2))
    if form < shape.mirrored_share:
        short_entry, short_exit = mirrored(long_entry), mirrored(long_exit)
    elif form < shape.mirrored_share + shape.one_sided_share:
        short_entry, short_exit = NEVER, NEVER
        if rng.random() < 0.5:
            long_entry, long_exit, short_entry, short_exit = NEVER, NEVER, long_entry, long_exit
    else:
        short_entry, short_exit = (random_node(grammar, shape, BOOL, depth, rng) for _ in range(2))
    return Genome(long_entry, long_exit, short_entry, short_exit, random_risk(rng))


def random_node(grammar: Grammar, shape: Shape, value_type: ValueType, depth: int, rng: Randomness) -> Node:
    """Draw an expression of a type, at most `depth` deep (a leaf if `depth` is 1 and the type has leaves)."""
    if value_type is WINDOW:
        return random_constant(value_type, WINDOWS, rng)
    menu = grammar.operators(value_type)
    if depth <= 2:
        menu = grammar.shallow_operators(value_type) or menu
    if value_type in THRESHOLD_TYPES:
        # Most measures take a window alone, as small as any leaf: the few true leaves are not preferred to them.
        menu = grammar.measures(value_type)
    # A root that is `never` is drawn on purpose elsewhere, not by the accident of depth.
    elif value_type is not BOOL:
        terminals = grammar.terminals(value_type)
        if terminals and (depth <= 1 or not menu or rng.random() < 0.3):
            menu = terminals
    return _fill(grammar, shape, menu.draw(rng), depth - 1, rng)


def _fill(grammar: Grammar, shape: Shape, choice: Choice, depth: int, rng: Randomness) -> Node:
    arguments = choice.signature.arguments
    children: list[Node] = []
    for position, value_type in enumerate(arguments):
        if value_type is WINDOW:
            children.append(random_constant(value_type, choice.windows, rng))
        elif (
            position == 1
            and arguments[0] is value_type
            and value_type in THRESHOLD_TYPES
            and rng.random() < shape.constant_share
        ):
            children.append(random_constant(value_type, WINDOWS, rng))
        else:
            children.append(random_node(grammar, shape, value_type, depth, rng))
    if len(children) == 2 and children[0] == children[1]:
        # A series against itself says nothing; the other side is drawn again.
        children[1] = random_node(grammar, shape, arguments[1], depth, rng)
    return Node(choice.opcode.name, tuple(children))


def random_constant(value_type: ValueType, windows: tuple[int, ...], rng: Randomness) -> Node:
    """Draw a constant: thresholds around zero, oscillator levels and windows evenly."""
    low, high = CONSTANT_RANGES[value_type]
    if value_type is DIMENSIONLESS:
        index = max(low, min(high, round(normal(THRESHOLD_SPREAD, rng))))
    elif value_type is WINDOW:
        # The windows that an opcode takes are the first ones of the grid.
        index = below(len(windows), rng)
    else:
        index = between(low, high, rng)
    return CONSTANT_NODES[value_type][index]


def random_risk(rng: Randomness) -> RiskGenes:
    """Draw risk genes: each protective level is absent more often than present."""
    return RiskGenes(**{name: draw(rng) for name, draw in GENES.items()})


def _random_sizing(rng: Randomness) -> SizingRule:
    return SIZING_RULES[bisect_right(SIZING_SHARES, rng.random())]


def _sometimes(low: int, high: int) -> Callable[[Randomness], int | None]:
    return lambda rng: between(low, high, rng) if rng.random() < 0.35 else None


SIZING_RULES = tuple(SizingRule)
SIZING_SHARES = (0.6, 0.8)
"""Cumulative shares of the rules but the last."""
GENES: dict[str, Callable[[Randomness], Any]] = {
    "sizing": _random_sizing,
    "sizing_window": lambda rng: between(4, len(WINDOWS) - 3, rng),
    "stop": _sometimes(6, 40),
    "target": _sometimes(6, 60),
    "trailing": _sometimes(6, 40),
    "max_hold": _sometimes(2, len(WINDOWS) - 3),
    "reverse": lambda rng: rng.random() < 0.3,
}
"""How each risk gene is drawn."""
