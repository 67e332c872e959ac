"""Every page is fit for the night: its colours are those of variables, and all of them have another value then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from organism.report.html import STYLE, page
from organism.report.markup import element

STYLES = sorted(STYLE.parent.glob("*.css"))
NIGHT = re.compile(r"@media screen and \(prefers-color-scheme: dark\) \{")
VARIABLE = re.compile(r"(--[a-z]+):")


def test_a_page_without_a_style_of_its_own_has_a_night() -> None:
    assert NIGHT.search(page("title", element("p", "text")))


def test_whatever_has_a_colour_by_day_has_one_by_night() -> None:
    day, night = NIGHT.split(STYLE.read_text(encoding="utf-8"))
    assert "--paper" in day
    assert set(VARIABLE.findall(night)) == set(VARIABLE.findall(day))
    toned = re.compile(r"^ *\.(good|middling|bad|odd) ", re.MULTILINE)
    assert toned.search(day)
    assert toned.search(night)


@pytest.mark.parametrize("style", STYLES, ids=lambda path: Path(path).name)
def test_the_colours_of_a_theme_stand_in_one_place(style: Path) -> None:
    text = style.read_text(encoding="utf-8")
    assert (":root" in text) == (style == STYLE)
    assert set(re.findall(r"var\((--[a-z]+)\)", text)) <= set(VARIABLE.findall(STYLE.read_text(encoding="utf-8")))


def contrast(one: str, other: str) -> float:
    """Return how far two colours are apart, from 1 to 21 (Web Content Accessibility Guidelines 2.1)."""

    def luminance(colour: str) -> float:
        text = colour.lstrip("#")
        digits = "".join(char * 2 for char in text) if len(text) == 3 else text
        shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("part", [0, 1], ids=["day", "night"])
def test_letters_can_be_read(part: int) -> None:
    text = NIGHT.split(STYLE.read_text(encoding="utf-8"))[part]
    colours = dict(re.findall(r"(--[a-z]+): (#[0-9a-f]{3,6})", text))
    tones = re.findall(r"\.(?:good|middling|bad|odd) \{ color: (#[0-9a-f]{6})", text)
    assert len(tones) == 4
    for ground in ("--paper", "--wash", "--missed"):
        for ink in (colours["--ink"], colours["--soft"], *tones):
            assert contrast(ink, colours[ground]) >= 4.5, (ink, ground)
