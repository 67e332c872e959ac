"""docs/opcodes.md, written from the catalogue: `python -m tests.opcode_page` writes it anew."""

from __future__ import annotations

from pathlib import Path

from evolution.opcodes.catalogue import CATALOGUE, FAMILIES
from evolution.opcodes.definition import Opcode, Signature
from evolution.opcodes.types import ValueType

PATH = Path(__file__).parents[1] / "docs" / "opcodes.md"
WINDOW = 24
SHORT = {ValueType.DIMENSIONLESS: "number", ValueType.OSCILLATOR: "0 to 100"}
SERIES = ("x", "y")
HEADS = ("name", "in a rule", "takes and makes", "in words", "bounds", "warm-up", "cost", "weight")
N_TEXTS = 4

HEAD = (
    "# What a rule can say",
    "",
    f"{len(CATALOGUE)} opcodes. A rule is made of them, of windows w (bars) and thresholds. Prices are compared with "
    "prices alone, volumes with volumes. A *number* is percent, standard deviations or the like, compared with "
    "thresholds in steps of 0.05; what runs from *0 to 100* is compared with whole numbers; a *bool* is true, false or "
    "unknown. A grammar file names opcodes as they stand here (`--grammar`, examples in `configs/grammars/`).",
    "",
    f"*Warm-up* is how many bars of history come before the first value, for a window of {WINDOW}; those of arguments "
    "come on top. *Cost* is nanoseconds a bar as an order of magnitude, to compare opcodes with one another. *Weight* "
    "is how often a fresh rule draws it, relative to others of its type. Those of the family `others` read the other "
    "coins of the universe as well; a search on one coin draws none of them.",
    "",
)


def page() -> str:
    """Return the page as text."""
    lines = list(HEAD)
    for family in FAMILIES:
        ruler = ["---"] * N_TEXTS + ["---:"] * (len(HEADS) - N_TEXTS)
        rows = [HEADS, ruler, *(_cells(opcode) for opcode in family)]
        lines += [f"## {family[0].family.capitalize()}", *(f"| {' | '.join(row)} |" for row in rows), ""]
    return "\n".join(lines)


def _cells(opcode: Opcode) -> list[str]:
    names = iter(SERIES)
    places = ["w" if kind is ValueType.WINDOW else next(names) for kind in opcode.signatures[0].arguments]
    return [
        f"`{opcode.name}`",
        f"`{opcode.render.format(*places)}`",
        "<br>".join(_signature(signature) for signature in opcode.signatures),
        opcode.explain.format(*places),
        _bounds(opcode),
        f"{opcode.warm_up_bars((WINDOW,)):,}",
        f"{opcode.cost:g}",
        f"{opcode.weight:g}",
    ]


def _signature(signature: Signature) -> str:
    takes = ", ".join(SHORT.get(kind, kind.value) for kind in signature.arguments)
    makes = SHORT.get(signature.result, signature.result.value)
    return f"{takes}: {makes}" if takes else makes


def _bounds(opcode: Opcode) -> str:
    low, high = opcode.bounds
    if low is None and high is None:
        return ""
    if high is None:
        return f"from {low:g}"
    return f"to {high:g}" if low is None else f"{low:g} to {high:g}"


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
