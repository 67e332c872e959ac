"""The page of a spliced market where its overlaps are as odd as they come."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.bars import Bars
from data.lake import Lake
from data.splice.build import Spliced, splice
from data.splice.recipe import Recipe
from organism.report.chart import LEFT, RIGHT, WIDTH
from organism.report.splice_page import joint_chart, splice_page
from organism.views.splice import splice_json, splice_lines
from tests.data.splice.venues import hourly

LONGEST = "a-name-of-20-letters"


def made(tmp_path: Path, before: Bars, after: Bars) -> Spliced:
    lake = Lake(tmp_path)
    lake.import_bars(LONGEST, "BTC", "1h", before, source="a")
    lake.import_bars(LONGEST[::-1], "BTC", "1h", after, source="b")
    parts = [{"venue": LONGEST}, {"venue": LONGEST[::-1], "start": "2024-01-03"}]
    return splice(Recipe.model_validate({"name": "two", "coin": "BTC", "part": parts}), lake)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (hourly(0, 48), hourly(24, 120)),  # the first ends where the second takes over
        (hourly(0, 96), hourly(48, 120)),  # the second begins there
        (hourly(0, 25), hourly(24, 120)),  # one bar in common
        (hourly(0, 96), hourly(24, 120)),
    ],
)
def test_the_joint_and_both_names_are_inside_the_drawing(before: Bars, after: Bars, tmp_path: Path) -> None:
    spliced = made(tmp_path, before, after)
    chart = str(joint_chart(spliced.joints[0], spliced))
    (at,) = {float(x) for x in re.findall(r'<line x1="([\d.-]+)" x2="\1"[^>]*stroke="currentColor"', chart)}
    # Of letters of 11 pixels none is wider than 7.
    assert LEFT + 7 * len(LONGEST) <= at <= WIDTH - RIGHT - 7 * len(LONGEST)
    assert f">{LONGEST}<" in chart
    assert re.search(r"\b(nan|inf)\b", splice_page(spliced, None)) is None


def test_what_is_not_known_of_a_joint_is_said_in_words(tmp_path: Path) -> None:
    spliced = made(tmp_path, hourly(0, 25), hourly(24, 120))
    said = "\n".join(splice_lines(spliced, None))
    assert "correlation   unknown: too few returns, or none that vary" in said
    assert splice_json(spliced, None)["joints"][0]["correlation"] is None
