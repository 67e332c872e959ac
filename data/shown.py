"""Text and values from strangers, made fit for a message: escaped, on one line, cut."""

from __future__ import annotations

import json
from collections.abc import Collection
from difflib import get_close_matches

SHOWN_CHARACTERS = 40


def shown(value: object) -> str:
    """Return a value for a message: escaped and cut, containers by their size only."""
    if type(value) is str:
        return ascii(value[:SHOWN_CHARACTERS]) + (
            "" if len(value) <= SHOWN_CHARACTERS else f"... ({len(value)} characters)"
        )
    if type(value) is int:
        # Python refuses to write out an integer of thousands of digits.
        return str(value) if value.bit_length() <= 64 else f"a whole number of {value.bit_length()} bits"
    if type(value) is float:
        return repr(value)
    if value is None or type(value) is bool:
        return json.dumps(value)
    if type(value) is list or type(value) is dict:
        return f"{'a list' if type(value) is list else 'an object'} of {len(value)} items"
    return f"of type {type(value).__name__[:SHOWN_CHARACTERS]}"


def inert_line(text: str, limit: int = 2_000) -> str:
    """Return `text` as one printable line: control, bidirectional and surrogate characters escaped, cut to `limit`.

    Markup and quotes stay as they are: whoever shows the text escapes for its own medium.
    """
    head = text[:limit]
    line = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in head)
    return line if len(text) <= limit else f"{line}... ({len(text)} characters)"


def near(name: str, known: Collection[str]) -> str:
    """Return a question that names what is near a name that is not known, whatever its case, or how many there are."""
    by_upper = {one.upper(): one for one in sorted(known)}
    found = [by_upper[one] for one in get_close_matches(name[:40].upper(), list(by_upper), n=3, cutoff=0.5)]
    return f"did you mean {', '.join(found)}?" if found else f"it has {len(known)} others"
