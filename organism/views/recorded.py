"""What a recording has brought, as plain values and as lines of words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from data.intervals import utc_text
from organism.recording.opening import Wanted
from organism.recording.recorded import Progress, Recorded

SHOWN = 10
"""Gaps and outages that are listed; JSON has all of them."""


def recorded_view(recorded: Recorded) -> dict[str, Any]:
    """Return everything as JSON values."""
    return {
        "from": recorded.from_ms,
        "to": recorded.to_ms,
        "records": recorded.kept,
        "bars": {"fetched": recorded.n_bars, **asdict(recorded.bars)},
        "settlements": recorded.n_settlements,
        "stream": asdict(recorded.stream),
        "compaction": asdict(recorded.compacted),
        "outages": [asdict(one) for one in recorded.outages],
        "gaps": [{"coin": gap.series[0], "interval": gap.series[1], **asdict(gap.run)} for gap in recorded.gaps],
        "problems": list(recorded.problems),
        "notes": list(recorded.notes),
    }


def recorded_lines(recorded: Recorded, wanted: Wanted) -> Iterator[str]:
    """Yield what was kept, what was lost, and what to do next."""
    done = recorded.compacted
    yield (
        f"recorded {utc_text(recorded.from_ms)} to {utc_text(recorded.to_ms)} UTC: "
        f"{recorded.n_bars + done.bars_unconfirmed:,} bars, {recorded.n_settlements:,} settlements, "
        f"{done.contexts:,} contexts, {done.quotes:,} quotes"
    )
    yield (
        f"{done.bars_told:,} bars were told whole by the stream, {done.bars_differing:,} of them otherwise than over "
        f"HTTP; {recorded.bars.missed:,} were not"
    )
    if recorded.outages:
        yield f"{len(recorded.outages):,} stretches without a stream, of which contexts and quotes are lost:"
        yield from _some(f"  {utc_text(one.from_ms)} to {utc_text(one.to_ms)}" for one in recorded.outages)
    if recorded.gaps:
        yield f"{sum(gap.run.n_bars for gap in recorded.gaps):,} bars are missing:"
        yield from _some(
            f"  {gap.series[0]} {gap.series[1]}: {gap.run.n_bars:,} from {utc_text(gap.run.first_ms)} on"
            for gap in recorded.gaps
        )
    if done.damaged_lines:
        yield f"{done.damaged_lines:,} lines of the journal were damaged"
    yield from (f"  {text}" for text in recorded.notes)
    if recorded.problems:
        yield "not everything is in the lake yet; the same command brings the rest:"
        yield from (f"  {text}" for text in recorded.problems)
    first = wanted.coins[0], wanted.intervals[0]
    yield f"look at it with `organism data check {first[0]} {first[1]} --venue {wanted.venue}`, or `data show`"


def progress_line(progress: Progress) -> str:
    """Return how a recording stands, in a line."""
    age = "nothing heard yet" if progress.age_s is None else f"last message {progress.age_s:.0f} s ago"
    state = "" if progress.is_connected else "not connected, "
    return (
        f"recording: {progress.bars:,} bars, {progress.kept:,} records ({progress.rate:,.1f}/s), {state}{age}, "
        f"{progress.reconnects} reconnects"
    )


def _some(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number < SHOWN:
            yield line
        elif number == SHOWN:
            yield "  ... (--json has all)"
