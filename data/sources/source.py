"""Where history comes from: one small interface, whatever the venue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from data.bars import Bars, Funding


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for: one series of a coin over a stretch of time."""

    coin: str
    """As the venue spells it."""
    interval: str | None
    """Name of the interval of bars; None asks for funding."""
    start_ms: int
    """First moment, UTC."""
    end_ms: int
    """Moment after the last, UTC."""

    @property
    def words(self) -> str:
        """The series in words: `BTC 1h`, `BTC funding`."""
        return f"{self.coin} {self.interval or 'funding'}"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a fetch will take, as far as is known before."""

    requests: int
    megabytes: float
    """Received."""
    dollars: float
    """Paid for traffic; 0 where it is free."""
    minutes: float
    """At the pace that the venue allows."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a series, in order of time, not judged yet."""

    history: Bars | Funding
    notes: tuple[str, ...] = ()
    """What a reader of the report has to know: what the venue no longer has, what it did not trade."""


class Source(Protocol):
    """A venue, an archive, a folder of files."""

    @property
    def venue(self) -> str:
        """Name under which the lake keeps what comes from here."""
        ...

    def describe(self) -> str:
        """Return in a sentence what there is, and how far back."""
        ...

    def served(self, span: Span) -> Span:
        """Return the part of a span that there is at present: of bars those that are over, on their grid.

        It may be empty, and then ends where it begins or before.

        Raises
        ------
        DataError
            If the coin or the interval is not one that there is, naming those that are near.
        """
        ...

    def estimate(self, span: Span) -> Estimate:
        """Return what fetching a span that is served takes; asks nobody for history."""
        ...

    def fetch(self, span: Span) -> Iterator[Batch]:
        """Yield a span that is served in order of time; stopping between two batches loses nothing.

        Two batches may share a row. A batch has two rows at least.

        Raises
        ------
        DataError
            If the venue does not know what is asked for, does not answer, or answers nonsense.
        """
        ...
