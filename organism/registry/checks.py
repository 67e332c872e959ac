"""What may enter the registry: names, hashes, times, and free text made inert."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from data.errors import ConfigError
from data.shown import inert_line

_ALGORITHM = re.compile(r"[a-z][a-z0-9]{0,31}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID_DIGITS = 8
MAX_RENDERED = 100_000


def check_algorithm(value: str) -> str:
    """Return `value` if it is a lower-case word; it becomes a part of ids, files and links.

    Raises
    ------
    ConfigError
        If it is anything else.
    """
    if not _ALGORITHM.fullmatch(value):
        raise ConfigError(
            f"algorithm type is {value[:80]!a}; allowed is a lower-case word of at most 32 letters and digits"
        )
    return value


def check_name(what: str, value: str) -> str:
    """Return `value` if it is safe as a file name, in a log and on a page.

    Raises
    ------
    ConfigError
        If it is empty, too long, starts with a dot, or has other characters than letters, digits and `._-`.
    """
    if not _NAME.fullmatch(value):
        raise ConfigError(
            f"{what} is {value[:80]!a}; allowed are at most 128 letters, digits, dots, dashes and underscores, "
            "beginning with a letter or digit"
        )
    return value


def check_sha256(what: str, value: str) -> str:
    """Return `value` if it is 64 lower-case hexadecimal digits.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if not _SHA256.fullmatch(value):
        raise ValueError(f"{what} is {value[:80]!a}; allowed is a sha256 of 64 lower-case hexadecimal digits")
    return value


def strategy_id(algorithm_type: str, generation: int, genotype_hash: str, *, longer_by: int = 0) -> str:
    """Return `{algorithm_type}_{generation}_{hash[:8]}`, with more digits of the hash when that name is taken."""
    return f"{algorithm_type}_{generation}_{genotype_hash[: _ID_DIGITS + longer_by]}"


def inert_text(text: str, limit: int = MAX_RENDERED) -> str:
    """As `inert_line`, but line breaks stay."""
    return "\n".join(inert_line(line, limit) for line in text[:limit].split("\n"))


def utc_text(now: datetime) -> str:
    """Return an instant as ISO 8601 with microseconds, so that the order of text is the order of time.

    Raises
    ------
    ValueError
        If `now` is naive or not in UTC.
    """
    if now.utcoffset() != timedelta(0):
        raise ValueError(f"now is {now!r}; allowed is a timezone-aware datetime in UTC")
    return now.isoformat(timespec="microseconds")
