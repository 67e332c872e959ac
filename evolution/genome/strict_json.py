"""Strict JSON from strangers: bounded size and nesting, whole numbers only, no key twice."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from data.errors import GenomeError
from data.shown import shown

MAX_BYTES = 256 * 1024
MAX_DIGITS = 9

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
