"""JSON files of our own that somebody may have changed: plain data, or one clear reason why not."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from data.errors import DataError
from data.shown import inert_line, shown

MAX_BYTES = 512 * 1024 * 1024
"""Far above the largest file of ours, and read into memory without harm."""


def parse_plain_json(content: bytes, what: str) -> Any:
    """Return the plain data in `content`: no key twice, no NaN, no infinity, no nesting without end.

    Parameters
    ----------
    what
        Name of the file, the beginning of every message.

    Raises
    ------
    DataError
        If it is anything else.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"{what} is damaged: it has {len(content)} bytes, allowed are at most {MAX_BYTES}")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            raise DataError(f"{what} is damaged: an object of {len(pairs)} items has a key twice")
        return values

    def refuse(text: str) -> NoReturn:
        raise DataError(f"{what} is damaged: it holds {shown(text)}; allowed are finite numbers")

    def finite(text: str) -> float:
        value = float(text)
        return value if abs(value) < float("inf") else refuse(text)

    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse, parse_float=finite)
    except RecursionError:
        raise DataError(f"{what} is damaged: its brackets nest too deep to be ours") from None
    except ValueError as error:
        # No UTF-8, no JSON, or a whole number of thousands of digits.
        raise DataError(f"{what} is damaged ({inert_line(str(error), 200)})") from None
