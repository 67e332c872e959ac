"""A campaign for people and for machines: a page with its pictures, a JSON document, and a row a world as Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.bounded_parquet import read_bounded
from data.canonical import canonical_json
from data.durable import write_atomically
from data.errors import DataError
from data.shown import inert_line
from evolution.run.layout import read_json
from organism.calibrate.campaign import Campaign
from organism.calibrate.outcome import NAMES, Outcome, outcome_from_plain
from organism.calibrate.page import Findings, page, pictures
from organism.calibrate.stage_tables import calibration, stage_rows
from organism.calibrate.tables import tables_of

PICTURES = "honesty"
MOST_WORLDS = 1_000_000
"""Of a campaign; a class has 100,000 at most."""


def findings_of(campaign: Campaign) -> Findings:
    """Return all that can be said of what is done."""
    outcomes = campaign.outcomes()
    return Findings(
        campaign.settings,
        read_json(campaign.path / "plan.json", "code_version")["code_version"],
        tables_of(campaign.settings, outcomes),
        stage_rows(campaign.settings, outcomes),
        calibration(campaign.settings, outcomes),
    )


def document(findings: Findings) -> dict[str, Any]:
    """Return the findings as JSON values."""
    return {
        "schema": 2,
        "campaign": findings.settings.name,
        "seed": findings.settings.seed,
        "plan": findings.settings.identity(),
        "code_version": findings.code_version,
        "classes": [asdict(table) for table in findings.tables],
        "stages": [asdict(row) for row in findings.stages],
        "p_values": asdict(findings.calibration),
    }


def write_records(campaign: Campaign, command: str) -> Path:
    """Write `honesty.md`, its pictures, `honesty.json` and `worlds.parquet` into the campaign's folder."""
    findings = findings_of(campaign)
    write_page(findings, command, campaign.path / "honesty.md")
    write_atomically(campaign.path / "honesty.json", canonical_json(document(findings)) + b"\n")
    write_atomically(campaign.path / "worlds.parquet", _parquet(campaign.outcomes()))
    return campaign.path / "honesty.md"


def write_page(findings: Findings, command: str, path: Path) -> None:
    """Write the page, and its pictures into a folder beside it."""
    drawn = pictures(findings)
    for name, picture in drawn.items():
        write_atomically(path.parent / PICTURES / f"{name}.svg", picture.encode())
    write_atomically(path, page(findings, command).encode())


def read_worlds(path: Path) -> list[Outcome]:
    """Return the outcomes of a `worlds.parquet`.

    Raises
    ------
    DataError
        If the file is missing, damaged, or holds something else.
    """
    try:
        rows = read_bounded(path, MOST_WORLDS, tuple(NAMES)).to_pylist()
        return [outcome_from_plain({**row, "kills": _counts(row["kills"])}) for row in rows]
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = inert_line(str(error), 160)
        raise DataError(f"{path} holds no worlds of a campaign ({reason}): organism calibrate writes one") from None


def _counts(kills: Sequence[dict[str, Any]]) -> dict[str, int]:
    return {row["stage"]: row["strategies"] for row in kills}


def _parquet(outcomes: Sequence[Outcome]) -> bytes:
    """Return a row a world; what a class has many of is a list in its row."""
    rows = [
        {**asdict(one), "kills": [{"stage": name, "strategies": count} for name, count in one.kills.items()]}
        for one in outcomes
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows), sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue().to_pybytes())
