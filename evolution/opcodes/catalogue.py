"""Every opcode of the grammar by name; the order is part of what a seed means."""

from __future__ import annotations

from data.errors import GenomeError
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


class Catalogue(dict[str, Opcode]):
    """Opcodes by name, and a way to try one before it becomes part of the program."""

    is_numbered = False
    """Whether a search has been loaded, which numbers opcodes once."""

    def add(self, opcode: Opcode) -> None:
        """Add an opcode for this process alone: other processes, such as workers of a search, know nothing of it.

        Raises
        ------
        GenomeError
            If there is one of that name, or a search has been loaded.
        """
        if self.is_numbered:
            raise GenomeError(
                f"opcode {opcode.name!r} comes too late: a search has been loaded, which numbers opcodes once; "
                "begin a new process, and add it before anything of evolution.search or organism is imported"
            )
        if opcode.name in self:
            raise GenomeError(f"opcode {opcode.name!r} is there already; allowed is a name of its own")
        self[opcode.name] = opcode


CATALOGUE = Catalogue({opcode.name: opcode for family in FAMILIES for opcode in family})
