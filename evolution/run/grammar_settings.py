"""What a grammar file says: which opcodes a search may use, and how often it draws them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, model_validator

from data.settings import Settings
from data.shown import shown
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.reach import makes_truths

SHOWN = 8
"""Names that a refusal shows."""
Weight = Annotated[float, Field(ge=0.0, le=1_000.0)]


class GrammarSettings(Settings):
    """A grammar file, or the `[search.grammar]` table; without any key it is the whole catalogue."""

    only: tuple[str, ...] = ()
    """Opcodes that rules are made of; empty for all."""
    excluded: tuple[str, ...] = ()
    """Opcodes left out."""
    weights: dict[str, Weight] = Field(default_factory=dict)
    """How often an opcode is drawn, relative to others of its type, instead of its usual weight; 0 leaves it out."""

    @model_validator(mode="after")
    def _check_opcodes(self) -> GrammarSettings:
        refuse_unknown("only", self.only)
        refuse_unknown("excluded", self.excluded)
        refuse_unknown("weights", self.weights)
        refuse_speechless(self.left_out())
        return self

    def left_out(self) -> frozenset[str]:
        """Return the opcodes that no rule may have."""
        kept = self.only or CATALOGUE
        muted = {name for name, weight in self.weights.items() if weight == 0.0}
        return frozenset(name for name in CATALOGUE if name not in kept or name in self.excluded or name in muted)


def refuse_unknown(key: str, names: Iterable[str]) -> None:
    """Refuse names that are no opcodes, with the nearest that are.

    Raises
    ------
    ValueError
        Naming the key, each such name and what is near it; all opcodes, if nothing is near one of them.
    """
    found = sorted(set(names) - set(CATALOGUE))
    if not found:
        return
    # Whoever has given a hundred thousand is not to wait for the nearest of each.
    unknown, more = found[:SHOWN], f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    nearest = [difflib.get_close_matches(name[:40].lower(), CATALOGUE, n=1, cutoff=0.6) for name in unknown]
    meant = ", ".join(dict.fromkeys(repr(near[0]) for near in nearest if near))
    answers = [f"did you mean {meant}?"] if meant else []
    if not all(nearest):
        answers.append(f"known are {', '.join(CATALOGUE)}")
    raise ValueError(f"{key} names {', '.join(map(shown, unknown))}{more}; {' '.join(answers)}")


def refuse_speechless(left_out: frozenset[str]) -> None:
    """Refuse a grammar in which nothing is ever true or false.

    Raises
    ------
    ValueError
        Naming what is left of the catalogue.
    """
    kept = [name for name in CATALOGUE if name not in left_out]
    if not makes_truths(kept):
        raise ValueError(
            f"no rule can be built of {', '.join(kept) or 'no opcode at all'}; allow a comparison and something to "
            "compare, such as above and close, or a truth of its own, such as breaks_above"
        )
