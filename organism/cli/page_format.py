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


def is_text(form: PageFormat | None) -> bool:
    """Return whether a format goes to stdout unless a file is named."""
    return form in {PageFormat.MARKDOWN, PageFormat.JSON}


def json_text(value: Any) -> str:
    """Return a document as JSON, as `--json` writes it."""
    return json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n"


def hand_out(text: str, to: Path | None) -> bool:
    """Write text to a file, or to stdout where no file was named or it is `-`; return whether it was a file."""
    from data.durable import write_named

    if to is None or str(to) == "-":
        say(text.removesuffix("\n"))
        return False
    write_named(to, text.encode("utf-8"))
    return True
