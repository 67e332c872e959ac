"""A genome as it is evaluated: for each root a program over the truths that its logic combines.

An atom is a Bool node that is not `and`, `or` or `not`. A program is the text of its atoms and operators in postfix
order, so that a worker that has met the atoms before builds no tree.
"""

from __future__ import annotations

from functools import cache, lru_cache

from evolution.genome.codec import node_from_text
from evolution.genome.mask import mask_node
from evolution.genome.node import Node

SYMBOLS = {"and": "&", "or": "|", "not": "!"}
SEPARATOR = "\x1d"
"""ASCII's own separator of groups; canonical JSON has no control characters."""
BETWEEN_PROGRAMS = "\x1f"
"""As above, of units."""
REMEMBERED = 2_000
"""Roots: a search makes its programs from rows, and few genomes pass here; each would be held with all its nodes."""
REMEMBERED_ATOMS = 10_000
"""As many as the largest generation has: who evaluates in the process that made the programs builds none of them."""
_atoms: dict[str, Node] = {}


@cache
def mask_ending(mask: int | None) -> str:
    """Return what stands behind the program of an entry that a mask restricts; nothing without a mask."""
    return "" if mask is None else SEPARATOR.join(("", program_of(mask_node(mask)), SYMBOLS["and"]))


@lru_cache(REMEMBERED)
def program_of(root: Node) -> str:
    """Return the program of a Bool node. A child shares most of its roots with its parents."""
    items: list[str] = []
    _append(root, items)
    return SEPARATOR.join(items)


def _append(node: Node, items: list[str]) -> None:
    operator = SYMBOLS.get(node.opcode)
    if operator is None:
        items.append(node.text)
        if len(_atoms) >= REMEMBERED_ATOMS:
            _atoms.clear()
        _atoms[node.text] = node
        return
    for child in node.children:
        _append(child, items)
    items.append(operator)


def atom_of(text: str) -> Node:
    """Return the atom of a program, built from its text where this process has not made it itself."""
    return _atoms.get(text) or node_from_text(text)
