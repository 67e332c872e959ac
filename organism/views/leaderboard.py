"""A run's strategies in order, and the sentence that matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.errors import DataError
from data.snapshot import SnapshotStore
from evolution.run.layout import RunFolder, find_run, read_json, read_outcome
from evolution.run.metrics import read_last_generation
from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.states import Verdict
from organism.registry.store import Registry
from organism.report.data import MarketSection
from organism.views.answers import GRADUATE
from organism.views.judgings import judgings_of
from organism.views.permutations import permutation_lines
from organism.views.progress import count
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
    """Return the strategies of one run that one policy has judged, the best first; see `judgings_of`.

    Parameters
    ----------
    remarks
        By strategy id; they replace the reasons.
    """
    states = {strategy.id: strategy.state.value for strategy in registry.submitted(run_id=run)}
    packs, rows = [], {}
    judgings = judgings_of(home.evidence, registry, run)
    for verdict in judgings[0].rows if judgings else ():
        strategy_id = verdict.strategy_id
        pack = read_pack(home.evidence, verdict.evidence_sha256)
        with understood(pack.sha256):
            rows[pack.sha256] = leaderboard_row(pack, states[strategy_id], (remarks or {}).get(strategy_id, ""))
        packs.append(pack)
    ordered = [rows[pack.sha256] for pack in sort_packs(packs)]
    folder = find_run(home.runs, run)
    manifest = read_json(folder.manifest, "snapshot_id")
    history = SnapshotStore(home.snapshots).open(manifest["snapshot_id"]).manifest
    return MarketSection(
        name=name or run,
        description=(
            f"{', '.join(history.coins)}, {history.interval} bars, {history.n_bars:,} of them; "
            f"{_scored(folder)}, {len(ordered)} judged, "
            f"{sum(pack.document['verdict'] == Verdict.PASS for pack in packs)} graduated."
        ),
        rows=tuple(ordered[:ROWS_SHOWN]),
        notes=(
            *_left_out(len(ordered)),
            *permutation_lines(folder),
            *survivorship_lines(home, manifest["snapshot_id"]),
        ),
    )


def _scored(folder: RunFolder) -> str:
    if not folder.is_finished:
        n_trials = count(read_last_generation(folder.generations).get("n_trials"))
        return f"{n_trials:,} distinct genotypes scored so far, its search is not finished"
    n_trials = read_outcome(folder, "n_trials")["n_trials"]
    if type(n_trials) is not int:
        raise DataError(
            f"outcome of run {folder.name} is damaged: its n_trials is no whole number; {folder.outcome_again}"
        )
    return f"{n_trials:,} distinct genotypes scored"


def _left_out(n_packs: int) -> tuple[str, ...]:
    return (f"{n_packs - ROWS_SHOWN} more strategies are not shown.",) if n_packs > ROWS_SHOWN else ()


def headline(sections: Sequence[MarketSection]) -> str:
    """Return `planted market: 2 graduates; empty market: 0`."""
    counts = [f"{section.name}: {_graduates(section)}" for section in sections]
    return "; ".join(counts)


def _graduates(section: MarketSection) -> str:
    number = sum(row.verdict == GRADUATE for row in section.rows)
    return f"{number} graduate{'' if number == 1 else 's'}"
