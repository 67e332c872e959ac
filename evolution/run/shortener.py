"""The best rules without what they hardly need: a part stays if what it adds is worth the whole price of saying it."""

from __future__ import annotations

from collections.abc import Sequence

from evolution.fitness import NATS_PER_PART, Evaluation, Score, t_of
from evolution.rows.odds import SIMPLIFY
from evolution.rows.records import genome_from_bytes
from evolution.run.revision import Allows, Evaluate, Inquiry, Revised, Successor
from evolution.search.child import Child
from evolution.search.goals import Goals
from evolution.search.individual import Individual
from evolution.search.named import child_of
from evolution.search.simpler import simpler_genomes

STANDARD_ERROR = 1.0
"""Of a t."""


def shorten(best: Sequence[Individual], part_nats: float, goals: Goals, evaluate: Evaluate, allows: Allows) -> Revised:
    """Return what came of leaving parts out, one at a time, as long as nothing is lost that can be told from luck.

    Search asks one nat of a part, so that what is half right lives until its other half is found. What is handed over
    has no other half to wait for. Of an opcode, a window and a threshold there are some exp(3) choices each: a part
    that does not pay for such a choice may be the luck of one (minimum description length, Rissanen 1978). And of
    rules within one standard error of the best the simplest is taken (Breiman 1984): that of a t is one.

    Parameters
    ----------
    best
        The rules.
    part_nats
        Most that may be lost with a part, in nats; with 0 only what changes nothing, or does harm, is left out.
    goals
        Of rules that are avoided: one that does not trade like them keeps what makes the difference.
    evaluate
        Asked about all rules of a round at once.
    allows
        Whoever it refuses takes nobody's place.
    """
    rules = [_Rule(place, item, part_nats, goals, allows) for place, item in enumerate(best)]
    inquiry, waiting = Inquiry(evaluate), rules
    while waiting:
        answers = inquiry.ask([rule.ask() for rule in waiting])
        waiting = [rule for rule, group in zip(waiting, answers, strict=True) if rule.is_shortened(group)]
    return inquiry.revised({best[rule.place].genotype_hash: found for rule in rules if (found := rule.successor)})


class _Rule:
    """One rule while it gets shorter."""

    def __init__(self, place: int, item: Individual, part_nats: float, goals: Goals, allows: Allows) -> None:
        self.place, self._part_nats, self._goals, self._allows = place, part_nats, goals, allows
        self._may_be_crowded = goals.is_crowded(item.score)
        self._genome, self._score, self._least_t = item.genome, item.score, t_of(item.score) - STANDARD_ERROR
        self._asked: list[Child] = []
        self.successor: Successor | None = None

    def ask(self) -> list[Child]:
        """Return the rule as it is by now with each of its parts less."""
        self._asked = [child_of(genome, SIMPLIFY, (self.place,)) for genome in simpler_genomes(self._genome)]
        return self._asked

    def is_shortened(self, evaluations: Sequence[Evaluation]) -> bool:
        """Go on with the best of those that were asked about, if it is worth no less; tell whether there was one."""
        shorter = [
            Successor(child, found)
            for child, found in zip(self._asked, evaluations, strict=True)
            if isinstance(found, Score) and self._is_shorter(found)
        ]
        best = max(shorter, key=lambda one: self._worth(one.score), default=None)
        if best is None or self._worth(best.score) < self._worth(self._score):
            return False
        self._genome, self._score, self.successor = genome_from_bytes(best.child.record), best.score, best
        return True

    def _is_shorter(self, score: Score) -> bool:
        if score.parts >= self._score.parts or t_of(score) < self._least_t or not self._allows(score):
            return False
        return self._may_be_crowded or not self._goals.is_crowded(score)

    def _worth(self, score: Score) -> float:
        """Return what speaks for a rule, in nats, less the full price of its parts."""
        return score.evidence - (self._part_nats - NATS_PER_PART) * score.parts
