"""A run's strategies in order, and the sentence that matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.errors import DataError
from data.snapshot import SnapshotStore
from evolution.run.layout import find_run, read_json
from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.store import Registry
from organism.report.data import MarketSection
from organism.views.permutations import permutation_lines
from organism.views.provenance import survivorship_lines
from organism.views.reports import leaderboard_row, sort_packs

ROWS_SHOWN = 12


def market_section(
    home: Home,
    registry: Registry,
    run: str,
    *,
    name: str | None = None,
    remarks: Mapping[str, str] | None = None,
) -> MarketSection:
    """Return the judged strategies of one run, the best first; `remarks` by strategy id replace the reasons."""
    strategies = {strategy.id: strategy for strategy in registry.find(run_id=run)}
    found = [
        read_pack(home.evidence, row.evidence_sha256) for row in registry.verdicts() if row.strategy_id in strategies
    ]
    for pack in found:
        with understood(pack.sha256):
            leaderboard_row(pack)
    packs = sort_packs(found)
    manifest = read_json(find_run(home.runs, run).manifest, "snapshot_id")
    outcome = read_json(find_run(home.runs, run).outcome, "n_trials")
    if type(outcome["n_trials"]) is not int:
        raise DataError(f"outcome of run {run} is damaged: its n_trials is no whole number; restore it from a backup")
    universe = SnapshotStore(home.snapshots).open(manifest["snapshot_id"]).load()
    graduates = sum(pack.document["verdict"] == "Pass" for pack in packs)
    return MarketSection(
        name=name or run,
        description=(
            f"{', '.join(universe.coins)}, {universe.interval} bars, {universe.n_bars:,} of them; "
            f"{outcome['n_trials']:,} distinct genotypes scored, {len(packs)} judged, {graduates} graduated."
        ),
        rows=tuple(
            leaderboard_row(pack, (remarks or {}).get(pack.document["strategy_id"], "")) for pack in packs[:ROWS_SHOWN]
        ),
        notes=(
            *_left_out(len(packs)),
            *permutation_lines(find_run(home.runs, run)),
            *survivorship_lines(home, manifest["snapshot_id"]),
        ),
    )


def _left_out(n_packs: int) -> tuple[str, ...]:
    return (f"{n_packs - ROWS_SHOWN} more strategies are not shown.",) if n_packs > ROWS_SHOWN else ()


def headline(sections: Sequence[MarketSection]) -> str:
    """Return `planted market: 2 graduates; empty market: 0`."""
    counts = [f"{section.name}: {_graduates(section)}" for section in sections]
    return "; ".join(counts)


def _graduates(section: MarketSection) -> str:
    number = sum(row.verdict == "Pass" for row in section.rows)
    return f"{number} graduate{'' if number == 1 else 's'}"
