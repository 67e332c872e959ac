"""From a finished search to the registry: its best, its genealogy, and what went into quarantine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data.market import Universe
from data.snapshot import Snapshot
from evolution.genome.codec import to_json
from evolution.genome.hashing import behaviour_hash
from evolution.genome.render import render
from evolution.run.layout import RunFolder
from evolution.run.quarantine import read_quarantined
from evolution.run.state import SearchState
from evolution.search.individual import Individual
from evolution.trials import read_segments
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import GenomeSubject
from organism.home import Home
from organism.registry.rows import LineageRecord, NewStrategy
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from organism.settings import FoundrySettings

Trial = tuple[tuple[str, ...], str]
"""Parents and operator of a genotype."""


def hand_over(
    folder: RunFolder,
    settings: FoundrySettings,
    snapshot: Snapshot,
    in_sample: Snapshot,
    state: SearchState,
    home: Home,
    now: datetime,
) -> tuple[str, ...]:
    """Put the best of the hall of fame into testing, and their genealogy beside them; return their ids.

    Doing it again changes nothing.
    """
    universe = in_sample.load()
    chosen = state.hall_of_fame[: settings.search.registered]
    quarantined = read_quarantined(folder.quarantine)
    everyone = [*chosen, *(item for item, _ in quarantined)]
    lineage, made_by = _lineage(folder.trials, [item.genotype_hash for item in everyone])
    identifiers: list[str] = []
    with Registry.open(home.registry_path) as registry:
        registry.add_lineage(lineage, folder.name)

        def submit(item: Individual) -> str:
            parents, operator = made_by.get(item.genotype_hash, ((), "initial"))
            strategy = _new_strategy(item, parents, operator, folder.name, snapshot, universe, settings)
            identifier = registry.add(strategy, now)
            if registry.get(identifier).state is LifecycleState.BORN:
                registry.submit(identifier, now)
            return identifier

        identifiers.extend(submit(item) for item in chosen)
        for item, difference in quarantined:
            strategy = registry.get(submit(item))
            if strategy.state is LifecycleState.TESTING:
                reason = f"the simulators disagree: {difference}"
                registry.transition(
                    strategy.id, expected=strategy, to=LifecycleState.QUARANTINED, reason=reason, now=now
                )
    return tuple(identifiers)


def _new_strategy(
    item: Individual,
    parents: tuple[str, ...],
    operator: str,
    run: str,
    snapshot: Snapshot,
    universe: Universe,
    settings: FoundrySettings,
) -> NewStrategy:
    subject = GenomeSubject(item.genome)
    case = Case(subject, universe, whole_slice("IS", universe), subject.risk, GauntletPolicy())
    trades = {trace.result.coin: trace.trades for trace in case.traces()}
    return NewStrategy(
        algorithm_type=settings.search.algorithm,
        generation=item.generation,
        genotype_hash=item.genotype_hash,
        genome_json=to_json(item.genome),
        rendered=render(item.genome),
        behaviour_hash=behaviour_hash(trades),
        run_id=run,
        snapshot_id=snapshot.id,
        parents=parents,
        operator=operator,
        in_sample={name: float(value) for name, value in asdict(item.score).items()},
    )


def _lineage(trials: Path, genotypes: Iterable[str]) -> tuple[list[LineageRecord], dict[str, Trial]]:
    """Return every parent-child pair above these genotypes, and how each genotype on the way was made.

    Parents are scored in an earlier generation than their children, so one pass from the last segment to the first
    finds all of them, and ends where the last open line does.
    """
    records: list[LineageRecord] = []
    made_by: dict[str, Trial] = {}
    wanted = set(genotypes)
    for table in read_segments(trials, newest_first=True):
        if not wanted:
            break
        for row in _rows_of(table, wanted):
            genotype_hash, parents = row["genotype_hash"], tuple(row["parents"])
            made_by[genotype_hash] = parents, row["operator"]
            records += [LineageRecord(genotype_hash, one, row["operator"], row["generation"]) for one in parents]
            wanted.remove(genotype_hash)
            wanted |= set(parents) - made_by.keys()
    return records, made_by


def _rows_of(table: pa.Table, wanted: set[str]) -> list[dict[str, Any]]:
    kept = table.select(["genotype_hash", "generation", "operator", "parents"])
    rows: list[dict[str, Any]] = kept.filter(pc.is_in(kept["genotype_hash"], pa.array(sorted(wanted)))).to_pylist()
    return rows
