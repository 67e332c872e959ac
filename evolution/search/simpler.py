"""A rule with one part less: what is tried so that the rule that is shown is the rule that trades."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from data.errors import GenomeError
from evolution.genome.genome import ROOTS, Genome, RiskGenes
from evolution.genome.node import Node

NEVER = Node("never")
PROTECTIONS = ("stop", "target", "trailing", "max_hold")


def simpler_genomes(genome: Genome) -> list[Genome]:
    """Return every genome with one part less, each once, in a fixed order.

    A root becomes `never`, a node gives way to one of its arguments of the same type, a gene of risk is not set.
    """
    found: dict[Genome, None] = {}
    for name in ROOTS:
        for root in _shorter(getattr(genome, name)):
            _keep(found, genome, **{name: root})
    for risk in _plainer(genome.risk):
        _keep(found, genome, risk=risk)
    found.pop(genome, None)
    return list(found)


def _keep(found: dict[Genome, None], genome: Genome, **changes: Node | RiskGenes) -> None:
    try:
        found[replace(genome, **changes)] = None  # type: ignore[arg-type]
    except GenomeError:
        # What was inside may stand where a limit is broken; then there is no such rule.
        return


def _shorter(node: Node) -> Iterator[Node]:
    """Yield a Bool root made shorter in one place."""
    if node != NEVER:
        yield NEVER
    yield from _with_one_less(node)


def _with_one_less(node: Node) -> Iterator[Node]:
    for place, child in enumerate(node.children):
        if child.is_constant:
            continue
        if child.type is node.type:
            yield child
        for shorter in _with_one_less(child):
            try:
                yield Node(node.opcode, (*node.children[:place], shorter, *node.children[place + 1 :]))
            except GenomeError:
                continue


def _plainer(risk: RiskGenes) -> Iterator[RiskGenes]:
    for name in PROTECTIONS:
        if getattr(risk, name) is not None:
            yield replace(risk, **{name: None})  # type: ignore[arg-type]  # one of the protections
    if risk.reverse:
        yield replace(risk, reverse=False)
    if risk.sizing is not RiskGenes().sizing:
        yield replace(risk, sizing=RiskGenes().sizing)
