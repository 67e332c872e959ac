"""From a home to the whole report of one strategy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from data.errors import DataError
from data.settings import parse_settings
from data.snapshot import SnapshotStore
from evolution.genome.codec import decode
from organism.gauntlet.evidence_document import understood
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.evidence import Pack, read_pack
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.store import Registry
from organism.sweep.scenarios import Sweep, sweep
from organism.views.chapters.ancestry import ancestry
from organism.views.chapters.chance import chance
from organism.views.chapters.costs import cost_rows
from organism.views.chapters.distribution import spreads
from organism.views.chapters.equity import equity_lines
from organism.views.chapters.fan import fans
from organism.views.chapters.months import year_rows
from organism.views.chapters.retraced import TracedSlice, check_openings, retraced
from organism.views.chapters.rolling import rolling_lines
from organism.views.chapters.slices import judged_slices
from organism.views.chapters.trades import coin_trades
from organism.views.chapters.whole import WholeReport
from organism.views.verdict_report import report_of

Watcher = Callable[[str], None]
"""Sees what is being worked out, in a few words."""


@dataclass(frozen=True, slots=True)
class _Traced:
    """What trading the judged slices again has shown."""

    slices: tuple[TracedSlice, ...] = ()
    neighbourhood: Sweep | None = None
    why_not: str = ""


def whole_report(
    home: Home, registry: Registry, strategy: Strategy, row: VerdictRow, watch: Watcher = lambda _: None
) -> WholeReport:
    """Return everything that is known of one verdict.

    Raises
    ------
    DataError
        If the evidence is missing or damaged, or speaks of slices that the vault has not opened for it.
    """
    pack = read_pack(home.evidence, row.evidence_sha256)
    said = report_of(home, registry, strategy, row)
    with understood(pack.sha256):
        slices = judged_slices(pack)
    end_ms = max((part.end_ms for part in slices), default=0)
    check_openings(slices, strategy.genotype_hash, registry.openings(0, end_ms))
    watch("trades")
    traced = _traced(home, pack, watch)
    watch("days")
    return WholeReport(
        said=said,
        equity=equity_lines(slices),
        years=year_rows(slices),
        rolling=rolling_lines(slices),
        spreads=spreads(slices),
        fans=fans(slices),
        coins=coin_trades(traced.slices),
        costs=cost_rows(traced.slices),
        neighbourhood=traced.neighbourhood,
        chance=chance(slices, said.n_tried),
        ancestry=ancestry(home, registry, strategy),
        untraced=traced.why_not,
    )


def _traced(home: Home, pack: Pack, watch: Watcher) -> _Traced:
    """Trade the judged slices again; where that cannot be done the report does without, and says why."""
    store = SnapshotStore(home.snapshots)
    try:
        with understood(pack.sha256):
            slices = retraced(store, pack)
        watch("neighbours")
        return _Traced(slices, _neighbourhood(store, pack, slices))
    except DataError as error:
        return _Traced(why_not=str(error))


def _neighbourhood(store: SnapshotStore, pack: Pack, slices: tuple[TracedSlice, ...]) -> Sweep | None:
    in_sample = next((part for part in slices if part.name == "IS"), None)
    if in_sample is None:
        return None
    universe = store.open(pack.document["snapshot_id"]).prefix(in_sample.end_ms).load()
    policy = parse_settings(GauntletPolicy, pack.document["policy"], source="policy of the evidence pack")
    return sweep(decode(pack.document["genome"]), universe, policy, lambda _done, _of: None)
