"""Our crossover and mutations: the same children for the same `rng`, whatever else the process imported."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from data.errors import GenomeError
from evolution.genome.genome import MAX_DISTANCE_INDEX, ROOTS, Genome
from evolution.genome.node import CONSTANT_NODES, Node
from evolution.opcodes.definition import Signature
from evolution.opcodes.types import BOOL, CONSTANT_RANGES, WINDOW, WINDOWS
from evolution.search.draws import Randomness, below, between, normal
from evolution.search.grammar import Grammar
from evolution.search.grow import GENES, NEVER, Shape, random_constant, random_node
from evolution.search.mirror import mirrored
from evolution.search.places import (
    draw_constant,
    draw_operation,
    operations_below,
    place_of_root,
    with_node,
    with_roots,
)

MAX_TRIES = 8
CONSTANT_SPREAD = 6.0
"""Standard deviation of a move of a threshold, in grid steps."""
WINDOW_SPREAD = 1.2
"""As above, of a window."""
DISTANCE_SPREAD = 4.0
"""As above, of a stop, a target or a trailing distance."""
DISTANCES = ("stop", "target", "trailing")


@dataclass(frozen=True, slots=True)
class Offspring:
    """A child and how it came about."""

    genome: Genome
    operator: str
    parents: tuple[Genome, ...]
    """None, the first of the two, or both, in the order in which they were given."""


@dataclass(frozen=True, slots=True)
class Breeder:
    """Makes children within the limits of a search.

    Every method draws from `rng` alone and returns None if the result would break a limit.
    """

    grammar: Grammar
    shape: Shape
    maximum_nodes: int
    crossover_share: float

    def breed(self, first: Genome, second: Genome, rng: Randomness) -> Offspring | None:
        """Make one child of two parents by crossover or of the first by mutation."""
        for _ in range(MAX_TRIES):
            parents: tuple[Genome, ...] = (first,)
            if rng.random() < self.crossover_share:
                name, parents = "crossover", (first, second)
                child = self._attempt(self.cross, first, second, rng)
            else:
                name = _NAMES[bisect_right(_CUMULATIVE, rng.random() * _CUMULATIVE[-1])]
                child = self._attempt(MUTATIONS[name][0], self, first, rng)
            if child is not None and child.size <= self.maximum_nodes and child not in parents:
                return Offspring(child, name, parents)
        return None

    def _attempt(self, operator: Callable[..., Genome | None], *arguments: object) -> Genome | None:
        try:
            return operator(*arguments)
        except GenomeError:
            # Too deep, too many nodes, too long a warm-up, or a window its opcode does not take.
            return None

    def cross(self, first: Genome, second: Genome, rng: Randomness) -> Genome | None:
        """Put a subtree of `second` in place of one of the same type in `first`, or exchange roots or risk genes."""
        kind = rng.random()
        if kind < 0.15:
            return with_roots(first.roots, second.risk)
        if kind < 0.35:
            if rng.random() < 0.5:
                return with_roots((*second.roots[:2], *first.roots[2:]), first.risk)
            return with_roots((*first.roots[:2], *second.roots[2:]), first.risk)
        place, node = draw_operation(first, rng)
        donors = [part for part in operations_below(second.roots) if part.type is node.type]
        return with_node(first, place, donors[below(len(donors), rng)]) if donors else None


def mutate_subtree(breeder: Breeder, genome: Genome, rng: Randomness) -> Genome | None:
    """Replace a random node by a fresh expression of its type."""
    place, node = draw_operation(genome, rng)
    depth = between(1, 3, rng) + (node.type is BOOL)
    return with_node(genome, place, random_node(breeder.grammar, breeder.shape, node.type, depth, rng))


def mutate_point(breeder: Breeder, genome: Genome, rng: Randomness) -> Genome | None:
    """Exchange an opcode for another of the same signature, keeping its arguments."""
    place, node = draw_operation(genome, rng)
    alike = breeder.grammar.alike(Signature(tuple([child.type for child in node.children]), node.type))
    options = [name for name in alike if name != node.opcode]
    return with_node(genome, place, Node(options[below(len(options), rng)], node.children)) if options else None


def mutate_constant(breeder: Breeder, genome: Genome, rng: Randomness) -> Genome | None:
    """Move one constant along its grid: windows by a step or two, thresholds by a few."""
    drawn = draw_constant(genome, rng)
    if drawn is None:
        return None
    place, node = drawn
    if rng.random() < 0.15:
        return with_node(genome, place, random_constant(node.type, WINDOWS, rng))
    spread = WINDOW_SPREAD if node.type is WINDOW else CONSTANT_SPREAD
    step = round(normal(spread, rng)) or (1 if rng.random() < 0.5 else -1)
    low, high = CONSTANT_RANGES[node.type]
    index = max(low, min(high, (node.index or 0) + step))
    return with_node(genome, place, CONSTANT_NODES[node.type][index])


def mutate_hoist(breeder: Breeder, genome: Genome, rng: Randomness) -> Genome | None:
    """Replace a node by one of its own descendants of the same type: the rule gets shorter."""
    place, node = draw_operation(genome, rng)
    inner = [part for part in operations_below(node.children) if part.type is node.type]
    return with_node(genome, place, inner[below(len(inner), rng)]) if inner else None


def mutate_root(breeder: Breeder, genome: Genome, rng: Randomness) -> Genome | None:
    """Draw one root anew, or empty it."""
    place = place_of_root(genome, below(len(ROOTS), rng))
    depth = between(breeder.shape.minimum_depth, breeder.shape.maximum_depth, rng)
    empty = rng.random() < 0.15
    root = NEVER if empty else random_node(breeder.grammar, breeder.shape, BOOL, depth, rng)
    return with_node(genome, place, root)


def mutate_mirror(breeder: Breeder, genome: Genome, rng: Randomness) -> Genome | None:
    """Make one side the mirror of the other."""
    long, short = genome.roots[:2], genome.roots[2:]
    if rng.random() < 0.5:
        return with_roots((*long, *map(mirrored, long)), genome.risk)
    return with_roots((*map(mirrored, short), *short), genome.risk)


def mutate_risk(breeder: Breeder, genome: Genome, rng: Randomness) -> Genome | None:
    """Redraw one risk gene, or move a distance by a few steps."""
    name = _GENE_NAMES[below(len(_GENE_NAMES), rng)]
    value = getattr(genome.risk, name)
    if name in DISTANCES and value is not None and rng.random() < 0.6:
        value = max(1, min(MAX_DISTANCE_INDEX, value + round(normal(DISTANCE_SPREAD, rng))))
    elif name == "reverse":
        value = not value
    else:
        value = GENES[name](rng)
    changed: dict[str, Any] = {name: value}
    return with_roots(genome.roots, replace(genome.risk, **changed))


Mutation = Callable[[Breeder, Genome, Randomness], Genome | None]
MUTATIONS: dict[str, tuple[Mutation, float]] = {
    "subtree": (mutate_subtree, 3.0),
    "point": (mutate_point, 1.5),
    "constant": (mutate_constant, 4.0),
    "hoist": (mutate_hoist, 1.5),
    "root": (mutate_root, 1.5),
    "mirror": (mutate_mirror, 1.5),
    "risk": (mutate_risk, 2.0),
}
"""Each mutation with its share."""
_NAMES = tuple(MUTATIONS)
_CUMULATIVE = list(accumulate(weight for _, weight in MUTATIONS.values()))
_GENE_NAMES = tuple(GENES)
