"""Reports as JSON values: stable names, a schema number, null for what does not exist."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from organism.sweep.words import plain
from organism.views.chapters.whole import WholeReport
from organism.views.plain import to_plain
from organism.views.run_overview import RunOverview

SCHEMA = 1


def strategy_values(report: WholeReport) -> dict[str, Any]:
    """Return the report of one strategy: what is said of it, and a key for each chapter."""
    said = report.said
    chapters = {item.name for item in fields(report)} - {"said", "neighbourhood"}
    swept = report.neighbourhood
    return {
        "schema": SCHEMA,
        "kind": "strategy",
        "said": to_plain(said),
        "neighbourhood": None if swept is None else plain(swept, said.strategy_id, said.rendered, said.snapshot_id),
        **{name: to_plain(getattr(report, name)) for name in sorted(chapters)},
    }


def run_values(found: RunOverview) -> dict[str, Any]:
    """Return what a run has come to."""
    return {"schema": SCHEMA, "kind": "run", **to_plain(found)}
