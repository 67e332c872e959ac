"""The rule for the other side, as a node."""

from __future__ import annotations

import numpy as np

from evolution.genome.node import Node
from evolution.rows.language import LANGUAGE
from evolution.rows.mirroring import mirror
from evolution.rows.records import code_of, node_of


def row_of(node: Node) -> np.ndarray:
    """Return the codes of an expression."""
    return np.array([code_of(part) for part in node.walk()], dtype=np.int16)


def mirrored(node: Node) -> Node:
    """Return an expression with up and down exchanged."""
    row = row_of(node)
    mirror(LANGUAGE, row)
    return node_of(row)
