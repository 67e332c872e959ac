"""Genomes to records and back: their genes of risk and their four roots as whole numbers of two bytes each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from evolution.genome.genome import ROOTS, Genome, RiskGenes
from evolution.genome.node import CONSTANT_NODES, Node
from evolution.rows.codes import CODES, CONSTANT_CODES, ENTRIES
from evolution.rows.genes import GENE_NAMES, N_GENES, NONE, REVERSE, SIZING, SIZING_RULES

Record = NDArray[np.int16]
RECORD = np.dtype(np.int16)
"""Of each number; a machine reads only its own records."""


def record_of(genome: Genome) -> Record:
    """Return the record of a genome."""
    values = [getattr(genome.risk, name) for name in GENE_NAMES]
    values[SIZING] = SIZING_RULES.index(genome.risk.sizing)
    genes = [NONE if value is None else int(value) for value in values]
    return np.array([*genes, *map(code_of, genome.walk())], dtype=np.int16)


def code_of(node: Node) -> int:
    """Return the code of a node, whatever stands below it."""
    if node.index is not None:
        return CONSTANT_CODES[node.opcode, node.index]
    return CODES[node.opcode, tuple([child.type for child in node.children])]


def genome_of(record: Record) -> Genome:
    """Return the genome of a record, checked like any other."""
    codes = iter(record[N_GENES:].tolist())
    long_entry, long_exit, short_entry, short_exit = [_node(codes) for _ in ROOTS]
    return Genome(long_entry, long_exit, short_entry, short_exit, _risk(record[:N_GENES].tolist()))


def genome_from_bytes(content: bytes) -> Genome:
    """Return the genome of a record's bytes."""
    return genome_of(np.frombuffer(content, dtype=RECORD))


def node_of(row: NDArray[np.int16]) -> Node:
    """Return the expression that a row begins with."""
    return _node(iter(row.tolist()))


def _node(codes: Iterator[int]) -> Node:
    entry = ENTRIES[next(codes)]
    if entry.index is not None:
        return CONSTANT_NODES[entry.signature.result][entry.index]
    return Node(entry.name, tuple([_node(codes) for _ in entry.signature.arguments]))


def _risk(values: list[int]) -> RiskGenes:
    genes: dict[str, object] = {
        name: None if value == NONE else value for name, value in zip(GENE_NAMES, values, strict=True)
    }
    genes |= {"sizing": SIZING_RULES[values[SIZING]], "reverse": bool(values[REVERSE])}
    return RiskGenes(**genes)  # type: ignore[arg-type]  # checked by the genes themselves
