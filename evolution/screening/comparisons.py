"""Every measure that needs little, compared: with a few of its own levels, and with the same of the lead coin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from evolution.genome.node import CONSTANTS
from evolution.opcodes.types import WINDOW, ValueType
from evolution.rows.codes import CODES, CONSTANT_CODES, ENTRIES
from evolution.rows.growing import Means
from evolution.rows.language import LANGUAGE
from evolution.rows.levels import UNKNOWN
from evolution.rows.measures import Row
from evolution.rows.menus import SHALLOW, choices
from evolution.rows.mirroring import mirror

MEASURED = (ValueType.DIMENSIONLESS, ValueType.OSCILLATOR)
STANDS_FOR = {ValueType.PRICE: "close", ValueType.VOLUME: "volume"}
"""The argument that a measure is asked of; other prices come up among what is drawn."""
LEADER = "leader"
LEVELS = (7, 12, 17, 20, 21, 23)
"""Places among a measure's levels: a quarter, a half, three quarters, 90, 95 and 99 of a hundred bars lie below."""
CONSTANT_NAMES = {value_type: name for name, value_type in CONSTANTS.items()}


def comparisons(means: Means) -> Iterator[Row]:
    """Yield truths of one comparison each, of what the grammar allows; none of a measure whose levels are unknown.

    Of a measure with a side only `above`: its mirror says the rest.
    """
    allowed = set(means.menus.codes.tolist())
    for row in _all(means):
        if all(LANGUAGE.is_constant[code] or code in allowed for code in row.tolist()):
            yield row


def _all(means: Means) -> Iterator[Row]:
    for value_type in MEASURED:
        above, below = (CODES[name, (value_type, value_type)] for name in ("above", "below"))
        leader = CODES[LEADER, (value_type,)]
        has_leader = leader in choices(means.menus, SHALLOW, value_type)
        for measure, levels in _measures(means, value_type):
            asked = (measure, [leader, *measure])[: 1 + has_leader]
            if len(measure) == 1:
                yield from _at_times(measure, levels, value_type)
                continue
            for one in asked:
                yield from _against_levels(above, below, one, levels, value_type)
            if has_leader:
                yield _row(above, *asked)
                yield _row(below, *asked)


def _measures(means: Means, value_type: ValueType) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the codes of each measure of the coin itself, and the grid indices of its levels."""
    for code in choices(means.menus, SHALLOW, value_type):
        arguments = ENTRIES[code].signature.arguments
        if not all(kind is WINDOW or kind in STANDS_FOR for kind in arguments) or len(set(arguments)) < len(arguments):
            continue
        for window in range(LANGUAGE.n_windows[code]) if WINDOW in arguments else (0,):
            levels = means.levels[code, window]
            if levels[0] != UNKNOWN and len(levels) > max(LEVELS):
                yield [code, *(_argument(kind, window) for kind in arguments)], levels.tolist()


def _at_times(clock: list[int], levels: Sequence[int], value_type: ValueType) -> Iterator[Row]:
    """Yield a clock, or what else needs no window, before, after and at each of its levels."""
    for name in ("above", "below", "crosses_above"):
        code = CODES[name, (value_type, value_type)]
        yield from (_row(code, clock, [_constant(value_type, one)]) for one in sorted(set(levels)))


def _against_levels(
    above: int, below: int, measure: list[int], levels: Sequence[int], value_type: ValueType
) -> Iterator[Row]:
    for place in LEVELS:
        row = _row(above, measure, [_constant(value_type, levels[place])])
        yield row
        other = row.copy()
        mirror(LANGUAGE, other)
        if other[0] == above:
            yield _row(below, measure, [_constant(value_type, levels[-1 - place])])


def _argument(kind: ValueType, window: int) -> int:
    return _constant(WINDOW, window) if kind is WINDOW else CODES[STANDS_FOR[kind], ()]


def _constant(value_type: ValueType, index: int) -> int:
    return CONSTANT_CODES[CONSTANT_NAMES[value_type], index]


def _row(code: int, *arguments: Sequence[int]) -> Row:
    return np.array([code, *(part for argument in arguments for part in argument)], dtype=np.int16)
