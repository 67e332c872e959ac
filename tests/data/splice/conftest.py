"""Two venues of one coin in a lake, and recipes that put them together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.lake import Lake
from data.splice.recipe import Recipe
from tests.data.splice.venues import hourly

Change = Callable[..., Recipe]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Return a lake in which `old` has the first four days and `new` the last four of five, a hundredth dearer."""
    lake = Lake(tmp_path / "lake")
    lake.import_bars("old", "BTC", "1h", hourly(0, 96), source="a")
    lake.import_bars("new", "BTC", "1h", hourly(24, 120, ratio=1.01), source="b")
    return lake


@pytest.fixture(scope="session")
def recipe() -> Change:
    """Build a recipe: `old` up to 2024-01-03, then `new`; keys change it."""

    def build(**changes: Any) -> Recipe:
        values = {
            "name": "two",
            "coin": "BTC",
            "part": [{"venue": "old"}, {"venue": "new", "start": "2024-01-03"}],
        }
        limits = {"least_bars": 24, "largest_median_basis": 0.02, "apart": 0.015} | changes.pop("limits", {})
        return Recipe.model_validate(values | changes | {"limits": limits})

    return build
