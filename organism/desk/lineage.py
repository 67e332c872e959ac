"""Questions about the genomes of a run: who they are, where they come from, what a change did."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from data.errors import DataError
from evolution.genome.codec import from_json
from evolution.genome.explain import explain
from evolution.genome.genome import Genome
from evolution.genome.render import render, render_node
from evolution.run.layout import RunFolder, find_run
from organism.home import Home
from organism.views.genealogy import NOBODY, Genealogy
from organism.views.lineage import (
    MOST_ROWS,
    Comparison,
    Family,
    Found,
    GenomeRow,
    Subtree,
)
from organism.views.lineage_delta import deltas
from organism.views.lineage_query import first_with, matches
from organism.views.rule_book import RuleBook
from organism.views.rule_diff import rule_diff

OPENED = 1
"""Runs whose trials are held: that which is looked at."""
SUBTREES = 12
"""Parts of a rule that are offered."""
NOT_KEPT = "its rule was not written down: it never was in the population, or the run is from before rules were kept"


@lru_cache(OPENED)
def _opened(folder: RunFolder) -> tuple[Genealogy, RuleBook]:
    return Genealogy(folder.trials), RuleBook(folder)


def _read(home: Home, run: str) -> tuple[Genealogy, RuleBook]:
    genealogy, rules = _opened(find_run(home.runs, run))
    genealogy.refresh()
    rules.refresh()
    return genealogy, rules


def find(home: Home, run: str, query: str, most: int = MOST_ROWS) -> Found:
    """Return the genomes that hold every word of a search, the best first."""
    genealogy, rules = _read(home, run)
    found = matches(query, genealogy, rules)
    rows = np.flatnonzero(found.is_match)
    worth = np.nan_to_num(genealogy.figure("evidence")[rows], nan=-np.inf)
    best = rows[np.argsort(-worth, kind="stable")][:most]
    return Found(_shown(genealogy, rules, best.tolist()), len(rows), len(genealogy), found.note)


def appearance(home: Home, run: str, part: str, genotype: str = "") -> Found:
    """Return who has a part in its rule, in order of generation; of a genome's ancestors alone, if one is named."""
    genealogy, rules = _read(home, run)
    found = first_with(part.encode("ascii", "replace"), genealogy, rules)
    if genotype:
        row = genealogy.row_of(genotype)
        is_ancestor = np.zeros(len(genealogy), bool)
        is_ancestor[[row, *(place for place, _ in genealogy.ancestors_of(row) if place >= 0)]] = True
        found &= is_ancestor
    rows = np.flatnonzero(found)
    note = f"among the {len(rules):,} rules that were written down, the first on top"
    return Found(_shown(genealogy, rules, rows[:MOST_ROWS].tolist()), len(rows), len(genealogy), note)


def family(home: Home, run: str, genotype: str) -> Family:
    """Return a genome among its relatives."""
    genealogy, rules = _read(home, run)
    row = genealogy.row_of(genotype)
    name = genealogy.genotype(row)
    ancestors, descendants = genealogy.ancestors_of(row), genealogy.descendants_of(row)
    siblings = genealogy.siblings_of(row)
    rule = _rule(rules, name)
    missing = sum(place < 0 for place, _ in ancestors)
    notes = [] if rule is not None else [NOT_KEPT]
    notes += [f"{missing} of its ancestors have no trial in this run: segments are missing"] if missing else []
    return Family(
        genome=genealogy.shown(row, rules),
        parents=tuple(genealogy.shown(place, rules, 1) for place in genealogy.parents_of(row)),
        ancestors=tuple(genealogy.shown(place, rules, distance) for place, distance in ancestors[:MOST_ROWS]),
        n_ancestors=len(ancestors),
        children=_shown(genealogy, rules, genealogy.children_of(row)[:MOST_ROWS], 1),
        descendants=tuple(genealogy.shown(place, rules, distance) for place, distance in descendants[:MOST_ROWS]),
        n_descendants=len(descendants),
        siblings=_shown(genealogy, rules, siblings[:MOST_ROWS]),
        n_siblings=len(siblings),
        rule="" if rule is None else render(rule),
        explanation="" if rule is None else explain(rule),
        subtrees=() if rule is None else _subtrees(rule),
        note="; ".join(notes),
    )


def compare(home: Home, run: str, before: str, after: str) -> Comparison:
    """Lay two genomes of a run side by side."""
    genealogy, rules = _read(home, run)
    return _compared(genealogy, rules, genealogy.row_of(before), genealogy.row_of(after))


def beside(home: Home, run: str, genotype: str, parent: int = 0) -> Comparison:
    """Lay a genome beside its parent of that number, or show it alone if it was drawn afresh."""
    genealogy, rules = _read(home, run)
    row = genealogy.row_of(genotype)
    parents = genealogy.parents_of(row)
    return _compared(genealogy, rules, parents[parent % len(parents)] if parents else NOBODY, row)


def _compared(genealogy: Genealogy, rules: RuleBook, old: int, new: int) -> Comparison:
    parents = genealogy.parents_of(new)
    names = [genealogy.genotype(row) for row in (old, new) if row != NOBODY]
    found = [_rule(rules, name) for name in names]
    missing = [name[:8] for name, rule in zip(names, found, strict=True) if rule is None]
    known = [rule for rule in found if rule is not None]
    return Comparison(
        before=None if old == NOBODY else genealogy.shown(old, rules),
        after=genealogy.shown(new, rules),
        operator=genealogy.operators[genealogy.operator[new]],
        is_parent=old in parents,
        n_parents=len(parents),
        rule=() if missing else rule_diff(known[0], known[-1]),
        deltas=deltas(genealogy, old, new),
        note="" if not missing else f"{' and '.join(missing)}: {NOT_KEPT}",
    )


def rules(home: Home, run: str, genotypes: Sequence[str]) -> tuple[str, ...]:
    """Return the rules of genomes of a run, as canonical JSON.

    Raises
    ------
    DataError
        If one of them was not written down.
    """
    genealogy, book = _read(home, run)
    names = [genealogy.genotype(genealogy.row_of(name)) for name in genotypes]
    texts = [book.text(name) for name in names]
    missing = [name[:8] for name, text in zip(names, texts, strict=True) if text is None]
    if missing:
        raise DataError(f"{' and '.join(missing)}: {NOT_KEPT}")
    return tuple(text.decode("ascii") for text in texts if text is not None)


def _rule(rules: RuleBook, genotype: str) -> Genome | None:
    text = rules.text(genotype)
    return None if text is None else from_json(text)


def _subtrees(rule: Genome) -> tuple[Subtree, ...]:
    """Return parts of a rule of at least two nodes, each once, the largest first."""
    nodes = {node.text: node for node in rule.walk() if node.size > 1}
    largest = sorted(nodes.values(), key=lambda node: (-node.size, node.text))[:SUBTREES]
    return tuple(Subtree(node.text, render_node(node)) for node in largest)


def _shown(genealogy: Genealogy, rules: RuleBook, rows: list[int], distance: int = 0) -> tuple[GenomeRow, ...]:
    return tuple(genealogy.shown(row, rules, distance) for row in rows)
