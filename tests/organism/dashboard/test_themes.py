"""Letters are read on every ground they stand on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from organism.dashboard import themes

FOLDER = Path(themes.__file__).parent
GROUNDS = ("background", "surface", "panel", "primary-muted")
LEAST = 4.5
"""To 1: what WCAG 2.2 asks for of letters of this size."""


def luminance(color: Color) -> float:
    """See https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21_to_1() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21.0)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda theme: theme.name)
def test_every_colour_of_a_word_is_read(theme: Theme) -> None:
    colours = {**theme.to_color_system().generate(), **theme.variables}
    used = set(re.findall(r"\$((?:text|foreground)-[a-z]+)", "".join(map(Path.read_text, FOLDER.glob("*.py")))))
    assert {"text-success", "text-warning", "text-error", "foreground-muted"} <= used
    found = {
        f"{name} on {ground}": contrast(Color.parse(colours[name]), Color.parse(colours[ground]))
        for name in {*used, "foreground"}
        for ground in GROUNDS
    }
    assert {pair: ratio for pair, ratio in found.items() if ratio < LEAST} == {}
