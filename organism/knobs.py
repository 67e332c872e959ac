"""The constants of a rule that can be turned, and the rule with one or several of them turned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from backtest.risk import SizingRule
from data.errors import GenomeError
from evolution.genome.genome import MAX_DISTANCE_INDEX, ROOTS, Genome
from evolution.genome.node import Node
from evolution.genome.render import percent, render_constant, render_node
from evolution.opcodes.types import CONSTANT_RANGES, WINDOWS, ValueType
from evolution.rows.language import LANGUAGE
from evolution.rows.mirroring import mirror
from evolution.rows.records import code_of, node_of

DISTANCES = ("stop", "target", "trailing")
HOLDING, SIZING = "max_hold", "sizing_window"
Path = tuple[int, ...]
"""Places of arguments from a root down to a constant."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one constant stands."""

    root: str
    path: Path
    way: int
    """1 if it moves as its knob does, -1 if the other way: the threshold of a mirrored short side."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One number of a rule; constants that are each other's mirror are one number."""

    label: str
    """Its own words: `long entry: window 168 of funding_zscore(168) < -1.5`."""
    index: int
    """Where it stands on its grid, in the long side's sense."""
    low: int
    high: int
    places: tuple[Place, ...]
    """Empty for a gene of risk."""
    gene: str | None = None
    value_type: ValueType | None = None
    meaning: tuple[Node, Path] | None = None
    """The truth that it belongs to, and its place in it; None for a gene of risk."""

    def text(self, index: int) -> str:
        """Return a setting as people read it."""
        if self.gene in DISTANCES:
            return percent(index)
        if self.gene in (HOLDING, SIZING):
            return str(WINDOWS[index])
        assert self.value_type is not None
        return render_constant(_constant(self.value_type, index))


def knobs_of(genome: Genome) -> list[Knob]:
    """Return the numbers of a rule, in the order in which they stand in it."""
    found: list[Knob] = []
    for root in ROOTS:
        for path, atom, node in _constants(getattr(genome, root), (), None):
            _add(found, root, path, atom, node)
    for gene in (*DISTANCES, HOLDING, SIZING):
        # A fixed size has no window.
        is_idle = gene == SIZING and genome.risk.sizing is SizingRule.FIXED
        index = None if is_idle else getattr(genome.risk, gene)
        if index is not None:
            low, high = (1, MAX_DISTANCE_INDEX) if gene in DISTANCES else (0, len(WINDOWS) - 1)
            found.append(Knob(gene.replace("_", " "), index, low, high, (), gene))
    return found


def turned(genome: Genome, settings: Mapping[Knob, int]) -> Genome | None:
    """Return the rule with these knobs at other places of their grids; None where there is no such rule."""
    roots = {root: getattr(genome, root) for root in ROOTS}
    genes: dict[str, int] = {}
    try:
        for knob, index in settings.items():
            if not knob.low <= index <= knob.high:
                return None
            if knob.gene is not None:
                genes[knob.gene] = index
            for place in knob.places:
                # Thresholds are mirrored at zero, levels at 50.
                mirrored = sum(CONSTANT_RANGES[knob.value_type]) - index if knob.value_type else index
                roots[place.root] = _with(roots[place.root], place.path, index if place.way == 1 else mirrored)
        # Each of the genes is a whole number.
        risk = replace(genome.risk, **genes)  # type: ignore[arg-type]
        return Genome(**roots, risk=risk)
    except GenomeError:
        # Too long a warm-up, or a window that the opcode does not take.
        return None


def _constants(node: Node, path: Path, atom: tuple[Path, Node] | None) -> list[tuple[Path, tuple[Path, Node], Node]]:
    """Return every constant with its path and the nearest truth above it, which says what it means."""
    if node.is_constant:
        assert atom is not None
        return [(path, atom, node)]
    above = (path, node) if atom is None or node.type is ValueType.BOOL else atom
    return [found for place, child in enumerate(node.children) for found in _constants(child, (*path, place), above)]


def _add(found: list[Knob], root: str, path: Path, atom: tuple[Path, Node], node: Node) -> None:
    """Add a constant as a knob of its own, or to the one that it is the mirror of."""
    inner = path[len(atom[0]) :]
    for number, knob in enumerate(found):
        way = _way(knob, root, atom[1], inner, node)
        if way:
            found[number] = replace(knob, places=(*knob.places, Place(root, path, way)))
            return
    assert node.index is not None
    low, high = CONSTANT_RANGES[node.type]
    word = "window" if node.type is ValueType.WINDOW else "threshold"
    label = f"{root.replace('_', ' ')}: {word} {render_constant(node)} of {render_node(atom[1])}"
    found.append(Knob(label, node.index, low, high, (Place(root, path, 1),), None, node.type, (atom[1], inner)))


def _way(knob: Knob, root: str, atom: Node, inner: Path, node: Node) -> int:
    """Return 1 or -1 if a constant of the short side is the counterpart of a knob of the long one, else 0."""
    if knob.meaning is None or len(knob.places) > 1 or knob.places[0].root.replace("long", "short") != root:
        return 0
    if knob.places[0].root == root or knob.meaning[1] != inner or _mirrored(knob.meaning[0]) != atom:
        return 0
    if node.type is ValueType.WINDOW:
        return 1
    if node.index != knob.index:
        return -1
    # Zero and 50 are their own mirrors: only the place beside them tells whether the other side goes the other way.
    beside = knob.index + 1 if knob.index < knob.high else knob.index - 1
    return 1 if _mirrored(_with(knob.meaning[0], inner, beside)) == _with(atom, inner, beside) else -1


def _mirrored(atom: Node) -> Node:
    row = np.array([code_of(node) for node in atom.walk()], dtype=np.int16)
    mirror(LANGUAGE, row)
    return node_of(row)


def _with(node: Node, path: Path, index: int) -> Node:
    if not path:
        return Node(node.opcode, (), index)
    place = path[0]
    child = _with(node.children[place], path[1:], index)
    return Node(node.opcode, (*node.children[:place], child, *node.children[place + 1 :]))


def _constant(value_type: ValueType, index: int) -> Node:
    return Node(str(value_type), (), index)
