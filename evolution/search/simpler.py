"""A rule with one part less: what is tried so that the rule that is shown is the rule that trades."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from data.errors import GenomeError
from evolution.genome.genome import ROOTS, Genome, RiskGenes
from evolution.genome.node import Node
from evolution.rows.genes import N_GENES
from evolution.rows.language import LANGUAGE
from evolution.rows.measures import measure_sizes
from evolution.rows.operators import follow, is_mirrored
from evolution.rows.records import genome_of, record_of

NEVER = Node("never")
WITHOUT = RiskGenes()
"""What genes of risk are where they ask for nothing."""
PARTS_OF_RISK = ("stop", "target", "trailing", "max_hold", "reverse", "sizing", "regime_mask")
"""Genes that are a part each; the window of a sizing goes with it."""


def simpler_genomes(genome: Genome) -> list[Genome]:
    """Return every genome with one part less, each once, in a fixed order.

    A root becomes `never`, a node gives way to one of its arguments of the same type, a gene of risk is not set. Of a
    rule whose short side mirrors the long one, both sides lose a part as well as either alone: who reads it reads one.
    """
    found: dict[Genome, None] = {}
    for one in _one_sided(genome):
        found[one] = None
    for one in _two_sided(genome):
        found[one] = None
    for risk in _plainer(genome.risk):
        found[replace(genome, risk=risk)] = None
    found.pop(genome, None)
    return list(found)


def _one_sided(genome: Genome, roots: tuple[str, ...] = ROOTS) -> Iterator[Genome]:
    for name in roots:
        for root in _shorter(getattr(genome, name)):
            try:
                yield replace(genome, **{name: root})  # type: ignore[arg-type]  # one of the roots
            except GenomeError:
                # What was inside may stand where a limit is broken; then there is no such rule.
                continue


def _two_sided(genome: Genome) -> Iterator[Genome]:
    """Yield a mirrored rule with the same part less on both sides."""
    row = record_of(genome)[N_GENES:]
    sizes = np.empty(len(row), dtype=np.int64)
    measure_sizes(LANGUAGE, row, sizes)
    if not is_mirrored(LANGUAGE, row, sizes):
        return
    for one in _one_sided(genome, ("long_entry", "long_exit")):
        record = record_of(one)
        # The short side gets no longer than it was.
        room = np.empty(2 * len(row), dtype=np.int16)
        end = len(record) - N_GENES
        room[:end] = record[N_GENES:]
        end = follow(LANGUAGE, row, sizes, room, end)
        yield genome_of(np.concatenate((record[:N_GENES], room[:end])))


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
    for name in PARTS_OF_RISK:
        nothing = getattr(WITHOUT, name)
        if getattr(risk, name) != nothing:
            yield replace(risk, **{name: nothing})
