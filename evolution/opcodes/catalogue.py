"""Every opcode of the grammar by name; the order is part of what a seed means."""

from __future__ import annotations

from evolution.opcodes import (
    averages,
    candles,
    channels,
    comparisons,
    days,
    estimators,
    funding,
    lines,
    logic,
    medians,
    momentum,
    oscillators,
    others,
    persistence,
    prices,
    ranges,
    regimes,
    sessions,
    shapes,
    statistics,
    trends,
    volatility,
    volumes,
)
from evolution.opcodes.definition import Opcode

FAMILIES: tuple[tuple[Opcode, ...], ...] = (
    prices.OPCODES,
    momentum.OPCODES,
    averages.OPCODES,
    volatility.OPCODES,
    statistics.OPCODES,
    ranges.OPCODES,
    funding.OPCODES,
    comparisons.OPCODES,
    logic.OPCODES,
    oscillators.OPCODES,
    trends.OPCODES,
    lines.OPCODES,
    estimators.OPCODES,
    volumes.OPCODES,
    shapes.OPCODES,
    medians.OPCODES,
    persistence.OPCODES,
    sessions.OPCODES,
    channels.OPCODES,
    candles.OPCODES,
    days.OPCODES,
    others.OPCODES,
    regimes.OPCODES,
)

CATALOGUE: dict[str, Opcode] = {opcode.name: opcode for family in FAMILIES for opcode in family}
