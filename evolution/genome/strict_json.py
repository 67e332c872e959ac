"""Strict JSON from strangers: bounded size and nesting, whole numbers only, no key twice."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from data.errors import GenomeError

MAX_BYTES = 256 * 1024
MAX_DIGITS = 9
SHOWN_CHARACTERS = 40

# The closing quote is optional and the repeat possessive, so an unterminated string costs one pass, not many.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse(text: str | bytes, *, max_nesting: int) -> Any:
    """Return the plain data in `text`: dicts, lists, strings, ints of at most 9 digits, booleans, None.

    Size and nesting are checked before the parser sees the text.

    Raises
    ------
    GenomeError
        If a limit is exceeded or the text is not strict JSON.
    """
    content = _bounded(text)
    _check_nesting(content, max_nesting)
    try:
        return json.loads(
            content,
            object_pairs_hook=_unique,
            parse_int=_whole,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
    except json.JSONDecodeError as error:
        raise GenomeError(
            f"genome text is not JSON at line {error.lineno}, column {error.colno}: {error.msg}; "
            f"received {shown(content)}; allowed is one JSON object; write it again"
        ) from None


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


def _bounded(text: str | bytes) -> str:
    if not isinstance(text, (str, bytes)):
        raise GenomeError(f"genome text is {shown(text)}; allowed is text or bytes; read the file first")
    if len(text) > MAX_BYTES:
        raise GenomeError(
            f"genome text is {len(text)} {'characters' if isinstance(text, str) else 'bytes'} long; "
            f"allowed are at most {MAX_BYTES}; a genome is never that large, so look at where it came from"
        )
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise GenomeError(
            f"genome text has byte 0x{text[error.start]:02x} at position {error.start}; "
            "allowed is UTF-8; save the file as UTF-8"
        ) from None


def _check_nesting(content: str, limit: int) -> None:
    nesting = 0
    for match in _STRING_OR_BRACKET.finditer(content):
        token = match.group()
        if token in ("[", "{"):
            nesting += 1
        elif token in ("]", "}"):
            nesting -= 1
        if nesting > limit:
            raise GenomeError(
                f"genome text nests deeper than {limit} at character {match.start()}; "
                f"allowed are at most {limit} brackets inside one another; simplify the rule"
            )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique: dict[str, Any] = {}
    for key, value in pairs:
        if key in unique:
            raise GenomeError(f"genome key {shown(key)} is given twice; allowed is each key once; remove one of them")
        unique[key] = value
    return unique


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        _no_fraction(text)
    return int(text)


def _no_fraction(text: str) -> NoReturn:
    raise GenomeError(
        f"genome number is {shown(text)}; allowed are whole numbers of at most {MAX_DIGITS} characters; "
        "give the grid index, not the value"
    )
