"""A screen: a condition is added to a rule after hundreds were asked on the bars where the rule would enter."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from backtest.signals import n_words
from data.market import Universe
from evolution.evaluator.evaluate import ShortHistoryError, signals
from evolution.evaluator.features import FeatureStore
from evolution.genome.genome import Genome, RiskGenes
from evolution.genome.node import Node
from evolution.opcodes.types import WINDOWS
from evolution.rows.chance import State, state_from
from evolution.rows.growing import Means
from evolution.rows.measures import Row
from evolution.rows.records import node_of
from evolution.screening.base import NEVER, Entries
from evolution.screening.outlook import Outlook
from evolution.screening.questions import answers_of, draw_questions, kinds_of
from evolution.screening.tally import N_PARTS, NO_QUESTION, Bits, Sample, Trades, best_question, first_part

MOST_QUESTIONS = 24_000
ANSWERS_BYTES = 320 << 20
"""Of answers, beside a quarter of them that is kept once more; a longer history is asked fewer questions."""
SERIES_BYTES = 64 << 20
REMEMBERED = 128


class Found(NamedTuple):
    """What a screen proposes."""

    long: Row
    """The condition, as it is asked of the long side."""
    short: Row
    """The same for the short side."""


class Screen:
    """Asks conditions of what a rule would earn if they had to be met; what it remembers changes no answer.

    Parameters
    ----------
    universe
        The in-sample history.
    means
        What conditions are drawn with.
    least_trades
        A condition that leaves fewer is not proposed.
    most_questions
        Of which conditions are drawn; fewer if the history is so long that answers take too much memory.
    """

    def __init__(
        self, universe: Universe, means: Means, *, least_trades: int, most_questions: int = MOST_QUESTIONS
    ) -> None:
        size = 8 * len(universe.markets) * n_words(universe.n_bars)
        count = min(most_questions, max(1, ANSWERS_BYTES // size))
        self._questions = draw_questions(means, count, state_from(np.random.SeedSequence(0)))
        self._kinds, self._answers = kinds_of(self._questions), answers_of(self._questions, universe)
        self._part = first_part(self._answers)
        self._universe, self._least_trades = universe, least_trades
        self._outlook, self._features = Outlook(universe), FeatureStore(universe, SERIES_BYTES)
        self._enters: OrderedDict[Entries, tuple[Bits, Bits]] = OrderedDict()

    def ask(self, entries: Entries, n_asked: int, rng: State, *, is_before_costs: bool = False) -> Found | None:
        """Return the best of so many conditions, if any leaves enough trades that earn."""
        rows, others = self._questions
        hold_bars = WINDOWS[entries.max_hold]
        ahead = self._outlook.ahead(hold_bars, is_before_costs=is_before_costs)
        trades = Trades(*ahead, hold_bars, self._least_trades)
        long, short = self._entered(entries)
        part = Sample(first_part(long), first_part(short), self._part, N_PARTS)
        whole = Sample(long, short, self._answers, 1)
        best = best_question(trades, part, whole, others, self._kinds, n_asked, rng)
        return None if best == NO_QUESTION else Found(rows[best], rows[others[best]])

    def _entered(self, entries: Entries) -> tuple[Bits, Bits]:
        """Return where each side would enter."""
        found = self._enters.get(entries)
        if found is None:
            found = self._enters[entries] = self._find(entries)
            if len(self._enters) > REMEMBERED:
                self._enters.popitem(last=False)
        else:
            self._enters.move_to_end(entries)
        return found

    def _find(self, entries: Entries) -> tuple[Bits, Bits]:
        never = node_of(NEVER)
        # Before the first condition everybody enters all the time: the contrary of never.
        sides = [np.frombuffer(row, dtype=np.int16) for row in (entries.long, entries.short)]
        long, short = [node_of(side) if len(side) else Node("not", (never,)) for side in sides]
        genome = Genome(long, never, short, never, RiskGenes(regime_mask=entries.regime_mask))
        try:
            levels = signals(genome, self._universe, self._features).values()
        except ShortHistoryError:
            nobody = np.zeros(self._answers.shape[1:], dtype=np.uint64)
            return nobody, nobody
        return np.stack([one.long_entry for one in levels]), np.stack([one.short_entry for one in levels])
