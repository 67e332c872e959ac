"""The page on configuration is what the schemas say, and nothing in it is left without a word."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from evolution.fitness import Score
from organism.configuration.kind import Kind
from organism.configuration.schema import json_schema
from organism.configuration.words import KEY_WORDS, METRIC_WORDS
from tests.configuration_page import PATH, page

CONFIGS = Path(__file__).parents[1] / "configs"


def test_the_page_is_that_of_the_schemas() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.configuration_page"


def test_every_key_is_explained() -> None:
    rows = [line.split(" | ") for line in page().splitlines() if line.startswith("| `") and line.count(" | ") == 3]
    assert len(rows) > 100
    assert [row for row in rows if not all(cell.strip("| ") for cell in row)] == []


def test_every_metric_is_explained_once() -> None:
    assert [*METRIC_WORDS] == [item.name for item in fields(Score) if item.name != "sketch"]


def test_what_is_said_of_a_key_reaches_the_schema() -> None:
    """Words for a key that is gone, or whose own source says something by now, are dead."""
    said = set()
    for kind in Kind:
        schema = json_schema(kind)
        for part in (schema, *schema.get("$defs", {}).values()):
            said |= {field.get("description") for field in part.get("properties", {}).values()}
    assert set(KEY_WORDS.values()) <= said


def test_every_configuration_of_the_project_is_listed() -> None:
    listed = re.findall(r"^\| `configs/([^`]+)` \|", page(), re.MULTILINE)
    there = {path.relative_to(CONFIGS).as_posix() for path in CONFIGS.rglob("*.toml")}
    assert len(listed) == len(set(listed))
    assert set(listed) == there
