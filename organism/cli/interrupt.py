"""Ctrl-C and SIGTERM, taken as a wish to stop at the next good moment."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

from organism.cli.common import note

Asked = ParamSpec("Asked")
"""Arguments and options of a verb."""

INTERRUPTED = 3
"""How a command ends that can be gone on with."""
BEGINS_ANEW = 130
"""How one ends that Ctrl-C has left nothing of; as a shell tells of what a signal has ended."""


@contextmanager
def stop_on_interrupt() -> Iterator[list[int]]:
    """Collect the first Ctrl-C (or SIGTERM) instead of dying of it; the second one interrupts at once."""
    wanted: list[int] = []

    def remember(number: int, _frame: object) -> None:
        if wanted:
            raise KeyboardInterrupt
        wanted.append(number)
        note("\nfinishing this generation; once more to stop at once")

    former = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wanted
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def goes_on(verb: Callable[Asked, None]) -> Callable[Asked, None]:
    """Mark a verb that goes on where Ctrl-C has stopped it; after any other there is nothing to go on with."""

    @wraps(verb)
    def marked(*arguments: Asked.args, **options: Asked.kwargs) -> None:
        try:
            verb(*arguments, **options)
        except KeyboardInterrupt:
            note(
                "interrupted; what was finished is kept: the same command goes on from there, a run with "
                "`evolve resume`"
            )
            raise SystemExit(INTERRUPTED) from None

    return marked


@contextmanager
def nothing_to_go_on_with(anew: str) -> Iterator[None]:
    """End an interrupted command with its own code, and say what the same command makes anew."""
    try:
        yield
    except KeyboardInterrupt:
        note(f"interrupted; there is nothing to go on with: the same command makes {anew} anew")
        # Not by typer.Exit: its answer would be taken for the Ctrl-C of any verb, of which less is known.
        raise SystemExit(BEGINS_ANEW) from None
