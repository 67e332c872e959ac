"""The dashboard's side of the desk: ask, and go on drawing until there is an answer."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from data.errors import DataError
from data.shown import inert_line

LARGEST_ANSWER = 64 << 20
"""Bytes of a line."""
ENTRY = (sys.executable, "-m", "organism.desk")
LAST_WORDS = 300
SMALL = {"MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "ARROW_IO_THREADS": "1"}
"""One thread reads little by little and gives its memory back."""


class Kind(NamedTuple):
    """A kind of desk."""

    name: str
    """As `organism.desk` knows it."""
    idle_s: float
    """Time after the last question at which it is ended: whoever only watches a run needs none of its memory."""


READING = Kind("reading", 180.0)
SIMULATING = Kind("simulating", 8.0)
"""It holds a compiler and the bars, and is there again in a second."""


class DeskClient:
    """Starts the desk with the first question, and again if it should end; questions wait for one another.

    Parameters
    ----------
    home
        What it is asked about.
    root
        Folder of the checkout, where the packages are.
    kind
        What it is asked.
    """

    def __init__(self, home: Path, root: Path, kind: Kind) -> None:
        self._home, self._root, self._kind = home, root, kind
        self._process: asyncio.subprocess.Process | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the desk
        self._turn = asyncio.Lock()
        self._numbers = count(1)
        self._retirement: asyncio.TimerHandle | None = None

    async def ask(self, question: str, **details: Any) -> Any:
        """Return the answer as JSON values.

        Raises
        ------
        DataError
            If the answer is a refusal, or the desk ended without one.
        """
        async with self._turn:
            process = await self._started()
            self._put_off_retirement()
            number = next(self._numbers)
            line = json.dumps({"number": number, "ask": question, **details}).encode() + b"\n"
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(line)
                await process.stdin.drain()
                while True:
                    text = await process.stdout.readline()
                    if not text:
                        raise DataError(await self._last_words(process))
                    answer = json.loads(text)
                    # A late answer to a question that nobody waits for any more.
                    if answer["number"] == number:
                        break
            except (ConnectionError, ValueError) as error:
                raise DataError(
                    f"the reading process ended ({inert_line(str(error), LAST_WORDS)}); try again"
                ) from None
        if "refusal" in answer:
            raise DataError(answer["refusal"])
        return answer["answer"]

    async def close(self) -> None:
        """End the desk."""
        if self._retirement is not None:
            self._retirement.cancel()
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self._said.close()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *ENTRY,
                self._kind.name,
                str(self._home),
                cwd=self._root,
                env=os.environ | SMALL,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                # A file: a pipe that nobody reads would stop it one day.
                stderr=self._said,
                limit=LARGEST_ANSWER,
                # Ctrl-C is for the dashboard.
                start_new_session=True,
            )
        return self._process

    def _put_off_retirement(self) -> None:
        if self._retirement is not None:
            self._retirement.cancel()
        self._retirement = asyncio.get_running_loop().call_later(self._kind.idle_s, self._retire)

    def _retire(self) -> None:
        """End a desk that nobody has asked for a while; one that is still at work is asked again later."""
        if self._turn.locked():
            self._put_off_retirement()
        elif self._process is not None and self._process.returncode is None:
            self._process.terminate()

    async def _last_words(self, process: asyncio.subprocess.Process) -> str:
        await process.wait()
        self._process = None
        self._said.seek(0)
        said = self._said.read().decode(errors="replace").strip().splitlines()
        self._said.truncate(0)
        why = inert_line(said[-1], LAST_WORDS) if said else f"code {process.returncode}"
        return f"the reading process ended ({why}); try again, and if it ends again look with: organism doctor"
