"""Which signatures can be part of a rule when only some opcodes are allowed."""

from __future__ import annotations

import math
from collections.abc import Collection

from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Signature
from evolution.opcodes.types import BOOL, CONSTANT_RANGES, WINDOW, ValueType

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


def shortest_truth(names: Collection[str]) -> int:
    """Return the fewest nodes of a truth that can be built of these opcodes, `never` apart; 0 if there is none.

    Windows and thresholds are nodes as well.
    """
    shapes = [
        (signature.result, signature.arguments)
        for name, signatures in buildable(names).items()
        if name != "never"
        for signature in signatures
    ]
    fewest: dict[ValueType, float] = {WINDOW: 1}
    former: dict[ValueType, float] = {}
    while fewest != former:
        former = dict(fewest)
        for result, arguments in shapes:
            size = 1 + sum(_argument_size(fewest, arguments, place) for place in range(len(arguments)))
            if size < fewest.get(result, math.inf):
                fewest[result] = size
    return int(fewest.get(BOOL, 0))


def _argument_size(fewest: dict[ValueType, float], arguments: tuple[ValueType, ...], place: int) -> float:
    """Return the fewest nodes of an argument: one where a series is compared with a threshold."""
    wanted = arguments[place]
    is_compared = place == 1 and wanted == arguments[0] and wanted in CONSTANT_RANGES
    return 1 if is_compared else fewest.get(wanted, math.inf)
