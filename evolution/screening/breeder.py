"""Children whose conditions a screen has chosen: a condition more than a parent, or a rule of one or two."""

from __future__ import annotations

from evolution.rows.canonical import finish
from evolution.rows.chance import State, below, uniform
from evolution.rows.genes import N_GENES, draw_genes, time_exits
from evolution.rows.growing import FULL
from evolution.rows.language import LANGUAGE
from evolution.rows.odds import SCREEN, Odds
from evolution.rows.offspring import NOBODY, Offspring, Parents, make_offspring
from evolution.rows.parts import count_parts
from evolution.rows.records import Record
from evolution.rows.tournament import choose_parent
from evolution.screening.base import Base, draw_base, draw_nothing
from evolution.screening.screen import Screen
from evolution.search.children import Litter

FRESH_SHARE, PAIR_SHARE = 0.3, 0.5
"""Share of children that have no parent, and of those with two conditions instead of one."""
FIRST_ASKED = (1, 16, 128)
"""How many questions the first condition of a fresh rule is the best of, each as often as the others: one that is worth
little alone may be what another one needs."""
N_ASKED = 1_024
"""Questions for a condition beside another one; one in sixteen is asked on the whole history."""
QUESTIONS_PER_CHILD = N_ASKED + max(FIRST_ASKED)
"""At most; what a child stands for where trials are counted."""


class ScreenedBreeder:
    """Adds conditions to those who win tournaments, and to nothing.

    Parameters
    ----------
    share
        Of the children of a generation.
    mirrored_share
        Of those without a parent whose short side is the mirror of the long one.
    """

    def __init__(self, screen: Screen, odds: Odds, share: float, mirrored_share: float) -> None:
        self._screen, self._odds, self._share, self._mirrored_share = screen, odds, share, mirrored_share

    def breed(self, parents: Parents, n_children: int, rng: State) -> Litter:
        """Try to make a share of a generation of so many; the same for the same `rng`."""
        count = round(self._share * n_children)
        offspring = make_offspring(count, self._odds.maximum_nodes)
        for number in range(count):
            place = NOBODY
            if len(parents.distances) and uniform(rng) >= FRESH_SHARE:
                place = int(choose_parent(parents.gains, parents.distances, self._odds, rng))
                record = parents.records[parents.bounds[place] : parents.bounds[place + 1]]
                end = self._grafted(record, offspring.records[number], rng)
            else:
                end = self._fresh(offspring.records[number], rng)
            if end != FULL:
                offspring.operators[number], offspring.parents[number, 0] = SCREEN, place
                _finish(offspring, number, end)
        return Litter(offspring)

    def _grafted(self, record: Record, child: Record, rng: State) -> int:
        """Write a rule with a condition more; return the end of its record, or `FULL`."""
        base = draw_base(record, rng)
        if base is None:
            return FULL
        child[:N_GENES] = record[:N_GENES]
        return self._with_condition(base, N_ASKED, child, rng)

    def _fresh(self, child: Record, rng: State) -> int:
        """Write a rule of one or two conditions that is left after a number of bars."""
        genes = child[:N_GENES]
        draw_genes(genes, rng)
        time_exits(genes, rng)
        nothing = draw_nothing(genes, self._mirrored_share, rng)
        n_asked = FIRST_ASKED[below(len(FIRST_ASKED), rng)]
        end = self._with_condition(nothing, n_asked, child, rng, is_before_costs=True)
        if end == FULL or uniform(rng) >= PAIR_SHARE:
            return end
        return self._grafted(child[:end].copy(), child, rng)

    def _with_condition(
        self, base: Base, n_asked: int, child: Record, rng: State, *, is_before_costs: bool = False
    ) -> int:
        found = self._screen.ask(base.entries, n_asked, rng, is_before_costs=is_before_costs)
        if found is None:
            return FULL
        end = base.with_condition(found.short if base.is_short else found.long, child[N_GENES:])
        return FULL if end == FULL else N_GENES + end


def _finish(offspring: Offspring, number: int, end: int) -> None:
    genes, row = offspring.records[number, :N_GENES], offspring.records[number, N_GENES:end]
    bars = finish(LANGUAGE, genes, row)
    if bars >= 0:
        offspring.ends[number], offspring.warm_up_bars[number] = end, bars
        offspring.parts[number] = count_parts(LANGUAGE, genes, row)
