"""From a verdict on record to its page in a file."""

from __future__ import annotations

from pathlib import Path

from evolution.run.layout import RunFolder
from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.store import Registry
from organism.report.data import StrategyReport
from organism.report.html import write_strategy_report
from organism.views.permutations import permutation_lines
from organism.views.provenance import history_lines, slice_spans
from organism.views.reports import strategy_report


def write_page(home: Home, registry: Registry, strategy: Strategy, row: VerdictRow, path: Path | None = None) -> Path:
    """Write the page of one verdict and return where; by default into the reports of the home.

    Raises
    ------
    DataError
        If the evidence is missing or damaged.
    """
    target = path or home.reports / f"{strategy.id}.html"
    write_strategy_report(report_of(home, registry, strategy, row), target)
    return target


def report_of(home: Home, registry: Registry, strategy: Strategy, row: VerdictRow) -> StrategyReport:
    """Return what the page of one verdict says.

    Raises
    ------
    DataError
        If the evidence is missing or damaged.
    """
    pack = read_pack(home.evidence, row.evidence_sha256)
    registration = next(
        (
            found
            for found in registry.registrations(strategy.run_id)
            if (found.snapshot_id, found.policy_hash) == (row.snapshot_id, row.policy_hash)
            and strategy.genotype_hash in found.members
        ),
        None,
    )
    names = {other.genotype_hash: other.id for other in registry.find(run_id=strategy.run_id)}
    about_run = permutation_lines(RunFolder(home.runs / strategy.run_id))
    with understood(pack.sha256):
        spans = slice_spans(pack.document)
    history = history_lines(home, row.snapshot_id, spans)
    with understood(pack.sha256):
        return strategy_report(pack, strategy.state.value, registration, names, about_run, history)
