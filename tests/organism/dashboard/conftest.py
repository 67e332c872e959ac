"""A home to look at, and an app that looks at it."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from organism.home import Home


@pytest.fixture
def home(finished_home: Home, tmp_path: Path) -> Home:
    """Return a copy of a home with a finished run, whose best are in testing."""
    return Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))


@pytest.fixture(scope="session")
def until() -> Callable[..., Awaitable[None]]:
    """Let the app go on until something holds."""

    async def wait(pilot: Any, holds: Callable[[], bool], seconds: float = 30.0) -> None:
        for _ in range(int(seconds / 0.02)):
            await pilot.pause(0.02)
            if holds():
                return
        raise AssertionError("it never held")

    return wait
