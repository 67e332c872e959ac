"""Dark and light: Textual's own, with letters that are read on every ground they stand on (at least 4.5 to 1)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.theme import BUILTIN_THEMES

if TYPE_CHECKING:
    from textual.theme import Theme

DARK, LIGHT = "organism-dark", "organism-light"


def _theme(name: str, of: str, variables: dict[str, str]) -> Theme:
    built_in = BUILTIN_THEMES[of]
    return replace(built_in, name=name, variables={**built_in.variables, **variables})


THEMES = (
    _theme(DARK, "textual-dark", {"text-secondary": "#72A8D4", "foreground-muted": "#A3A3A3"}),
    _theme(
        LIGHT,
        "textual-light",
        {
            "text-success": "#17552D",
            "text-warning": "#6F4100",
            "text-accent": "#6F4100",
            "foreground-muted": "#505050",
            "footer-key-foreground": "#00529B",
            # Of the row under the cursor.
            "primary-muted": "#C3CFD9",
        },
    ),
)
