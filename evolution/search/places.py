"""Where a node stands in a genome: its number among all nodes, the roots in order and parents first."""

from __future__ import annotations

from collections.abc import Sequence

from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node
from evolution.search.draws import Randomness, below


def draw_operation(genome: Genome, rng: Randomness) -> tuple[int, Node]:
    """Draw a node that is not a constant, each as likely as any other; return its place too."""
    while True:
        place = below(genome.size, rng)
        node = node_at(genome, place)
        if not node.is_constant:
            return place, node


def draw_constant(genome: Genome, rng: Randomness) -> tuple[int, Node] | None:
    """Draw a constant, each as likely as any other; None if there is none."""
    if not any(node.is_constant for node in genome.walk()):
        return None
    while True:
        place = below(genome.size, rng)
        node = node_at(genome, place)
        if node.is_constant:
            return place, node


def place_of_root(genome: Genome, number: int) -> int:
    """Return the place of a root, counted from 0."""
    return sum(root.size for root in genome.roots[:number])


def node_at(genome: Genome, place: int) -> Node:
    """Return the node that stands there."""
    nodes: tuple[Node, ...] = genome.roots
    while True:
        for node in nodes:
            if place < node.size:
                break
            place -= node.size
        if place == 0:
            return node
        place -= 1
        nodes = node.children


def operations_below(nodes: Sequence[Node]) -> list[Node]:
    """Return these nodes and all below them, constants apart."""
    found = [node for node in nodes if node.index is None]
    # The list grows while it is read, until the last level has been added.
    for node in found:
        found.extend([child for child in node.children if child.index is None])
    return found


def with_node(genome: Genome, place: int, node: Node) -> Genome:
    """Return the genome with another node in that place; all that is not above it is shared."""
    return with_roots(_exchanged(genome.roots, place, node), genome.risk)


def with_roots(roots: Sequence[Node], risk: RiskGenes) -> Genome:
    """Return the genome of four roots and its genes of risk."""
    long_entry, long_exit, short_entry, short_exit = roots
    return Genome(long_entry, long_exit, short_entry, short_exit, risk)


def _exchanged(nodes: tuple[Node, ...], place: int, node: Node) -> tuple[Node, ...]:
    """Return sister nodes, of which the one that holds the place is built anew."""
    number = 0
    while place >= nodes[number].size:
        place -= nodes[number].size
        number += 1
    if place:
        holder = nodes[number]
        node = Node(holder.opcode, _exchanged(holder.children, place - 1, node))
    return (*nodes[:number], node, *nodes[number + 1 :])
