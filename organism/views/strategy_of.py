"""From registry and evidence to what the screen of a strategy shows."""

from __future__ import annotations

from collections.abc import Sequence

from evolution.genome.codec import from_json
from evolution.genome.explain import explain
from evolution.run.layout import RunFolder
from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.rows import Strategy
from organism.registry.store import Registry
from organism.views.board_of import card_of, event_rows
from organism.views.chapters.equity import EquityLine, equity_lines
from organism.views.chapters.slices import JudgedSlice, judged_slices
from organism.views.permutations import permutation_lines
from organism.views.strategy import SliceCurve, StrategyPage
from organism.views.verdict_report import report_of


def strategy_page(home: Home, registry: Registry, strategy: Strategy) -> StrategyPage:
    """Return all that is known of a strategy; of its newest verdict, if it has one.

    Raises
    ------
    DataError
        If the evidence is missing or damaged.
    """
    verdicts = registry.verdicts(strategy_id=strategy.id)
    newest = {strategy.id: verdicts[-1]} if verdicts else {}
    card, events = card_of(home, strategy, newest), event_rows(registry.events(strategy.id))
    if not verdicts:
        about_run = permutation_lines(RunFolder(home.runs / strategy.run_id))
        return StrategyPage(card, events, explain(from_json(strategy.genome_json)), alarms=about_run)
    report = report_of(home, registry, strategy, verdicts[-1])
    pack = read_pack(home.evidence, verdicts[-1].evidence_sha256)
    with understood(pack.sha256):
        slices = judged_slices(pack)
    registered = report.registration
    return StrategyPage(
        card=card,
        events=events,
        explanation=report.explanation,
        n_tried=report.n_tried,
        verdict=report.verdict,
        reason=report.reason,
        stages=report.stages,
        curves=slice_curves(slices),
        sealed=report.sealed,
        ruined=tuple(part.name for part in slices if part.is_ruined),
        coins=report.coins,
        regimes=report.regimes,
        alarms=report.alarms,
        unknowns=report.unknowns,
        stamps=report.stamps,
        members=() if registered is None else registered.members,
        n_earlier=0 if registered is None else registered.n_earlier,
        snapshot_id=report.snapshot_id,
        policy_hash=report.policy_hash,
        evidence_sha256=report.evidence_sha256,
    )


def slice_curves(slices: Sequence[JudgedSlice]) -> tuple[SliceCurve, ...]:
    """Return a curve for each slice that was not ruined."""
    return tuple(_curve(line) for line in equity_lines(slices))


def _curve(line: EquityLine) -> SliceCurve:
    return SliceCurve(
        slice=line.slice,
        first=line.first,
        last=line.last,
        equity=tuple((1.0 + line.net_return).tolist()),
        drawdown=tuple(line.fall.tolist()),
        net_return=line.final,
        worst=line.worst,
    )
