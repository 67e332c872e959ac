"""Imported history as plain values and as lines of words."""

from __future__ import annotations

from typing import Any

from data.intervals import utc_text
from data.lake import ImportReport
from data.lake_entries import LakeEntry
from data.quality import QualityReport
from data.snapshot import Snapshot
from data.splice.record import SpliceRecord
from organism.views.splice import stretch_json, venues_line


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


def lake_row(entry: LakeEntry, record: SpliceRecord | None = None) -> dict[str, Any]:
    """Return one series of the lake, as JSON values; of a spliced market with what it is made of."""
    spliced = {} if record is None else {"spliced": [stretch_json(one) for one in record.stretches]}
    return {
        "venue": entry.venue,
        "coin": entry.coin,
        "series": entry.interval or entry.kind.name,
        "rows": entry.n_rows,
        "first": utc_text(entry.first_ms),
        "last": utc_text(entry.last_ms),
        "corrections": entry.n_corrections,
        **spliced,
    }


def lake_line(entry: LakeEntry, record: SpliceRecord | None = None) -> str:
    """Return one series of the lake, in a line."""
    corrected = f", {entry.n_corrections:,} corrected" if entry.n_corrections else ""
    spliced = "" if record is None else f": {venues_line(record.stretches)}"
    return (
        f"{entry.coin:8} {entry.interval or entry.kind.name:8} {entry.n_rows:>9,}  {utc_text(entry.first_ms)} to "
        f"{utc_text(entry.last_ms)}  {entry.venue}{spliced}{corrected}"
    )


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


def snapshot_line(snapshot: Snapshot) -> str:
    """Return what a list shows of a snapshot, in a line."""
    row = snapshot_row(snapshot)
    span = f"{row['first']} to {row['last']}"
    return f"{row['id'][:16]}  {row['interval']:4} {row['bars']:>9,}  {span}  {', '.join(row['coins'])}"
