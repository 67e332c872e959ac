"""Where history comes from: one small interface, whatever the venue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from data.bars import Bars, Contexts, Funding
from data.lake_layout import BARS, CONTEXTS, FUNDING, Kind


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked for: one series of a coin over a stretch of time."""

    coin: str
    """As the venue spells it."""
    interval: str | None
    """Name of the interval of bars; None asks for funding, or contexts."""
    start_ms: int
    """First moment, UTC."""
    end_ms: int
    """Moment after the last, UTC."""
    is_contexts: bool = False
    """Whether contexts are asked for."""

    @property
    def kind(self) -> Kind:
        if self.is_contexts:
            return CONTEXTS
        return FUNDING if self.interval is None else BARS

    @property
    def words(self) -> str:
        """The series in words: `BTC 1h`, `BTC funding`, `BTC contexts`."""
        return f"{self.coin} {self.interval or self.kind.name}"


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

    history: Bars | Funding | Contexts | None
    """None where there is nothing but something to say."""
    notes: tuple[str, ...] = ()
    """What a reader of the report has to know: what the venue no longer has, what it did not trade."""


class Source(Protocol):
    """A venue, an archive, a folder of files."""

    @property
    def venue(self) -> str:
        """Name under which the lake keeps what comes from here."""
        ...

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What there is of each coin."""
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

    def lacks(self, span: Span) -> tuple[str, ...]:
        """Return in words what is known to be missing inside a span that is served."""
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
