"""What is tried to better rules that were bred already, by leaving parts out or by turning their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from evolution.fitness import Evaluation, Score
from evolution.search.child import Child

Evaluate = Callable[[Sequence[Child]], Sequence[Evaluation]]
Allows = Callable[[Score], bool]
"""Whether a score is within the limits of a search."""


class Successor(NamedTuple):
    """Who takes the place of a rule in the hall of fame."""

    child: Child
    score: Score


class Revised(NamedTuple):
    """What was tried, and what came of it."""

    children: list[Child]
    """All that were tried, each once; their parents are places among the rules that were given."""
    evaluations: list[Evaluation]
    better: Mapping[str, Successor]
    """Of each rule, by genotype hash, that another one is to be handed over for."""


class Inquiry:
    """Evaluates what is asked about, each genotype once, and remembers it.

    Parameters
    ----------
    evaluate
        Asked about all that is new in a round at once.
    """

    def __init__(self, evaluate: Evaluate) -> None:
        self._evaluate = evaluate
        self._children: dict[str, Child] = {}
        self._known: dict[str, Evaluation] = {}

    def ask(self, groups: Sequence[Sequence[Child]]) -> list[list[Evaluation]]:
        """Return the evaluations of each group's children."""
        everyone = chain.from_iterable(groups)
        new = {child.genotype_hash: child for child in everyone if child.genotype_hash not in self._known}
        self._known |= dict(zip(new, self._evaluate(list(new.values())), strict=True))
        self._children |= new
        return [[self._known[child.genotype_hash] for child in group] for group in groups]

    def revised(self, better: Mapping[str, Successor]) -> Revised:
        """Return all that was asked about, and what came of it."""
        return Revised(list(self._children.values()), list(self._known.values()), better)
