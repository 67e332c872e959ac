"""DEAP's typed primitive set, made from the opcode catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deap import gp

from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.reach import buildable
from evolution.opcodes.types import BOOL, ValueType
from evolution.priors import SearchPriors
from evolution.rows.codes import CODES, ENTRIES, Entry
from evolution.rows.menus import Menus, make_menus

# DEAP types its trees by classes; these carry our types through its primitive set.
MARKERS: dict[ValueType, type] = {value_type: type(value_type.value, (), {}) for value_type in ValueType}


MEASURED = (ValueType.DIMENSIONLESS, ValueType.OSCILLATOR)
"""Types of what is measured, and compared with thresholds."""
ARGUMENT_WEIGHTS = {ValueType.VOLUME: 0.5, ValueType.DIMENSIONLESS: 2.0}
"""How often a signature is drawn, by the type of its first argument, relative to 1: thresholds say most."""
COMPARED_WEIGHTS = {ValueType.VOLUME: 0.25, ValueType.PRICE: 0.5, ValueType.DIMENSIONLESS: 2.0}
"""The same where two numbers are compared: two prices seldom say much of each other."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of making a value of a type: an opcode through one of its signatures."""

    opcode: Opcode
    signature: Signature

    @property
    def code(self) -> int:
        return CODES[self.opcode.name, self.signature.arguments]


def kept_weights(priors: SearchPriors) -> dict[str, float]:
    """Return the weight of each opcode that priors leave in the catalogue."""
    weights = {name: priors.opcode_weights.get(name, opcode.weight) for name, opcode in CATALOGUE.items()}
    return {name: weight for name, weight in weights.items() if weight > 0 and name not in priors.excluded_opcodes}


class Grammar:
    """What may be drawn for each type, in an order that depends on the catalogue alone.

    Parameters
    ----------
    priors
        Opcodes left out, and weights that replace those of the catalogue.
    """

    def __init__(self, priors: SearchPriors) -> None:
        self.primitive_set = gp.PrimitiveSetTyped("root", [], MARKERS[ValueType.BOOL])
        self._choices: dict[str, Choice] = {}
        self._weights: dict[str, float] = {}
        weights = kept_weights(priors)
        # Signatures one of whose arguments nothing can make, such as those of an excluded family, are left out too.
        for name, signatures in buildable(list(weights)).items():
            self._add(CATALOGUE[name], signatures, weights[name])
        self.menus = self._make_menus()
        """What is drawn from, as arrays."""

    def _add(self, opcode: Opcode, signatures: Sequence[Signature], weight: float) -> None:
        for position, signature in enumerate(opcode.signatures):
            if signature not in signatures:
                continue
            name = f"{opcode.name}__{position}"
            self._choices[name] = Choice(opcode, signature)
            first = signature.arguments[0] if signature.arguments else signature.result
            weights = COMPARED_WEIGHTS if signature.result is BOOL else ARGUMENT_WEIGHTS
            self._weights[name] = weight * weights.get(first, 1.0) / len(opcode.signatures)
            markers = [MARKERS[argument] for argument in signature.arguments]
            if markers:
                self.primitive_set.addPrimitive(opcode.compute, markers, MARKERS[signature.result], name=name)
            else:
                self.primitive_set.addTerminal(name, MARKERS[signature.result], name=name)

    def _make_menus(self) -> Menus:
        primitives, terminals = self.primitive_set.primitives, self.primitive_set.terminals
        inner = {t: self._names(primitives[MARKERS[t]]) for t in ValueType}
        leaves = {t: self._names(terminals[MARKERS[t]]) for t in ValueType}
        # Truths without arguments stand among the comparisons, but for `never`, which is drawn on purpose elsewhere.
        inner[BOOL] += [name for name in leaves[BOOL] if self._choices[name].opcode.name != "never"]
        shallow = {t: [name for name in inner[t] if self._is_shallow(name)] for t in ValueType}
        leaves_of_measures = {t: leaves[t] if t in MEASURED else [] for t in ValueType}
        kinds = [
            list(inner.values()),
            [shallow[t] + leaves_of_measures[t] for t in ValueType],
            list(leaves.values()),
            [inner[t] + leaves[t] for t in ValueType],
            [[name for name in shallow[t] if self._is_own(name)] + leaves_of_measures[t] for t in ValueType],
        ]
        menus = [[self._menu(names) for names in kind] for kind in kinds]
        return make_menus(menus, [self._alike(entry) for entry in ENTRIES])

    def _names(self, entries: list[object]) -> list[str]:
        names = [str(getattr(entry, "name", "")) for entry in entries]
        return [name for name in names if name in self._choices]

    def _is_shallow(self, name: str) -> bool:
        """Tell whether nothing stands below but what is compared, or for measures below them nothing but prices.

        Another coin's measure is as shallow as the coin's own.
        """
        signature = self._choices[name].signature
        deep = {BOOL, *MEASURED} if signature.result in MEASURED and self._is_own(name) else {BOOL}
        return deep.isdisjoint(signature.arguments)

    def _is_own(self, name: str) -> bool:
        """Tell whether it says something of the coin itself."""
        return not self._choices[name].opcode.is_across_coins

    def _menu(self, names: list[str]) -> tuple[list[int], list[float]]:
        return [self._choices[name].code for name in names], [self._weights[name] for name in names]

    def _alike(self, entry: Entry) -> list[int]:
        """Return the codes of the other opcodes that take the same arguments and make the same result."""
        if entry.index is not None or entry.name == "never":
            return []
        others = (choice for choice in self._choices.values() if choice.opcode.name not in (entry.name, "never"))
        return [choice.code for choice in others if choice.signature == entry.signature]
