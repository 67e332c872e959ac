"""Our crossover and mutations: the same children for the same `rng`, whatever else the process imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from data.errors import GenomeError
from evolution.genome.genome import MAX_DISTANCE_INDEX, ROOTS, Genome, RiskGenes
from evolution.genome.node import Node
from evolution.opcodes.types import CONSTANT_RANGES, WINDOWS, ValueType
from evolution.search.grammar import Grammar
from evolution.search.grow import NEVER, Shape, random_constant, random_node, random_risk
from evolution.search.mirror import mirrored

Path = tuple[int, ...]
"""Where a node stands in its root: child positions from the top."""

MAX_TRIES = 8
CONSTANT_SPREAD = 6.0
"""Standard deviation of a move of a threshold, in grid steps."""


@dataclass(frozen=True, slots=True)
class Offspring:
    """A child and how it came about."""

    genome: Genome
    operator: str
    parents: tuple[Genome, ...]


@dataclass(frozen=True, slots=True)
class Breeder:
    """Makes children within the limits of a search.

    Every method draws from `rng` alone and returns None if the result would break a limit.
    """

    grammar: Grammar
    shape: Shape
    maximum_nodes: int
    crossover_share: float

    def breed(self, first: Genome, second: Genome, rng: np.random.Generator) -> Offspring | None:
        """Make one child of two parents by crossover or of the first by mutation."""
        for _ in range(MAX_TRIES):
            parents: tuple[Genome, ...] = (first,)
            if rng.random() < self.crossover_share:
                name, parents = "crossover", (first, second)
                child = self._attempt(self.cross, first, second, rng)
            else:
                name = _NAMES[int(np.searchsorted(_CUMULATIVE, rng.random() * _CUMULATIVE[-1], side="right"))]
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

    def cross(self, first: Genome, second: Genome, rng: np.random.Generator) -> Genome | None:
        """Put a subtree of `second` in place of one of the same type in `first`, or exchange roots or risk genes."""
        kind = rng.random()
        if kind < 0.15:
            return replace(first, risk=second.risk)
        if kind < 0.35:
            if rng.random() < 0.5:
                return replace(first, long_entry=second.long_entry, long_exit=second.long_exit)
            return replace(first, short_entry=second.short_entry, short_exit=second.short_exit)
        root, path, node = _pick(first, rng)
        donors = [part for part in second.walk() if part.type is node.type and not part.is_constant]
        if not donors:
            return None
        return _with_node(first, root, path, donors[int(rng.integers(len(donors)))])


def mutate_subtree(breeder: Breeder, genome: Genome, rng: np.random.Generator) -> Genome | None:
    """Replace a random node by a fresh expression of its type."""
    root, path, node = _pick(genome, rng)
    depth = int(rng.integers(1, 4)) + (node.type is ValueType.BOOL)
    return _with_node(genome, root, path, random_node(breeder.grammar, breeder.shape, node.type, depth, rng))


def mutate_point(breeder: Breeder, genome: Genome, rng: np.random.Generator) -> Genome | None:
    """Exchange an opcode for another of the same signature, keeping its arguments."""
    root, path, node = _pick(genome, rng)
    received = tuple(child.type for child in node.children)
    options = [
        choice.opcode.name
        for menu in (breeder.grammar.operators(node.type), breeder.grammar.terminals(node.type))
        for choice in menu.choices
        if choice.signature.arguments == received and choice.opcode.name != node.opcode
    ]
    if not options:
        return None
    return _with_node(genome, root, path, Node(options[int(rng.integers(len(options)))], node.children))


def mutate_constant(breeder: Breeder, genome: Genome, rng: np.random.Generator) -> Genome | None:
    """Move one constant along its grid: windows by a step or two, thresholds by a few."""
    places = [(root, path, node) for root, path, node in _places(genome) if node.is_constant]
    if not places:
        return None
    root, path, node = places[int(rng.integers(len(places)))]
    if rng.random() < 0.15:
        return _with_node(genome, root, path, random_constant(node.type, WINDOWS, rng))
    low, high = CONSTANT_RANGES[node.type]
    spread = 1.2 if node.type is ValueType.WINDOW else CONSTANT_SPREAD
    step = round(rng.normal(0.0, spread)) or (1 if rng.random() < 0.5 else -1)
    index = int(np.clip((node.index or 0) + step, low, high))
    return _with_node(genome, root, path, Node(node.opcode, (), index))


def mutate_hoist(breeder: Breeder, genome: Genome, rng: np.random.Generator) -> Genome | None:
    """Replace a node by one of its own descendants of the same type: the rule gets shorter."""
    root, path, node = _pick(genome, rng)
    below = [part for part in node.walk() if part.type is node.type and part != node and not part.is_constant]
    return _with_node(genome, root, path, below[int(rng.integers(len(below)))]) if below else None


def mutate_root(breeder: Breeder, genome: Genome, rng: np.random.Generator) -> Genome | None:
    """Draw one root anew, or empty it."""
    name = ROOTS[int(rng.integers(4))]
    depth = int(rng.integers(breeder.shape.minimum_depth, breeder.shape.maximum_depth + 1))
    empty = rng.random() < 0.15
    root = NEVER if empty else random_node(breeder.grammar, breeder.shape, ValueType.BOOL, depth, rng)
    return _with_node(genome, name, (), root)


def mutate_mirror(breeder: Breeder, genome: Genome, rng: np.random.Generator) -> Genome | None:
    """Make one side the mirror of the other."""
    if rng.random() < 0.5:
        return replace(genome, short_entry=mirrored(genome.long_entry), short_exit=mirrored(genome.long_exit))
    return replace(genome, long_entry=mirrored(genome.short_entry), long_exit=mirrored(genome.short_exit))


def mutate_risk(breeder: Breeder, genome: Genome, rng: np.random.Generator) -> Genome | None:
    """Redraw one risk gene, or move a distance by a few steps."""
    fresh = random_risk(rng)
    name = ("sizing", "sizing_window", "stop", "target", "trailing", "max_hold", "reverse")[int(rng.integers(7))]
    value = getattr(genome.risk, name)
    if name in ("stop", "target", "trailing") and value is not None and rng.random() < 0.6:
        moved = int(np.clip(value + round(rng.normal(0.0, 4.0)), 1, MAX_DISTANCE_INDEX))
        return replace(genome, risk=_with_gene(genome.risk, name, moved))
    if name == "reverse":
        return replace(genome, risk=replace(genome.risk, reverse=not value))
    return replace(genome, risk=_with_gene(genome.risk, name, getattr(fresh, name)))


Mutation = Callable[[Breeder, Genome, np.random.Generator], Genome | None]
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
_CUMULATIVE = np.cumsum([weight for _, weight in MUTATIONS.values()])


def _places(genome: Genome) -> list[tuple[str, Path, Node]]:
    """Return every node with where it stands, roots in order, parents first."""
    found: list[tuple[str, Path, Node]] = []
    for name, root in zip(ROOTS, genome.roots, strict=True):
        stack: list[tuple[Path, Node]] = [((), root)]
        while stack:
            path, node = stack.pop()
            found.append((name, path, node))
            stack.extend(((*path, i), child) for i, child in reversed(list(enumerate(node.children))))
    return found


def _pick(genome: Genome, rng: np.random.Generator) -> tuple[str, Path, Node]:
    """Draw a node that is not a constant."""
    places = [place for place in _places(genome) if not place[2].is_constant]
    return places[int(rng.integers(len(places)))]


def _with_node(genome: Genome, root: str, path: Path, node: Node) -> Genome:
    changed: dict[str, Any] = {root: _replaced(getattr(genome, root), path, node)}
    return replace(genome, **changed)


def _with_gene(risk: RiskGenes, name: str, value: object) -> RiskGenes:
    changed: dict[str, Any] = {name: value}
    return replace(risk, **changed)


def _replaced(tree: Node, path: Path, node: Node) -> Node:
    if not path:
        return node
    first, rest = path[0], path[1:]
    children = tuple(_replaced(c, rest, node) if i == first else c for i, c in enumerate(tree.children))
    return Node(tree.opcode, children)
