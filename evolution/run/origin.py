"""What a run was started from: resumed from anything else, it would be another run."""

from __future__ import annotations

from dataclasses import dataclass

from data.errors import ConfigError, DataError
from data.shown import shown

LONGEST = 64
"""Digits of a sha256."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Everything that the outcome of a search depends on, as hashes."""

    settings: str
    """sha256 of the configuration, the number of workers apart."""
    snapshot: str
    """Id of the in-sample history."""
    code: str
    """Version of the code; see `data.code_version`."""

    def check(self, found: Origin, where: str) -> None:
        """Refuse an origin that is not this one.

        Parameters
        ----------
        found
            What was written down earlier.
        where
            Where it was: `run demo-1-0a1b2c3d`.

        Raises
        ------
        ConfigError
            Naming each part that has changed, what it was and what it is.
        """
        parts = (
            ("configuration", found.settings, self.settings, "put the old one back"),
            ("snapshot", found.snapshot, self.snapshot, "restore that history"),
            ("code", found.code, self.code, "go back to the version of the program that began it"),
        )
        changed = [part for part in parts if part[1] != part[2]]
        if changed:
            words = "; ".join(
                f"{name} was {was[:12]!a}, is {now[:12]!a}: {remedy}" for name, was, now, remedy in changed
            )
            raise ConfigError(
                f"{where} cannot go on, it would not be the same run. {words}; or start a new one under another "
                "name or seed"
            )


def origin_from_plain(value: object, what: str) -> Origin:
    """Return the origin that was written as an object of three texts.

    Raises
    ------
    DataError
        If it is anything else; `what` is the beginning of the message.
    """
    names = ("settings", "snapshot", "code")
    if isinstance(value, dict) and set(value) == set(names):
        parts = [value[name] for name in names]
        if all(type(part) is str and len(part) <= LONGEST for part in parts):
            return Origin(*parts)
    raise DataError(f"{what} is damaged, its origin is {shown(value)}; allowed are the hashes {', '.join(names)}")
