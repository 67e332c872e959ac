"""How a recording stands, and what it has brought."""

from __future__ import annotations

from dataclasses import dataclass

from data.hyperliquid.events import StreamCounts
from data.recording.bar_watch import BarCounts
from data.recording.compaction import Compacted
from organism.recording.keeper import Gap


@dataclass(frozen=True, slots=True)
class Progress:
    """How it stands."""

    is_connected: bool
    bars: int
    """Told whole by the stream."""
    kept: int
    """Records on the disk: bars, contexts, quotes."""
    rate: float
    """Records a second since the beginning."""
    age_s: float | None
    """Since the last message; None before the first."""
    reconnects: int
    outages: int


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch in which the stream told nothing: contexts and quotes of it are lost, bars are asked for over HTTP."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What it has brought."""

    from_ms: int
    to_ms: int
    """UTC milliseconds by the venue's clock."""
    kept: int
    """Records that went through the journal."""
    bars: BarCounts
    stream: StreamCounts
    compacted: Compacted
    n_bars: int
    n_settlements: int
    """Rows that came over HTTP."""
    outages: tuple[Outage, ...]
    gaps: tuple[Gap, ...]
    """Bars that are over, and that nobody has."""
    problems: tuple[str, ...]
    """Why something is not in the lake yet; it stays in the journal, or at the venue."""
    notes: tuple[str, ...]
    """What the venue complained of, and why connections ended."""
