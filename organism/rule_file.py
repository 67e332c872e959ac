"""A file of rules that a search begins with: one genome a line, as canonical JSON."""

from __future__ import annotations

from pathlib import Path

from data.errors import ConfigError, GenomeError
from evolution.genome.codec import from_json, to_json

MAX_BYTES = 16 << 20


def read_rules(path: Path) -> tuple[str, ...]:
    """Return the rules of a file; empty lines and those that begin with `#` are left out.

    Raises
    ------
    ConfigError
        If the file cannot be read, is larger than 16 MiB or holds no rule, or a line is no genome, saying which line.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        lines = content.decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(f"file of rules {path} cannot be read ({reason}): give a file of one genome a line") from None
    if len(content) > MAX_BYTES:
        raise ConfigError(f"file of rules {path} is larger than {MAX_BYTES >> 20} MiB: give fewer rules")
    rules = [_rule(line, path, number) for number, line in enumerate(lines, start=1) if _says_something(line)]
    if not rules:
        raise ConfigError(
            f"file of rules {path} holds none: write one genome a line, as `organism registry export` does"
        )
    return tuple(rules)


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _rule(line: str, path: Path, number: int) -> str:
    try:
        return to_json(from_json(line))
    except GenomeError as error:
        raise ConfigError(f"file of rules {path}, line {number}: {error}") from None
