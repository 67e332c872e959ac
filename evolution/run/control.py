"""What a person wants of a run that is being worked on: read between two generations, without influence on the outcome.

`control.json` holds one wish, written whole. It belongs to the process that works on the run: what was there before it
began is forgotten, so that a run that was told to stop can be resumed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum

from data.errors import DataError
from data.shown import shown
from evolution.run.layout import RunFolder, read_json, write_json

SCHEMA = 1
NAP_S = 0.2
"""Between two looks of a process that is paused."""


class Wish(StrEnum):
    """What is wanted."""

    RUN = "run"
    PAUSE = "pause"
    """Wait after this generation; workers keep their memory, and use no processor."""
    STOP = "stop"
    """End after this generation, as Ctrl-C does; the run can be resumed."""


def write_wish(folder: RunFolder, wish: Wish) -> None:
    """Tell the process that works on a run what is wanted."""
    write_json(folder.control, {"schema": SCHEMA, "wish": wish.value})


def read_wish(folder: RunFolder) -> Wish:
    """Return what is wanted; to run, where nobody has said anything.

    Raises
    ------
    DataError
        If the file holds anything but a wish.
    """
    if not folder.control.exists():
        return Wish.RUN
    value = read_json(folder.control, "schema", "wish")
    if value["schema"] != SCHEMA or value["wish"] not in list(Wish):
        raise DataError(
            f"{folder.control} says {shown(value['wish'])} in schema {shown(value['schema'])}; allowed in schema "
            f"{SCHEMA} are {', '.join(Wish)}"
        )
    return Wish(value["wish"])


class Control:
    """The wishes that reach one process, from now until it is closed.

    Parameters
    ----------
    warn
        Told about a file that holds no wish; it is then removed.
    """

    def __init__(self, folder: RunFolder, warn: Callable[[str], None]) -> None:
        self._folder, self._warn = folder, warn
        self.close()

    def wants_stop(self, should_stop: Callable[[], bool]) -> bool:
        """Tell whether to end now, waiting as long as a pause is wanted.

        Parameters
        ----------
        should_stop
            Whether anything else ends the run; asked during a pause, too.
        """
        try:
            while (wish := self._wish()) is Wish.PAUSE and not should_stop():
                self._folder.paused.touch()
                time.sleep(NAP_S)
        finally:
            self._folder.paused.unlink(missing_ok=True)
        return wish is Wish.STOP or should_stop()

    def close(self) -> None:
        """Forget what was wanted."""
        self._folder.control.unlink(missing_ok=True)
        self._folder.paused.unlink(missing_ok=True)

    def _wish(self) -> Wish:
        try:
            return read_wish(self._folder)
        except DataError as error:
            self._warn(f"{error}; it is removed, and the run goes on")
            self._folder.control.unlink(missing_ok=True)
            return Wish.RUN
