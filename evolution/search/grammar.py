"""DEAP's typed primitive set, made from the opcode catalogue."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from deap import gp

from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.types import NUMERIC, ValueType
from evolution.priors import SearchPriors
from evolution.search.draws import Randomness

# DEAP types its trees by classes; these carry our types through its primitive set.
MARKERS: dict[ValueType, type] = {value_type: type(value_type.value, (), {}) for value_type in ValueType}


ARGUMENT_WEIGHTS = {ValueType.VOLUME: 0.5, ValueType.DIMENSIONLESS: 2.0}
"""How often a signature is drawn, by the type of its first argument, relative to 1: thresholds say most."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of making a value of a type: an opcode through one of its signatures."""

    opcode: Opcode
    signature: Signature
    windows: tuple[int, ...] = field(init=False)
    """Windows (bars) that the opcode takes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "windows", self.opcode.windows)

    @property
    def is_terminal(self) -> bool:
        return self.signature.arguments == ()


class Menu:
    """Weighted choices of one type."""

    def __init__(self, choices: list[Choice], weights: list[float]) -> None:
        self.choices = choices
        self._cumulative = list(accumulate(weights))

    def __bool__(self) -> bool:
        return bool(self.choices)

    def draw(self, rng: Randomness) -> Choice:
        """Draw one choice in proportion to its weight."""
        return self.choices[bisect_right(self._cumulative, rng.random() * self._cumulative[-1])]


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
        for opcode in CATALOGUE.values():
            weight = priors.opcode_weights.get(opcode.name, opcode.weight)
            if opcode.name not in priors.excluded_opcodes and weight > 0:
                self._add(opcode, weight)
        self._drop_unreachable()
        primitives, terminals = self.primitive_set.primitives, self.primitive_set.terminals
        self._terminals = {t: self._menu(terminals[MARKERS[t]]) for t in ValueType}
        self._operators = {t: self._menu(primitives[MARKERS[t]]) for t in ValueType}
        self._numeric = {t: self._menu([*primitives[MARKERS[t]], *terminals[MARKERS[t]]]) for t in NUMERIC}
        self._alike: dict[Signature, list[str]] = {}
        for choice in (c for menus in (self._operators, self._terminals) for m in menus.values() for c in m.choices):
            self._alike.setdefault(choice.signature, []).append(choice.opcode.name)
        self._shallow = {t: self._menu(primitives[MARKERS[t]], shallow=True) for t in ValueType}

    def _add(self, opcode: Opcode, weight: float) -> None:
        for position, signature in enumerate(opcode.signatures):
            name = f"{opcode.name}__{position}"
            self._choices[name] = Choice(opcode, signature)
            first = signature.arguments[0] if signature.arguments else signature.result
            self._weights[name] = weight * ARGUMENT_WEIGHTS.get(first, 1.0) / len(opcode.signatures)
            markers = [MARKERS[argument] for argument in signature.arguments]
            if markers:
                self.primitive_set.addPrimitive(opcode.compute, markers, MARKERS[signature.result], name=name)
            else:
                self.primitive_set.addTerminal(name, MARKERS[signature.result], name=name)

    def _drop_unreachable(self) -> None:
        """Forget signatures one of whose arguments nothing can make, such as those of an excluded family."""
        while True:
            makeable = {choice.signature.result for choice in self._choices.values()} | {ValueType.WINDOW}
            dead = [n for n, c in self._choices.items() if not makeable.issuperset(c.signature.arguments)]
            if not dead:
                return
            for name in dead:
                del self._choices[name]

    def terminals(self, value_type: ValueType) -> Menu:
        """Return the choices without arguments."""
        return self._terminals[value_type]

    def operators(self, value_type: ValueType) -> Menu:
        """Return the choices with arguments."""
        return self._operators[value_type]

    def measures(self, value_type: ValueType) -> Menu:
        """Return all choices of a numeric type, with and without arguments."""
        return self._numeric[value_type]

    def shallow_operators(self, value_type: ValueType) -> Menu:
        """Return the choices with arguments none of which is Bool: comparisons, for Bool."""
        return self._shallow[value_type]

    def alike(self, signature: Signature) -> list[str]:
        """Return the opcodes that take these arguments and make this result."""
        return self._alike.get(signature, [])

    def _menu(self, entries: list[object], *, shallow: bool = False) -> Menu:
        names = [str(getattr(entry, "name", "")) for entry in entries]
        kept = [
            name
            for name in names
            if name in self._choices and not (shallow and ValueType.BOOL in self._choices[name].signature.arguments)
        ]
        return Menu([self._choices[name] for name in kept], [self._weights[name] for name in kept])
