"""Single values as the venue writes them, and what a refusal of one says.

Prices, sizes and rates are decimal numbers in text; a number, a bool or `"NaN"` in their place is no answer of this
venue. Only times, counts and small whole numbers are JSON numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from itertools import pairwise
from typing import Annotated, TypeAlias, TypeVar

from pydantic import FailFast, Field, PlainValidator, TypeAdapter, ValidationError

from data.errors import DataError
from data.shown import inert_line, shown

Kind = TypeVar("Kind")

MAX_ROWS = 20_000
"""In one answer; the venue gives 5,000 candles at most."""
ADVICE = "nothing of it is kept; if it comes again, the venue has changed its format"

_SHAPES = {"list_type": "a list", "dict_type": "an object", "dataclass_type": "an object"}
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,19})(?:\.[0-9]{1,40})?")
_COIN = re.compile(r"[A-Za-z0-9@#+_-][A-Za-z0-9@#+_:/-]{0,39}")


def _decimal(lowest: float, highest: float) -> PlainValidator:
    def read(value: object) -> float:
        # NaN is in no range.
        number = float(value) if type(value) is str and _DECIMAL.fullmatch(value) else math.nan
        if not lowest <= number <= highest:
            raise _not_allowed(value, f"a decimal number in text, from {lowest:g} to {highest:g}")
        return number

    return PlainValidator(read)


def _whole(lowest: int, highest: int) -> PlainValidator:
    def read(value: object) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            raise _not_allowed(value, f"a whole number from {lowest} to {highest}")
        return value

    return PlainValidator(read)


def one_of(names: Collection[str]) -> PlainValidator:
    """Return a validator for text that has to be one of `names`."""

    def read(value: object) -> str:
        if type(value) is not str or value not in names:
            raise _not_allowed(value, f"one of {', '.join(names)}")
        return value

    return PlainValidator(read)


def _coin(value: object) -> str:
    if type(value) is not str or not _COIN.fullmatch(value):
        raise _not_allowed(value, "a coin's name of 1 to 40 letters, digits and @ # + _ - : /")
    return value


def _flag(value: object) -> bool:
    if value is not None and type(value) is not bool:
        raise _not_allowed(value, "true, false or null")
    return value is True


def _is_buy(value: object) -> bool:
    if value not in ("A", "B"):
        raise _not_allowed(value, '"B" for a buyer who came to the book, "A" for a seller')
    return value == "B"


def _not_allowed(value: object, allowed: str) -> ValueError:
    return ValueError(f"received {shown(value)}, allowed is {allowed}")


Coin: TypeAlias = Annotated[str, PlainValidator(_coin)]
TimeMs: TypeAlias = Annotated[int, _whole(1_262_304_000_000, 4_102_444_799_999)]
"""UTC milliseconds from 2010 to 2099: neither seconds nor microseconds pass for them."""
Price: TypeAlias = Annotated[float, _decimal(1e-12, 1e12)]
Quantity: TypeAlias = Annotated[float, _decimal(0.0, 1e18)]
"""Coins or dollars."""
Rate: TypeAlias = Annotated[float, _decimal(-1.0, 1.0)]
"""Of funding, as a fraction of the position; the venue's own limit is 0.04 an hour."""
Premium: TypeAlias = Annotated[float, _decimal(-1e6, 1e6)]
"""Of the book over the oracle, as a fraction of the latter."""
Count: TypeAlias = Annotated[int, _whole(0, 2**63)]
SizeDecimals: TypeAlias = Annotated[int, _whole(0, 8)]
Leverage: TypeAlias = Annotated[int, _whole(1, 200)]
Flag: TypeAlias = Annotated[bool, PlainValidator(_flag)]
"""Of which null and absence mean False."""
IsBuy: TypeAlias = Annotated[bool, PlainValidator(_is_buy)]
Rows: TypeAlias = Annotated[list[Kind], FailFast(), Field(max_length=MAX_ROWS)]
"""A list that is given up at its first row that is wrong."""


def checked(adapter: TypeAdapter[Kind], payload: object, what: str) -> Kind:
    """Return what `adapter` makes of plain JSON values.

    Parameters
    ----------
    what
        Name of the answer or frame, the beginning of every message.

    Raises
    ------
    DataError
        Naming the first thing that is wrong: where, what was received, what is allowed.
    """
    try:
        return adapter.validate_python(payload)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
    if problem["type"] == "value_error":
        # A check of ours, which names the value itself.
        reason = str(problem["ctx"]["error"])
    elif problem["type"] == "missing":
        reason = "is missing"
    else:
        reason = f"received {shown(problem['input'])}, allowed is {_SHAPES.get(problem['type'], problem['msg'])}"
    place = "".join(f"[{part}]" if type(part) is int else f".{part}" for part in problem["loc"])
    raise DataError(f"{what}{inert_line(place, 80)}: {inert_line(reason, 400)}; {ADVICE}")


def check_times(times_ms: list[int], what: str) -> None:
    """Refuse rows that are not in order of time, or of which two have one time.

    Raises
    ------
    DataError
        Naming the first such row.
    """
    for index, (before, after) in enumerate(pairwise(times_ms), start=1):
        if after <= before:
            raise DataError(f"{what}[{index}]: time {after} follows {before}, allowed are times that rise; {ADVICE}")
