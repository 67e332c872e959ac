"""The desk answers, refuses, ends and begins again."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from data.code_version import ROOT
from data.errors import DataError
from organism.dashboard.desk import READING, DeskClient
from organism.home import Home


def asked(home: Path, story: Any, idle_s: float = READING.idle_s) -> None:
    async def told() -> None:
        client = DeskClient(home, ROOT, READING._replace(idle_s=idle_s))
        try:
            await story(client)
        finally:
            await client.close()

    coroutine: Coroutine[Any, Any, None] = told()
    asyncio.run(coroutine)


def test_answers_and_refusals(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")

    async def story(client: DeskClient) -> None:
        assert (await client.ask("board"))["cards"] == []
        with pytest.raises(DataError, match="run 'nobody' does not exist; known runs: none yet"):
            await client.ask("find", run="nobody", query="")
        # Whoever stops waiting does not get the next one's answer.
        waiting = asyncio.create_task(client.ask("board"))
        await asyncio.sleep(0)
        waiting.cancel()
        assert (await client.ask("board"))["cards"] == []

    asked(home.root, story)


def test_a_question_that_is_none_ends_the_desk_and_the_next_starts_it_again(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")

    async def story(client: DeskClient) -> None:
        with pytest.raises(DataError, match=r"the reading process ended \(KeyError: 'nonsense'\)"):
            await client.ask("nonsense")
        assert (await client.ask("board"))["cards"] == []

    asked(home.root, story)


def test_a_desk_that_nobody_asks_is_ended(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")

    async def story(client: DeskClient) -> None:
        assert (await client.ask("board"))["cards"] == []
        process = client._process
        assert process is not None
        await asyncio.wait_for(process.wait(), 10.0)
        assert (await client.ask("board"))["cards"] == []

    asked(home.root, story, 0.2)
