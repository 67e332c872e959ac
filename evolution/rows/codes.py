"""A number for every node there can be: an opcode through one of its signatures, or a constant of its grid.

The numbers are in the order of the nodes' texts. Two expressions are then in the order of their texts if their codes
are, read from the root: texts part where the first node differs, and no name is the beginning of another with its
closing quote.
"""

from __future__ import annotations

from dataclasses import dataclass

from evolution.genome.node import CONSTANTS
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Signature
from evolution.opcodes.types import CONSTANT_RANGES, ValueType

TYPES = tuple(ValueType)
"""A type is its place here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code stands for."""

    name: str
    """Of the opcode or constant."""
    signature: Signature
    index: int | None
    """Grid index of a constant."""

    @property
    def opening(self) -> str:
        """Return the stored form up to its arguments, or all of it if there are none."""
        if self.index is not None:
            return f'["{self.name}",{self.index}]'
        return f'["{self.name}"' if self.signature.arguments else f'["{self.name}"]'


def _entries() -> list[Entry]:
    opcodes = [Entry(opcode.name, signature, None) for opcode in CATALOGUE.values() for signature in opcode.signatures]
    constants = [
        Entry(name, Signature((), value_type), index)
        for name, value_type in CONSTANTS.items()
        for index in range(CONSTANT_RANGES[value_type][0], CONSTANT_RANGES[value_type][1] + 1)
    ]
    # Sorting is stable: signatures of one opcode stay in the order of the catalogue.
    return sorted([*opcodes, *constants], key=lambda entry: entry.opening)


ENTRIES = tuple(_entries())
CATALOGUE.is_numbered = True
"""By code."""
CODES: dict[tuple[str, tuple[ValueType, ...]], int] = {
    (entry.name, entry.signature.arguments): code for code, entry in enumerate(ENTRIES) if entry.index is None
}
"""The code of an opcode for the types of its arguments."""
CONSTANT_CODES: dict[tuple[str, int], int] = {
    (entry.name, entry.index): code for code, entry in enumerate(ENTRIES) if entry.index is not None
}
"""The code of a constant by its name and grid index."""
NEVER_CODE = CODES["never", ()]
