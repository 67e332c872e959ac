"""What compiled search knows of each code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evolution.genome.node import CONSTANTS
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.types import BOOL, CONSTANT_RANGES, WINDOW, WINDOWS, ValueType
from evolution.rows.codes import CODES, CONSTANT_CODES, ENTRIES, NEVER_CODE, TYPES, Entry

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BOOL_TYPE, WINDOW_TYPE = TYPES.index(BOOL), TYPES.index(WINDOW)
DIMENSIONLESS_TYPE, OSCILLATOR_TYPE = TYPES.index(ValueType.DIMENSIONLESS), TYPES.index(ValueType.OSCILLATOR)
ATOM, AND, OR, NOT = range(4)
OPERATORS = {"and": AND, "or": OR, "not": NOT}
OPPOSITE = {
    "above": "below",
    "below": "above",
    "crosses_above": "crosses_below",
    "crosses_below": "crosses_above",
    "high": "low",
    "low": "high",
    "rolling_max": "rolling_min",
    "rolling_min": "rolling_max",
    "breaks_above": "breaks_below",
    "breaks_below": "breaks_above",
    "upper_wick": "lower_wick",
    "lower_wick": "upper_wick",
    "previous_day_high": "previous_day_low",
    "previous_day_low": "previous_day_high",
    "rising": "falling",
    "falling": "rising",
}
"""Opcodes that say `up`, and those that say `down`; every other one is its own opposite."""


class Language(NamedTuple):
    """Arrays by code, and constants by type."""

    arity: Ints
    result: Ints
    """Type of the value; a type is its place in `TYPES`."""
    argument: Ints
    """Shape (n_codes, 2): types of the arguments, -1 where there is none."""
    text_rank: Ints
    """Place of the text among all texts; the signatures of an opcode share one."""
    grid_index: Ints
    """Of a constant; no opcode's is asked for."""
    is_constant: Bools
    is_commutative: Bools
    is_sideless: Bools
    """Whether up and down do not exchange in it."""
    opposite: Ints
    """What stands in its place in the rule for the other side, constants too."""
    operator: Ints
    """`AND`, `OR`, `NOT`, or `ATOM` for all else."""
    n_windows: Ints
    """Windows it takes, the first ones of the grid."""
    warm_up: Ints
    """Shape (n_codes, n_windows): bars of its own, by grid index of its window; the first without a window."""
    constant: Ints
    """Shape (n_types, most constants): codes of a type's constants from the lowest up."""
    lowest: Ints
    """Shape (n_types,): lowest grid index of a constant."""
    n_constants: Ints
    """Shape (n_types,)."""
    never: int
    """The code of what is never true. A number of its own would be compiled in, and kept for other catalogues."""


def _make_language() -> Language:
    opcodes = [CATALOGUE.get(entry.name) for entry in ENTRIES]
    ranks = {text: rank for rank, text in enumerate(dict.fromkeys(entry.opening for entry in ENTRIES))}
    ranges = {value_type: CONSTANT_RANGES.get(value_type, (0, -1)) for value_type in TYPES}
    constant = np.full((len(TYPES), max(high - low + 1 for low, high in ranges.values())), -1)
    for (name, index), code in CONSTANT_CODES.items():
        constant[TYPES.index(CONSTANTS[name]), index - ranges[CONSTANTS[name]][0]] = code
    return Language(
        arity=_ints([len(entry.signature.arguments) for entry in ENTRIES]),
        result=_ints([TYPES.index(entry.signature.result) for entry in ENTRIES]),
        argument=_ints([_arguments(entry) for entry in ENTRIES]),
        text_rank=_ints([ranks[entry.opening] for entry in ENTRIES]),
        grid_index=_ints([entry.index or 0 for entry in ENTRIES]),
        is_constant=np.array([entry.index is not None for entry in ENTRIES]),
        is_commutative=np.array([opcode is not None and opcode.is_commutative for opcode in opcodes]),
        is_sideless=np.array([opcode is not None and not opcode.has_side for opcode in opcodes]),
        opposite=_ints([_opposite(entry) for entry in ENTRIES]),
        operator=_ints([OPERATORS.get(entry.name, ATOM) for entry in ENTRIES]),
        n_windows=_ints([len(WINDOWS) if opcode is None else len(opcode.windows) for opcode in opcodes]),
        warm_up=_ints([_warm_ups(entry) for entry in ENTRIES]),
        constant=constant,
        lowest=_ints([low for low, _ in ranges.values()]),
        n_constants=_ints([high - low + 1 for low, high in ranges.values()]),
        never=NEVER_CODE,
    )


def _ints(values: object) -> Ints:
    return np.array(values, dtype=np.int64)


def _arguments(entry: Entry) -> list[int]:
    found = [TYPES.index(argument) for argument in entry.signature.arguments]
    return found + [-1] * (2 - len(found))


def _opposite(entry: Entry) -> int:
    if entry.index is None:
        return CODES[OPPOSITE.get(entry.name, entry.name), entry.signature.arguments]
    low, high = CONSTANT_RANGES[entry.signature.result]
    is_window = entry.signature.result is WINDOW
    # Thresholds lie around zero, oscillators around 50.
    return CONSTANT_CODES[entry.name, entry.index if is_window else low + high - entry.index]


def _warm_ups(entry: Entry) -> list[int]:
    if entry.index is not None:
        return [0] * len(WINDOWS)
    opcode = CATALOGUE[entry.name]
    if WINDOW not in entry.signature.arguments:
        return [opcode.warm_up(())] * len(WINDOWS)
    own = [opcode.warm_up((window,)) for window in opcode.windows]
    return own + [0] * (len(WINDOWS) - len(own))


LANGUAGE = _make_language()
