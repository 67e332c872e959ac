"""How a report is written, and where to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from organism.cli.common import say


class PageFormat(StrEnum):
    """What a report can be written as."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


def hand_out(text: str, to: Path | None) -> None:
    """Write text to a file and say so, or to stdout where no file was named; `-` is stdout too."""
    from data.durable import write_atomically

    if to is None or str(to) == "-":
        say(text.removesuffix("\n"))
        return
    write_atomically(to, text.encode("utf-8"))
    say(f"written to {to}")
