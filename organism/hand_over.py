"""From a finished search to the registry: its best, its genealogy, and what went into quarantine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from data.errors import DataError, FoundryError
from data.market import Universe
from data.snapshot import Snapshot, SnapshotStore
from evolution.descent import trace_back
from evolution.genome.codec import to_json
from evolution.genome.hashing import behaviour_hash
from evolution.genome.render import render
from evolution.run.layout import RunFolder
from evolution.run.quarantine import read_quarantined
from evolution.run.state import SearchState
from evolution.search.individual import Individual
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import GenomeSubject
from organism.gauntlet.vault import is_same_market
from organism.home import Home
from organism.registry.rows import LineageRecord, NewStrategy
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from organism.settings import FoundrySettings

Trial = tuple[tuple[str, ...], str]
"""Parents and operator of a genotype."""


@contextmanager
def resumable(folder: RunFolder) -> Iterator[None]:
    """Say of what goes wrong in the block how the run goes on: all that it has found is on the disk before."""
    try:
        yield
    except (FoundryError, OSError) as error:
        go_on = f"organism evolve resume {folder.name}"
        error.add_note(f"nothing of the search is lost; once that is mended, go on with: {go_on}")
        raise


class HandOver:
    """Puts the best of a search into testing, and their genealogy beside them: at its end, and whenever asked before.

    What it has handed over is not looked at again, so that a search of many epochs does not read back to its beginning
    at the end of each. Where some epochs begin with the best of all before them, the genealogy of everybody in the hall
    of fame is written down with theirs, for the same reason; after a resume that reads back, once.

    Parameters
    ----------
    universe
        What was searched.
    clock
        Says when strategies are born: now, at each hand-over.
    """

    def __init__(
        self,
        folder: RunFolder,
        settings: FoundrySettings,
        snapshot: Snapshot,
        universe: Universe,
        home: Home,
        clock: Callable[[], datetime],
    ) -> None:
        self._folder, self._settings, self._snapshot = folder, settings, snapshot
        self._universe, self._home, self._clock = universe, home, clock
        self._known: dict[str, str] = {}
        """Id of each genotype that was handed over; its genealogy is in the registry."""
        self._remembered: dict[str, Trial] = {}
        """How others were made, whose genealogy is there, too: of a hall of fame from which an epoch may begin."""

    def __call__(self, state: SearchState) -> tuple[str, ...]:
        """Hand over the best of the hall of fame and what went into quarantine; return the ids of the best.

        What another run has found before on the same market and waits in testing is submitted on this history too.
        Doing it again changes nothing.
        """
        with resumable(self._folder):
            return self._handed_over(state)

    def _handed_over(self, state: SearchState) -> tuple[str, ...]:
        chosen = state.hall_of_fame[: self._settings.search.registered]
        quarantined = read_quarantined(self._folder.quarantine)
        now = self._clock()
        with Registry.open(self._home.registry_path) as registry:
            if not self._known:
                # Before its strategies a run has written down who they descend from.
                self._known = {one.genotype_hash: one.id for one in registry.submitted(run_id=self._folder.name)}
            everyone = [*chosen, *(item for item, _ in quarantined)]
            made_by = self._trace(registry, everyone, state.hall_of_fame if self._settings.search.reunion else ())
            self._submit(registry, everyone, made_by, now)
            for item, difference in quarantined:
                strategy = registry.get(self._known[item.genotype_hash])
                if strategy.state is LifecycleState.TESTING:
                    reason = f"the simulators disagree: {difference}"
                    registry.transition(
                        strategy.id, expected=strategy, to=LifecycleState.QUARANTINED, reason=reason, now=now
                    )
            return tuple(self._known[item.genotype_hash] for item in chosen)

    def _trace(
        self, registry: Registry, everyone: Sequence[Individual], hall: Sequence[Individual]
    ) -> dict[str, Trial]:
        """Write down who descends from whom; return how each was made of those that are not handed over yet."""
        known = self._known.keys() | self._remembered.keys()
        wanted = {item.genotype_hash for item in (*everyone, *hall)} - known
        lineage, made_by = _lineage(self._folder.trials, wanted, known)
        registry.add_lineage(lineage, self._folder.name)
        made_by |= self._remembered
        self._remembered = {one: made_by[one] for one in (item.genotype_hash for item in hall) if one in made_by}
        return made_by

    def _submit(
        self, registry: Registry, everyone: Sequence[Individual], made_by: Mapping[str, Trial], now: datetime
    ) -> None:
        new = {item.genotype_hash: item for item in everyone if item.genotype_hash not in self._known}
        for genotype_hash, item in new.items():
            parents, operator = made_by.get(genotype_hash, ((), "initial"))
            self._known[genotype_hash] = registry.add(self._strategy(item, parents, operator), now)
        for genotype_hash in dict.fromkeys(item.genotype_hash for item in everyone):
            found = registry.get(self._known[genotype_hash])
            if found.state is LifecycleState.BORN:
                registry.submit(found.id, now)
            if found.run_id != self._folder.name and self._is_of_our_market(found.snapshot_id):
                # Another run has found it before.
                registry.submit_again(found.id, self._folder.name, self._snapshot.id, now)

    def _is_of_our_market(self, snapshot_id: str) -> bool:
        """Tell whether a history, if it is still there, is another stretch of the market of this one."""
        try:
            other = SnapshotStore(self._home.snapshots).open(snapshot_id)
        except DataError:
            return False
        return is_same_market(other, self._snapshot)

    def _strategy(self, item: Individual, parents: tuple[str, ...], operator: str) -> NewStrategy:
        subject, universe = GenomeSubject(item.genome), self._universe
        case = Case(subject, universe, whole_slice("IS", universe), subject.risk, GauntletPolicy())
        trades = {trace.result.coin: trace.trades for trace in case.traces()}
        return NewStrategy(
            algorithm_type=self._settings.search.algorithm,
            generation=item.generation,
            genotype_hash=item.genotype_hash,
            genome_json=to_json(item.genome),
            rendered=render(item.genome),
            behaviour_hash=behaviour_hash(trades),
            run_id=self._folder.name,
            snapshot_id=self._snapshot.id,
            parents=parents,
            operator=operator,
            in_sample={name: float(value) for name, value in asdict(item.score).items()},
        )


def _lineage(
    trials: Path, genotypes: Iterable[str], known: Collection[str]
) -> tuple[list[LineageRecord], dict[str, Trial]]:
    """Return every parent-child pair above these genotypes, and how each genotype on the way was made.

    What is above a known genotype is left out.
    """
    records: list[LineageRecord] = []
    made_by: dict[str, Trial] = {}
    for row in trace_back(trials, genotypes, known):
        genotype_hash, parents = row["genotype_hash"], tuple(row["parents"])
        made_by[genotype_hash] = parents, row["operator"]
        records += [LineageRecord(genotype_hash, one, row["operator"], row["generation"]) for one in parents]
    return records, made_by
