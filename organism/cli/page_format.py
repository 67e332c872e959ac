"""How a report is written, and where to."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Any

from organism.cli.common import say


class PageFormat(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"
    PNG = "png"


class WordFormat(StrEnum):
    """What a comparison is written as: any of those but a picture."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


STDOUT = "-"
"""What stands for stdout where a file could be named."""


def is_stdout(to: Path | None) -> bool:
    """Return whether a named file is stdout."""
    return str(to) == STDOUT


def refuse_two_documents(to: Path | None) -> None:
    """Refuse `--to -` together with `--json`: stdout has room for one of them.

    Raises
    ------
    ConfigError
        If stdout is named.
    """
    from data.errors import ConfigError

    if is_stdout(to):
        raise ConfigError("--to - and --json both write to stdout: name a file with --to, or leave one of them out")


def is_text(form: PageFormat | None) -> bool:
    """Return whether a format goes to stdout unless a file is named."""
    return form in {PageFormat.MARKDOWN, PageFormat.JSON}


def json_text(value: Any) -> str:
    """Return a document as JSON, as `--json` writes it."""
    return json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n"


def hand_out(text: str, to: Path | None) -> bool:
    """Write text to a file, or to stdout where no file was named or it is `-`; return whether it was a file."""
    from data.durable import write_named

    if to is None or is_stdout(to):
        say(text.removesuffix("\n"))
        return False
    write_named(to, text.encode("utf-8"))
    return True
