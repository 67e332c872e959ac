"""What a registry cannot do just now, told apart from what is wrong with it: only a damaged one is to be restored."""

from __future__ import annotations

from data.errors import DataError


class OutOfReachError(DataError):
    """The registry cannot be read or written here and now, and nothing says that it is not whole."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}: {remedy}")
        self.what = what
        """Which registry, and what stands in the way."""
        self.remedy = remedy
        """What to do about it; never to put back a copy."""
