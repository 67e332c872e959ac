"""Finished runs whose strategies a registry does not know any more: an older copy was put back, or it was begun anew.

What a run has handed over at its end is in its outcome, so that it can be handed over again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.errors import ConfigError, DataError
from data.lock import exclusive
from data.snapshot import SnapshotStore
from evolution.run.layout import RunFolder, list_runs, read_outcome
from evolution.run.origin import origin_from_plain
from evolution.run.state import STATE_KEYS, state_from_plain
from organism.foundry import RunOutcome
from organism.gauntlet.evidence_document import understood
from organism.hand_over import HandOver
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.inspection import IN_SAMPLE
from organism.run_manifest import read_manifest


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A finished run, some of whose strategies a registry does not know."""

    run: str
    genotypes: frozenset[str]
    """Hashes of those."""
    n_registered: int
    """Strategies that it has handed over at its end."""

    def __str__(self) -> str:
        count = f"{len(self.genotypes)} of the {self.n_registered} strategies"
        return f"the registry does not know {count} of run {self.run}"

    @property
    def remedy(self) -> str:
        """The command that hands them over again."""
        return f"organism evolve resume {self.run}"


def forgotten_of(folder: RunFolder, known: Collection[str]) -> Forgotten | None:
    """Return what of a finished run is not among the known genotype hashes; None if all is.

    Raises
    ------
    DataError
        If its outcome is damaged.
    """
    outcome = read_outcome(folder, "registered", "hall_of_fame")
    try:
        handed_over = [item["genotype_hash"] for item in outcome["hall_of_fame"][: len(outcome["registered"])]]
        missing = frozenset(handed_over).difference(known)
    except (TypeError, KeyError) as error:
        raise DataError(f"{folder.outcome} is damaged ({type(error).__name__}); {folder.outcome_again}") from None
    return Forgotten(folder.name, missing, len(handed_over)) if missing else None


def forgotten_runs(home: Home, known: Collection[str]) -> Iterator[Forgotten]:
    """Return the finished runs of which something is not among the known genotype hashes, by name.

    One whose outcome is damaged is passed over: `organism doctor` names it.
    """
    for folder in filter(lambda folder: folder.is_finished, list_runs(home.runs)):
        try:
            found = forgotten_of(folder, known)
        except DataError:
            continue
        if found is not None:
            yield found


def hand_over_again(
    forgotten: Forgotten, folder: RunFolder, home: Home, now: datetime, warn: Callable[[str], None]
) -> RunOutcome:
    """Hand over what a finished run has found, whatever version of the program has bred it.

    Raises
    ------
    ConfigError
        If another process works on the run; or evidence shows that held-out bars were opened for one of those that
        were forgotten: judged again it would look at them a second time.
    DataError
        If the outcome or the history of the run is damaged or missing.
    """
    _refuse_second_looks(forgotten, home.evidence)
    with exclusive(folder.lock, f"run {folder.name}", note=warn):
        manifest, settings = read_manifest(folder)
        outcome = read_outcome(folder, *STATE_KEYS)
        state = state_from_plain({key: outcome[key] for key in STATE_KEYS}, str(folder.outcome))
        store = SnapshotStore(home.snapshots)
        origin = origin_from_plain(manifest["origin"], str(folder.manifest))
        snapshot, in_sample = store.open(manifest["snapshot_id"]), store.open(origin.snapshot)
        registered = HandOver(folder, settings, snapshot, in_sample.load(), home, lambda: now)(state)
    return RunOutcome(folder, snapshot, state, True, registered)


def _refuse_second_looks(forgotten: Forgotten, evidence: Path) -> None:
    for path in sorted(evidence.glob("[0-9a-f]" * 64)):
        document = read_pack(evidence, path.name).document
        with understood(path.name):
            opened = [part["name"] for part in document["slices"] if part["name"] != IN_SAMPLE]
            if opened and document["genotype_hash"] in forgotten.genotypes:
                raise ConfigError(
                    f"run {forgotten.run} cannot be handed over again: evidence {path.name[:12]} shows that the vault "
                    f"was opened for {document['strategy_id']}, which the registry does not know, and judged again it "
                    "would look at the same bars a second time; put back a newer copy of the registry"
                )
