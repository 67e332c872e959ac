"""Run the app in a terminal of a size, and a story in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.widgets import Static

from organism.dashboard.app import OrganismApp
from organism.home import Home

Story = Callable[[OrganismApp, Any], Coroutine[Any, Any, None]]
SMALL, LARGE = (80, 24), (160, 48)


def tell(home: Home, story: Story, size: tuple[int, int] = SMALL) -> None:
    """Run it."""

    async def told() -> None:
        app = OrganismApp(home)
        async with app.run_test(size=size) as pilot:
            await story(app, pilot)

    asyncio.run(told())


def text(app: OrganismApp, selector: str) -> str:
    """Return what stands in a part of the screen."""
    return str(app.screen.query_one(selector, Static).content)
