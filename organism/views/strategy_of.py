"""From registry and evidence to what the screen of a strategy shows."""

from __future__ import annotations

from data.intervals import utc_text
from evolution.genome.codec import from_json
from evolution.genome.explain import explain
from evolution.run.layout import RunFolder
from organism.home import Home
from organism.registry.rows import Strategy
from organism.registry.store import Registry
from organism.report.data import Curve, StrategyReport, drawdown, thinned
from organism.views.board_of import card_of, event_rows
from organism.views.permutations import permutation_lines
from organism.views.strategy import SliceCurve, StrategyPage
from organism.views.verdict_report import report_of

POINTS = 400


def strategy_page(home: Home, registry: Registry, strategy: Strategy) -> StrategyPage:
    """Return all that is known of a strategy; of its newest verdict, if it has one.

    Raises
    ------
    DataError
        If the evidence is missing or damaged.
    """
    verdicts = registry.verdicts(strategy_id=strategy.id)
    newest = {strategy.id: verdicts[-1]} if verdicts else {}
    card, events = card_of(strategy, newest), event_rows(registry.events(strategy.id))
    about_run = permutation_lines(RunFolder(home.runs / strategy.run_id))
    if not verdicts:
        return StrategyPage(card, events, explain(from_json(strategy.genome_json)), alarms=about_run)
    report = report_of(home, registry, strategy, verdicts[-1], about_run)
    registered = report.registration
    return StrategyPage(
        card=card,
        events=events,
        explanation=report.explanation,
        n_trials=report.n_trials,
        verdict=report.verdict,
        reason=report.reason,
        stages=report.stages,
        curves=_curves(report),
        sealed=report.sealed,
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


def _curves(report: StrategyReport) -> tuple[SliceCurve, ...]:
    return tuple(_curve(curve) for curve in report.curves)


def _curve(curve: Curve) -> SliceCurve:
    places = thinned(curve.equity, POINTS)
    fall, equity = drawdown(curve.equity), curve.equity / curve.equity[0]
    return SliceCurve(
        slice=curve.slice_name,
        first=utc_text(int(curve.time_ms[0]))[:10],
        last=utc_text(int(curve.time_ms[-1]))[:10],
        equity=tuple(equity[places].tolist()),
        drawdown=tuple(fall[places].tolist()),
        net_return=float(equity[-1] - 1.0),
        worst=float(fall.min()),
    )
