"""Settings as TOML again: every default filled in, and said of each line who gave it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from data.settings import Settings

GIVEN, DEFAULT = "file", "default"
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
MARK_COLUMN = 30


def toml_lines(settings: Settings) -> list[str]:
    """Return the lines of a TOML document that reads as the same settings; each ends with who gave it."""
    return list(_table(settings, "", is_given=True))


def given_names(settings: Settings, prefix: str = "", *, is_given: bool = True) -> Iterator[str]:
    """Yield the dotted name of every value that the file itself gives."""
    for name, value in settings:
        here = is_given and name in settings.model_fields_set
        for suffix, inner in _nested(value):
            yield from given_names(inner, f"{prefix}{name}{suffix}.", is_given=here)
        if here and not _nested(value):
            yield prefix + name


def _table(settings: Settings, path: str, *, is_given: bool) -> Iterator[str]:
    """Yield the values of a table, then the tables inside it: TOML allows no other order."""
    fields = list(settings)
    for name, value in fields:
        if not _nested(value):
            yield _line(name, value, is_given=is_given and name in settings.model_fields_set)
    for name, value in fields:
        here = is_given and name in settings.model_fields_set
        for suffix, inner in _nested(value):
            header = f"{path}{name}"
            yield ""
            yield f"[[{header}]]" if suffix else f"[{header}]"
            yield from _table(inner, f"{header}.", is_given=here)


def _nested(value: Any) -> list[tuple[str, Settings]]:
    """Return the tables that a value consists of, each with its place in a list."""
    if isinstance(value, Settings):
        return [("", value)]
    if isinstance(value, tuple) and value and isinstance(value[0], Settings):
        return [(f"[{place}]", item) for place, item in enumerate(value)]
    return []


def _line(name: str, value: Any, *, is_given: bool) -> str:
    if value is None:
        # TOML has no word for nothing: a key that is not there.
        return f"{f'# {name} is not set':<{MARK_COLUMN}}  # {DEFAULT}"
    return f"{f'{_key(name)} = {_value(value)}':<{MARK_COLUMN}}  # {GIVEN if is_given else DEFAULT}"


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | Path):
        return _text(str(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return repr(value)


def _text(text: str) -> str:
    """Return a basic string of TOML, in which nothing is left that a terminal would act on."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08X}" for char in quoted)
