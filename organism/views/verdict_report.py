"""From a verdict on record, and the evidence that it rests on, to what a page says of it."""

from __future__ import annotations

from evolution.run.layout import RunFolder
from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.store import Registry
from organism.report.data import StrategyReport
from organism.views.permutations import permutation_lines
from organism.views.provenance import history_lines, slice_spans
from organism.views.reports import strategy_report


def report_of(home: Home, registry: Registry, strategy: Strategy, row: VerdictRow) -> StrategyReport:
    """Return what the page of one verdict says, with what has become known since of the run that it was judged for.

    Raises
    ------
    DataError
        If the evidence is missing or damaged.
    """
    pack = read_pack(home.evidence, row.evidence_sha256)
    registration = next(
        (
            found
            for found in registry.registrations()
            if (found.snapshot_id, found.policy_hash) == (row.snapshot_id, row.policy_hash)
            and strategy.genotype_hash in found.members
        ),
        None,
    )
    there = registry.submitted(snapshot_id=row.snapshot_id)
    names = {other.genotype_hash: other.id for other in there}
    about_run = [
        line for one in there if one.id == strategy.id for line in permutation_lines(RunFolder(home.runs / one.run_id))
    ]
    with understood(pack.sha256):
        spans = slice_spans(pack.document)
    history = history_lines(home, row.snapshot_id, spans)
    with understood(pack.sha256):
        return strategy_report(pack, strategy.state.value, registration, names, about_run, history)
