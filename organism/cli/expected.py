"""A configuration that a verb refuses because it is another verb's: said at once, with the verb it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import ConfigError

if TYPE_CHECKING:
    from organism.configuration.kind import Kind


@contextmanager
def expected(kind: Kind, path: Path | None) -> Iterator[None]:
    """Tell of a file that is refused inside whether it is of another kind than the expected one.

    Parameters
    ----------
    path
        None: no file was named, and nothing is told.

    Raises
    ------
    ConfigError
        What was raised inside, or that in its place.
    """
    try:
        yield
    except ConfigError:
        found = None if path is None else _kind_of(path)
        if found in (None, kind):
            raise
        raise ConfigError(
            f"{path} is a {found} configuration, for {found.command}; expected is a {kind} configuration, "
            f"such as {kind.example}"
        ) from None


def _kind_of(path: Path) -> Kind | None:
    """Return the kind of a file; None if nobody can tell."""
    from organism.configuration.kinds import kind_of

    try:
        return kind_of(path)
    except ConfigError:
        return None
