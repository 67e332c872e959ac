"""The same rule for the other side: what says `up` says `down`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.jit import jit
from evolution.rows.language import BOOL_TYPE, Language
from evolution.rows.measures import Row, measure_sizes


@jit
def _is_sideless_comparison(language: Language, row: Row, sizes: NDArray[np.int64], place: int) -> bool:
    """Tell whether a node makes a truth of numbers alone, one of which has no side."""
    code = row[place]
    if language.result[code] != BOOL_TYPE or language.argument[code, 0] == BOOL_TYPE:
        return False
    for inner in range(place, place + sizes[place]):  # noqa: SIM110  (numba knows no `any` of a generator)
        if language.is_sideless[row[inner]]:
            return True
    return False


@jit
def mirror(language: Language, row: Row) -> None:
    """Exchange up and down in an expression, whose first node is a Bool; exchanging twice gives it back.

    A comparison of what has no side reads the same for both, but truths that it counts the bars since are exchanged,
    and so are the two wicks of a bar.
    """
    sizes = np.empty(len(row), dtype=np.int64)
    measure_sizes(language, row, sizes)
    stays = np.zeros(len(row), dtype=np.bool_)
    # Parents come before their arguments: each has said of its own whether they stay.
    for place in range(len(row)):
        code = row[place]
        is_kept = stays[place] and language.result[code] != BOOL_TYPE
        stays[place] = is_kept or _is_sideless_comparison(language, row, sizes, place)
        child = place + 1
        for _ in range(language.arity[code]):
            stays[child] = stays[place]
            child += sizes[child]
    for place in range(len(row)):
        if not stays[place] or language.is_sideless[row[place]]:
            row[place] = language.opposite[row[place]]
