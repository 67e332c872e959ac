"""Every opcode of the grammar by name; the order is part of what a seed means."""

from __future__ import annotations

from evolution.opcodes import averages, comparisons, funding, logic, momentum, prices, ranges, statistics, volatility
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
)

CATALOGUE: dict[str, Opcode] = {opcode.name: opcode for family in FAMILIES for opcode in family}
