"""What a fetch will take and what it brought, as plain values and as lines of words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.fetching import Fetched
from data.intervals import utc_text
from data.sources.source import Estimate, Span


def estimate_view(venue: str, span: Span, estimate: Estimate) -> dict[str, Any]:
    """Return what a series will take, as JSON values."""
    return {
        **_span(venue, span),
        "requests": estimate.requests,
        "megabytes": round(estimate.megabytes, 3),
        "dollars": round(estimate.dollars, 4),
        "minutes": round(estimate.minutes, 2),
    }


def estimate_line(venue: str, span: Span, estimate: Estimate) -> str:
    """Return what a series will take, in a line."""
    return (
        f"{span.words} of {venue}: {_range(span)}, {estimate.requests:,} requests, {estimate.megabytes:.1f} MB, "
        f"{estimate.dollars:.2f} dollars, {estimate.minutes:.1f} minutes at the venue's pace"
    )


def total_line(expected: Sequence[tuple[str, Span, Estimate]]) -> str:
    """Return what all series together will take, in a line."""
    requests, megabytes, dollars, minutes = (
        sum(getattr(estimate, name) for _, _, estimate in expected)
        for name in ("requests", "megabytes", "dollars", "minutes")
    )
    return f"together: {requests:,} requests, {megabytes:,.1f} MB, {dollars:.2f} dollars, {minutes:.1f} minutes"


def fetched_view(fetched: Fetched) -> dict[str, Any]:
    """Return what was brought of a series, as JSON values."""
    return {
        **_span(fetched.venue, fetched.span),
        "added": fetched.n_added,
        "compared": fetched.n_known,
        "corrected": fetched.n_corrected,
        "missing": fetched.n_missing,
        "notes": list(fetched.notes),
    }


def fetched_line(fetched: Fetched) -> str:
    """Return what was brought of a series in a line, and a line for each note."""
    corrected = f", {fetched.n_corrected:,} corrected (what they were is kept)" if fetched.n_corrected else ""
    missing = f", {fetched.n_missing:,} {_rows(fetched.span)} missing" if fetched.n_missing else ""
    head = (
        f"{fetched.span.words} of {fetched.venue}: {_range(fetched.span)}, {fetched.n_added:,} rows added, "
        f"{fetched.n_known:,} compared with what was known{corrected}{missing}"
    )
    return "\n".join([head, *(f"  {note}" for note in fetched.notes)])


def _span(venue: str, span: Span) -> dict[str, Any]:
    series = span.interval or span.kind.name
    return {"venue": venue, "coin": span.coin, "series": series, "from": span.start_ms, "to": span.end_ms}


def _rows(span: Span) -> str:
    return "minutes" if span.is_contexts else "bars"


def _range(span: Span) -> str:
    if span.start_ms >= span.end_ms:
        return "nothing to ask for"
    if span.start_ms == 0:
        # Of funding nobody says when it begins.
        return f"all until {utc_text(span.end_ms)} UTC"
    return f"{utc_text(span.start_ms)} to {utc_text(span.end_ms)} UTC"
