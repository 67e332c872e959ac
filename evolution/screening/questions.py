"""What a screen can ask: short truths of the grammar, and for each the one that asks the same of the other side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backtest.signals import n_words
from data.market import Universe
from evolution.evaluator.features import FeatureStore
from evolution.evaluator.values import compute_values
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.truth import Truth
from evolution.rows.chance import State, below
from evolution.rows.codes import ENTRIES
from evolution.rows.growing import FULL, Means, grow
from evolution.rows.language import BOOL_TYPE, LANGUAGE, Ints
from evolution.rows.measures import Row
from evolution.rows.mirroring import mirror
from evolution.rows.records import node_of
from evolution.screening.comparisons import comparisons
from evolution.screening.tally import Kinds

MOST_NODES = 32
DRAWN_SHARE = 0.25
"""Of the questions, those that the grammar has drawn."""
DRAWN_DEPTH = 2
"""Of those: a comparison, or a truth of its own."""
SEEDS = 1 << 32
SERIES_BYTES = 64 << 20
"""Of series that several questions are about."""


class Questions(NamedTuple):
    """Distinct truths, closed under the exchange of up and down."""

    rows: tuple[Row, ...]
    others: Ints
    """Shape (n,): place of the row for the other side; its own where both sides read the same."""


def draw_questions(means: Means, most: int, rng: State) -> Questions:
    """Return about so many truths at most, mirrors among them: comparisons of every measure, and others as drawn.

    A quarter of all are others, however many comparisons there are; if there are too many, some of them are drawn.
    """
    pairs: dict[bytes, bytes] = {}
    known = list(comparisons(means))
    order = np.random.default_rng(below(SEEDS, rng)).permutation(len(known))
    _add(pairs, [known[place] for place in order], round((1.0 - DRAWN_SHARE) * most))
    _add(pairs, _drawn(means, rng, most), min(most, round(len(pairs) / (1.0 - DRAWN_SHARE)) or most))
    # Those about one measure stand together, so that its series is computed once.
    ordered = sorted(pairs, key=lambda row: row[2:])
    places = {row: place for place, row in enumerate(ordered)}
    rows = tuple([np.frombuffer(row, dtype=np.int16) for row in ordered])
    return Questions(rows, np.array([places[pairs[row]] for row in ordered], dtype=np.int64))


def kinds_of(questions: Questions) -> Kinds:
    """Return questions by what they ask first, whatever window, threshold or coin: a few about clocks weigh as much as
    hundreds about averages."""
    by_kind: dict[str, list[int]] = {}
    for place, row in enumerate(questions.rows):
        by_kind.setdefault(_kind(row), []).append(place)
    groups = [by_kind[name] for name in sorted(by_kind)]
    bounds = np.cumsum([0, *map(len, groups)])
    return Kinds(np.array([place for group in groups for place in group], dtype=np.int64), bounds)


def _kind(row: Row) -> str:
    names: list[str] = [ENTRIES[code].name for code in row[:3].tolist()]
    if len(names) < 3 or LANGUAGE.result[row[1]] == BOOL_TYPE:
        return names[0]
    return names[2] if CATALOGUE[names[1]].is_across_coins and names[2] in CATALOGUE else names[1]


def answers_of(questions: Questions, universe: Universe) -> NDArray[np.uint64]:
    """Return where each question is known to be True, of shape (n_questions, n_coins, n_words).

    A bar's answer uses bars up to it, its own close included.
    """
    features = FeatureStore(universe, SERIES_BYTES)
    shape = (len(questions.rows), len(universe.markets), n_words(universe.n_bars))
    answers = np.empty(shape, dtype=np.uint64)
    for place, row in enumerate(questions.rows):
        for coin, truth in enumerate(compute_values(node_of(row), universe, features)):
            assert isinstance(truth, Truth)
            answers[place, coin] = truth.true
    return answers


def _add(pairs: dict[bytes, bytes], rows: Iterable[Row], most: int) -> None:
    for row in rows:
        if len(pairs) >= most:
            return
        other = row.copy()
        mirror(LANGUAGE, other)
        pairs[row.tobytes()], pairs[other.tobytes()] = other.tobytes(), row.tobytes()


def _drawn(means: Means, rng: State, most: int) -> Iterator[Row]:
    row = np.empty(MOST_NODES, dtype=np.int16)
    for _ in range(most):
        end = grow(means, BOOL_TYPE, DRAWN_DEPTH, rng, row, 0)
        if end != FULL:
            yield row[:end].copy()
