"""The strict base of every configuration model, and its readable errors."""

from __future__ import annotations

import difflib
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from data.errors import ConfigError
from data.shown import inert_line, shown

Model = TypeVar("Model", bound="Settings")

MAX_BYTES = 4 << 20
"""Size of the largest configuration file: of one with some ten thousand rules to begin with."""
MAX_DOTS = 200
"""Dots in a line; a key of thousands of parts would take seconds."""
MAX_DOTS_IN_ALL = 20_000
"""Dots in a file; keys of many parts take a time that grows faster than their length."""
MAX_PROBLEMS = 8
KNOWN_KEYS = "; known keys: "
MAX_MESSAGE = 700


class Settings(BaseModel):
    """Frozen settings: an unknown key, NaN or infinity is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=False)

    @field_validator("*", mode="before")
    @classmethod
    def _check_form(cls, value: object, info: ValidationInfo) -> object:
        """Refuse what would be read as something else: true as 1, the day of another zone as one of UTC."""
        annotation = cls.model_fields[info.field_name or ""].annotation
        if not _takes(annotation, {bool, object, Any}) and _nested_model(annotation) is None:
            _refuse_truths(value)
        moment = _moment(value) if isinstance(value, str) and _takes(annotation, {date}) else value
        if isinstance(moment, datetime) and moment.utcoffset():
            raise ValueError(f"{moment.isoformat()} is not a day of UTC: give the day alone, such as {moment.date()}")
        return value


def _refuse_truths(value: object) -> None:
    """Refuse true and false, and a list or a table of plain values that holds one."""
    if type(value) is bool:
        raise ValueError(f"{shown(value)} is neither a number nor text: give the value itself")
    if isinstance(value, list | dict):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            if type(one) is bool:
                raise ValueError(f"{shown(name)} is {shown(one)}, neither a number nor text: give the value itself")


def _takes(annotation: Any, kinds: set[Any]) -> bool:
    """Tell whether a field may have a value of one of these types."""
    return annotation in kinds or any(_takes(one, kinds) for one in getattr(annotation, "__args__", ()))


def _moment(text: str) -> datetime | None:
    """Return what a text says as ISO 8601; None if it is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def load_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    ConfigError
        If the file is missing, too large, or is not TOML.
    """
    try:
        return tomllib.loads(_bounded(path).decode("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"configuration file {path} does not exist: give the path of a .toml file") from None
    except IsADirectoryError:
        raise ConfigError(f"configuration file {path} is a folder: give the path of a .toml file") from None
    except RecursionError:
        raise ConfigError(f"configuration file {path} is not valid TOML: its brackets nest too deep") from None
    except ValueError as error:
        # Not UTF-8, not TOML, or a whole number of thousands of digits.
        reason = inert_line(str(error), MAX_MESSAGE)
        raise ConfigError(f"configuration file {path} is not valid TOML: {reason}") from None


def _bounded(path: Path) -> bytes:
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"configuration file {path} is larger than {MAX_BYTES >> 20} MiB, which hold some ten thousand rules: give "
            "fewer, or those of a search in a file of their own with --warm-start"
        )
    if content.count(b".") > MAX_DOTS_IN_ALL:
        raise ConfigError(f"configuration file {path} has more than {MAX_DOTS_IN_ALL:,} dots: it is not one of ours")
    if any(line.count(b".") > MAX_DOTS for line in content.splitlines()):
        raise ConfigError(f"configuration file {path} has a line of more than {MAX_DOTS} dots: it is not one of ours")
    return content


def load_settings(model: type[Model], path: Path) -> Model:
    """Read `path` as TOML and check it against `model`; see `parse_settings`."""
    return parse_settings(model, load_toml(path), source=str(path))


def parse_settings(model: type[Model], values: dict[str, Any], *, source: str) -> Model:
    """Check plain values against `model`.

    Raises
    ------
    ConfigError
        Naming each key, the value received, what is allowed and, for an unknown key, the nearest name.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = _causes(error.errors())
        lines = _hinted_once([_describe(model, problem) for problem in problems[:MAX_PROBLEMS]])
        if len(problems) > MAX_PROBLEMS:
            lines.append(f"and {len(problems) - MAX_PROBLEMS} more")
        raise ConfigError(f"{source}: " + "; ".join(lines)) from None


def _causes(problems: list[Any]) -> list[Any]:
    """Leave out that a list is too short where that follows from what is wrong with its elements."""
    inside = {problem["loc"][:length] for problem in problems for length in range(len(problem["loc"]))}
    return [problem for problem in problems if problem["type"] != "too_short" or problem["loc"] not in inside]


def _hinted_once(lines: list[str]) -> list[str]:
    """Leave out a list of known keys that a line before has given already."""
    given: set[str] = set()
    found = []
    for line in lines:
        problem, hint, keys = line.partition(KNOWN_KEYS)
        found.append(problem if keys in given else problem + hint + keys)
        given.add(keys)
    return found


def _describe(model: type[BaseModel], problem: Any) -> str:
    location = [str(part) for part in problem["loc"]]
    name = inert_line(".".join(location), 80)
    if problem["type"] == "extra_forbidden":
        known = sorted(_known_keys(model, location[:-1]))
        nearest = difflib.get_close_matches(location[-1][:80], known, n=1, cutoff=0.5)
        hint = f"did you mean {nearest[0]!r}?" if nearest else f"{KNOWN_KEYS[2:]}{', '.join(known)}"
        return f"unknown key {name!r}; {hint}"
    if problem["type"] == "value_error":
        # A check of our own, which names keys and values itself.
        return f"{name + ': ' if name else ''}{inert_line(str(problem['ctx']['error']), MAX_MESSAGE)}"
    received = "" if problem["type"] == "missing" else f" (received {shown(problem['input'])})"
    return f"{name}: {inert_line(problem['msg'], MAX_MESSAGE)}{received}"


def _known_keys(model: type[BaseModel], location: list[str]) -> set[str]:
    """Return the field names of the model nested at `location`, ignoring list positions."""
    current = model
    for part in location:
        field = current.model_fields.get(part)
        nested = _nested_model(field.annotation) if field is not None else None
        if nested is not None:
            current = nested
    return set(current.model_fields)


def _nested_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        nested = _nested_model(argument)
        if nested is not None:
            return nested
    return None
