"""What differs between two rules: as text in pieces, each with what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import Formatter

from evolution.genome.genome import ROOTS, Genome
from evolution.genome.node import Node
from evolution.genome.render import has_brackets, render_constant, render_risk, template_of
from organism.views.lineage import Piece, RuleLine

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
CHAINS = ("and", "or")
Path = tuple[int, ...]
"""Positions of operands from the root down."""
Marks = dict[Path, str]
"""What became of the subtree at a path; of what lies inside, the deepest mark holds."""
Term = tuple[Path, Node]


def rule_diff(before: Genome, after: Genome) -> tuple[RuleLine, ...]:
    """Return the roots of two rules that are not `never` in both, and their risk."""
    lines = []
    for name, old, new in zip(ROOTS, before.roots, after.roots, strict=True):
        if old.opcode == new.opcode == "never":
            continue
        old_marks, new_marks = marks_of(old, new)
        lines.append(RuleLine(name.replace("_", " "), pieces_of(old, old_marks), pieces_of(new, new_marks)))
    return (*lines, RuleLine("risk", *_risks(render_risk(before.risk), render_risk(after.risk))))


def marks_of(before: Node, after: Node) -> tuple[Marks, Marks]:
    """Return what is marked in each of two trees; nothing if they are the same."""
    marks: tuple[Marks, Marks] = ({}, {})
    _compare(((), before), ((), after), marks)
    return marks


def pieces_of(node: Node, marks: Marks) -> tuple[Piece, ...]:
    """Return the rendered node in pieces; joined they are `render_node(node)`."""
    pieces: list[Piece] = []
    for text, kind in _pieces(node, (), SAME, marks):
        if pieces and pieces[-1].kind == kind:
            pieces[-1] = Piece(pieces[-1].text + text, kind)
        elif text:
            pieces.append(Piece(text, kind))
    return tuple(pieces)


def _pieces(node: Node, path: Path, kind: str, marks: Marks) -> Iterator[tuple[str, str]]:
    kind = marks.get(path, kind)
    if node.is_constant:
        yield render_constant(node), kind
        return
    position = 0
    for literal, field, _, _ in Formatter().parse(template_of(node)):
        yield literal, kind
        if field is None:
            continue
        place = int(field) if field else position
        position += 1
        child = node.children[place]
        brackets = has_brackets(node, child, place)
        inner = marks.get((*path, place), kind)
        yield "(" if brackets else "", inner
        yield from _pieces(child, (*path, place), kind, marks)
        yield ")" if brackets else "", inner


def _compare(before: Term, after: Term, marks: tuple[Marks, Marks]) -> None:
    (old_path, old), (new_path, new) = before, after
    if old == new:
        return
    if old.opcode in CHAINS or new.opcode in CHAINS:
        chain = old.opcode if old.opcode in CHAINS else new.opcode
        if {old.opcode, new.opcode} == set(CHAINS):
            _replaced(before, after, marks)
        else:
            _compare_terms(_terms(before, chain), _terms(after, chain), before, after, marks)
        return
    if old.is_constant and new.is_constant:
        marks[0][old_path], marks[1][new_path] = CHANGED, CHANGED
    elif old.opcode == new.opcode and len(old.children) == len(new.children):
        for place, pair in enumerate(zip(old.children, new.children, strict=True)):
            _compare(((*old_path, place), pair[0]), ((*new_path, place), pair[1]), marks)
    elif (inside := _place_of(old, new)) is not None:
        marks[1][new_path], marks[1][(*new_path, *inside)] = ADDED, SAME
    elif (inside := _place_of(new, old)) is not None:
        marks[0][old_path], marks[0][(*old_path, *inside)] = REMOVED, SAME
    else:
        _replaced(before, after, marks)


def _replaced(before: Term, after: Term, marks: tuple[Marks, Marks]) -> None:
    marks[0][before[0]], marks[1][after[0]] = REMOVED, ADDED


def _compare_terms(
    old: Sequence[Term], new: Sequence[Term], before: Term, after: Term, marks: tuple[Marks, Marks]
) -> None:
    """Pair the terms of two chains: equal ones first, then those that are most alike; the others came or went."""
    left, right = list(old), list(new)
    for term in old:
        twin = next((other for other in right if other[1] == term[1]), None)
        if twin is not None:
            left.remove(term)
            right.remove(twin)
    is_all_new = len(left) == len(old)
    pairs = sorted(
        ((_likeness(one[1], other[1]), i, j) for i, one in enumerate(left) for j, other in enumerate(right)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    paired_left: set[int] = set()
    paired_right: set[int] = set()
    for likeness, i, j in pairs:
        if likeness > 0.0 and i not in paired_left and j not in paired_right:
            paired_left.add(i)
            paired_right.add(j)
            _compare(left[i], right[j], marks)
    if is_all_new and not paired_left:
        _replaced(before, after, marks)
        return
    marks[0].update((term[0], REMOVED) for i, term in enumerate(left) if i not in paired_left)
    marks[1].update((term[0], ADDED) for j, term in enumerate(right) if j not in paired_right)


def _terms(term: Term, chain: str) -> list[Term]:
    """Return the operands of a chain of the same operator; one for anything else."""
    path, node = term
    if node.opcode != chain:
        return [term]
    return [found for place, child in enumerate(node.children) for found in _terms(((*path, place), child), chain)]


def _likeness(one: Node, other: Node) -> float:
    """Return from 0 to 1 how many nodes two trees share, at least half of which counts as being alike."""
    mine, others = [node.opcode for node in one.walk()], [node.opcode for node in other.walk()]
    shared = sum(min(mine.count(name), others.count(name)) for name in set(mine))
    likeness = 2.0 * shared / (len(mine) + len(others))
    return likeness if likeness >= 0.5 else 0.0


def _place_of(wanted: Node, tree: Node) -> Path | None:
    """Return where a subtree stands in a tree, or None."""
    if wanted == tree:
        return ()
    for place, child in enumerate(tree.children):
        inside = _place_of(wanted, child)
        if inside is not None:
            return (place, *inside)
    return None


def _risks(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    old, new = before.split("; "), after.split("; ")
    return _listed(old, new, REMOVED), _listed(new, old, ADDED)


def _listed(genes: Sequence[str], others: Sequence[str], kind: str) -> tuple[Piece, ...]:
    """Return genes of risk; one that the other rule sets to something else has changed."""
    pieces = []
    for place, gene in enumerate(genes):
        is_set = any(other.split(" ")[0] == gene.split(" ")[0] for other in others)
        found = SAME if gene in others else CHANGED if is_set else kind
        pieces.append(Piece(gene + ("; " if place < len(genes) - 1 else ""), found))
    return tuple(pieces)
