"""What a person types to find a genome: words that must all hold.

`hoist` an operator, `3fa9` the beginning of a genotype, `rsi` an opcode, `sharpe>1.5`, `generation=12`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.errors import ConfigError
from data.shown import shown
from evolution.opcodes.catalogue import CATALOGUE
from organism.views.genealogy import Genealogy
from organism.views.genotype_index import ABSENT, keys_of
from organism.views.rule_book import RuleBook
from organism.views.trial_rows import FIGURES

COMPARISON = re.compile(r"([a-z_]+)(<=|>=|<|>|=)(-?\d+(?:\.\d+)?)")
BEGINNING = re.compile(r"[0-9a-f]{4,64}")
COMPARISONS: dict[str, Callable[..., NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
LONGEST = 300
EXAMPLES = "hoist, rsi, 3fa9, sharpe>1.5, generation<=3, kept"
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Matches:
    """Which rows hold every word."""

    is_match: NDArray[np.bool_]
    note: str
    """What could not be looked at."""


def matches(query: str, genealogy: Genealogy, rules: RuleBook) -> Matches:
    """Return who is meant; everybody without a word.

    Raises
    ------
    ConfigError
        If a word is none of those that are known, naming what is allowed.
    """
    if len(query) > LONGEST:
        raise ConfigError(f"the search has {len(query)} characters; allowed are {LONGEST}")
    found, notes = np.ones(len(genealogy), bool), []
    for word in query.lower().split():
        comparison = COMPARISON.fullmatch(word)
        if comparison is not None:
            found &= _compared(genealogy, *comparison.groups())
        elif word in genealogy.operators:
            found &= genealogy.operator == genealogy.operators.index(word)
        elif word in CATALOGUE:
            found &= _among(genealogy, rules.containing(f'["{word}"'.encode()))
            notes.append(f"{word}: looked for in the {len(rules):,} rules that were written down")
        elif word == KEPT:
            found &= _among(genealogy, rules)
        elif BEGINNING.fullmatch(word):
            is_so = np.zeros(len(genealogy), bool)
            is_so[genealogy.beginning_with(word)] = True
            found &= is_so
        else:
            raise ConfigError(
                f"{shown(word)} is no word of a search; allowed are operators, opcodes, at least four digits of a "
                f"genotype, kept, and figures ({', '.join(('generation', *FIGURES))}) as in: {EXAMPLES}"
            )
    return Matches(found, "; ".join(notes))


def first_with(part: bytes, genealogy: Genealogy, rules: RuleBook) -> NDArray[np.bool_]:
    """Return who has a part in its rule, by its canonical JSON."""
    return _among(genealogy, rules.containing(part))


def _among(genealogy: Genealogy, genotypes: Iterable[str]) -> NDArray[np.bool_]:
    """Return which rows have one of some genotypes."""
    found = np.zeros(len(genealogy), bool)
    rows = genealogy.index.rows_of(keys_of(list(genotypes)))
    found[rows[rows != ABSENT]] = True
    return found


def _compared(genealogy: Genealogy, name: str, sign: str, number: str) -> NDArray[np.bool_]:
    if name == "generation":
        return COMPARISONS[sign](genealogy.generation, float(number))
    if name not in FIGURES:
        raise ConfigError(f"figure {shown(name)} is unknown; allowed are generation, {', '.join(FIGURES)}")
    # A figure that does not exist compares as false.
    return COMPARISONS[sign](genealogy.figure(name), float(number))
