"""Frozen values to JSON values and back, for views that another process has made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Return dataclasses as objects, tuples and arrays as lists, and numbers that are not finite as null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        # numpy is not imported here: the dashboard reads answers without it.
        return to_plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def from_plain(kind: type[T], value: Any) -> T:
    """Return the dataclass that `to_plain` wrote; null for a plain float is NaN.

    Raises
    ------
    TypeError
        If a field is missing or unknown.
    """
    hints = _hints(kind)  # type: ignore[arg-type]  # classes have a hash
    return kind(**{name: _revived(hints[name], item) for name, item in value.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _revived(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        inner = [one for one in arguments if one is not NoneType]
        return None if value is None else _revived(inner[0], value)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_revived(arguments[0], item) for item in value)
        return tuple(_revived(one, item) for one, item in zip(arguments, value, strict=True))
    if origin is dict:
        return {key: _revived(arguments[1], item) for key, item in value.items()}
    if kind is float and value is None:
        return math.nan
    return from_plain(kind, value) if isinstance(kind, type) and is_dataclass(kind) else value
