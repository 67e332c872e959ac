"""Imported history as plain values and as lines of words."""

from __future__ import annotations

from typing import Any

from data.intervals import utc_text
from data.lake import ImportReport, LakeEntry
from data.quality import QualityReport
from data.snapshot import Snapshot


def import_view(report: ImportReport) -> dict[str, Any]:
    """Return what an import did, as JSON values."""
    return {
        "venue": report.venue,
        "coin": report.coin,
        "series": report.interval or report.kind.name,
        "added": report.appended.n_added,
        "known": report.appended.n_known,
        "corrected": report.appended.n_corrected,
        "quality": report.quality.to_json(),
    }


def import_line(report: ImportReport) -> str:
    """Return one line on what an import did, and a line for each finding."""
    head = (
        f"{report.coin} {report.interval or report.kind.name} of {report.venue}: "
        f"{report.appended.n_added:,} rows added, {report.appended.n_known:,} known before"
    )
    if report.appended.n_corrected:
        head += f", {report.appended.n_corrected:,} corrected (what they were is kept)"
    return "\n".join([head, *quality_lines(report.quality)])


def quality_lines(report: QualityReport) -> list[str]:
    """Return the span and coverage of a history, then a line for each kind of defect and its policy."""
    span = f"{utc_text(report.first_ms)} to {utc_text(report.last_ms)} UTC"
    lines = [f"  {report.n_rows:,} rows, {span}, coverage {100 * report.coverage:.2f} %"]
    lines += [
        f"  {finding.policy.value}: {finding.count:,}, first at {utc_text(finding.first_ms)}; {finding.detail}"
        for finding in report.findings
    ]
    return lines


def lake_row(entry: LakeEntry) -> dict[str, Any]:
    """Return one series of the lake, as JSON values."""
    return {
        "venue": entry.venue,
        "coin": entry.coin,
        "series": entry.interval or entry.kind.name,
        "rows": entry.n_rows,
        "first": utc_text(entry.first_ms),
        "last": utc_text(entry.last_ms),
        "corrections": entry.n_corrections,
    }


def snapshot_row(snapshot: Snapshot) -> dict[str, Any]:
    """Return what a list shows of a snapshot, as JSON values."""
    manifest = snapshot.manifest
    return {
        "id": snapshot.id,
        "interval": manifest.interval,
        "bars": manifest.n_bars,
        "first": utc_text(manifest.first_ms),
        "last": utc_text(manifest.last_ms),
        "coins": [instrument.coin for instrument in manifest.instruments],
    }
