"""Which signatures can be part of a rule when only some opcodes are allowed."""

from __future__ import annotations

from collections.abc import Collection

from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Signature
from evolution.opcodes.types import BOOL, WINDOW, ValueType

BuiltSignatures = dict[str, tuple[Signature, ...]]


def buildable(names: Collection[str]) -> BuiltSignatures:
    """Return the signatures, by opcode, all of whose arguments these opcodes can make, beginning with terminals.

    Constants alone make no argument: a threshold is what a series is compared with.
    """
    made: set[ValueType] = {WINDOW}
    while True:
        found = {name: tuple(s for s in CATALOGUE[name].signatures if made.issuperset(s.arguments)) for name in names}
        results = {signature.result for signatures in found.values() for signature in signatures}
        if results <= made:
            return {name: signatures for name, signatures in found.items() if signatures}
        made |= results


def makes_truths(names: Collection[str]) -> bool:
    """Return whether a rule can be built of these opcodes: a truth that is neither `never` nor made of truths alone."""
    return any(
        signature.result is BOOL and BOOL not in signature.arguments
        for name, signatures in buildable(names).items()
        if name != "never"
        for signature in signatures
    )
