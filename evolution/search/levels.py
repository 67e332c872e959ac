"""Thresholds that divide: what each measure reaches how often on the history that is searched."""

from __future__ import annotations

import math

import numpy as np

from data.market import FloatArray, Universe
from evolution.evaluator.values import value_of
from evolution.genome.node import Node, window
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.types import CONSTANT_RANGES, THRESHOLDS_PER_UNIT, WINDOW, WINDOWS, ValueType
from evolution.rows.codes import CODES, ENTRIES
from evolution.rows.levels import UNKNOWN, Levels
from evolution.search.grammar import MEASURED

QUANTILES = (0.005, 0.01, 0.025, *(number / 20 for number in range(1, 20)), 0.975, 0.99, 0.995)
"""A rule that waits for something rare asks for one of the first or last of them."""
STEPS = {ValueType.DIMENSIONLESS: float(THRESHOLDS_PER_UNIT), ValueType.OSCILLATOR: 1.0}
"""Grid steps of a unit."""
MOST_VALUES = 4_000
"""Bars that quantiles are taken of, evenly spread."""
HOURS_OF_WEEK = 168
LONG_SHARE = 0.9
"""Of the bars of the coin that has most: a few hours that one coin lacks are no reason to ask another."""
TYPICAL = {ValueType.PRICE: Node("close"), ValueType.VOLUME: Node("volume")}
"""What stands for an argument, as nearly any of its type would do."""


def levels_of(universe: Universe) -> Levels:
    """Return, for each measure that needs nothing but prices and volumes, grid indices at its quantiles.

    A threshold drawn without looking divides nothing more often than not: `skewness(24) > 2` never is, `squeeze(24) >
    -1` always. They are taken of the first coin, of those with nearly as much history as any, as what has no dimension
    is much the same on all; measures of other measures, and of other coins, stay unknown. A bar sees no later one
    through them than it does through the rules that search keeps: all of these bars are in sample.
    """
    place = _place_of_long_history(universe)
    levels = np.full((len(ENTRIES), len(WINDOWS), len(QUANTILES)), UNKNOWN, dtype=np.int64)
    for opcode in CATALOGUE.values():
        for signature in opcode.signatures:
            if _is_plain(opcode, signature):
                levels[CODES[opcode.name, signature.arguments]] = _levels(opcode, signature, universe, place)
    return levels


def _place_of_long_history(universe: Universe) -> int:
    n_bars = [int(market.is_available.sum()) for market in universe]
    return next(place for place, count in enumerate(n_bars) if count >= LONG_SHARE * max(n_bars))


def _is_plain(opcode: Opcode, signature: Signature) -> bool:
    known = {WINDOW, *TYPICAL}
    return signature.result in MEASURED and known.issuperset(signature.arguments) and not opcode.is_across_coins


def _levels(opcode: Opcode, signature: Signature, universe: Universe, coin: int) -> Levels:
    found = np.full((len(WINDOWS), len(QUANTILES)), UNKNOWN, dtype=np.int64)
    lengths = opcode.windows if WINDOW in signature.arguments else WINDOWS[:1]
    for place, length in enumerate(lengths):
        arguments = [window(length) if kind is WINDOW else TYPICAL[kind] for kind in signature.arguments]
        values = value_of(Node(opcode.name, tuple(arguments)), universe, coin, None)
        assert isinstance(values, np.ndarray)
        found[place] = _grid(values, signature.result)
    return found


def _grid(values: FloatArray, value_type: ValueType) -> Levels:
    known = values[np.isfinite(values)]
    if not known.size:
        return np.full(len(QUANTILES), UNKNOWN, dtype=np.int64)
    low, high = CONSTANT_RANGES[value_type]
    found = np.quantile(known[:: _stride(known.size)], QUANTILES) * STEPS[value_type]
    levels = np.clip(np.rint(found), low, high).astype(np.int64)
    # A measure that moves by less than a step of the grid is divided by no threshold.
    return levels if levels[0] < levels[-1] else np.full_like(levels, UNKNOWN)


def _stride(n_values: int) -> int:
    """Return every how many bars one is looked at; every hour of the week comes up."""
    stride = -(-n_values // MOST_VALUES)
    while math.gcd(stride, HOURS_OF_WEEK) > 1:
        stride += 1
    return stride
