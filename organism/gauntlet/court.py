"""What a run is judged with: its snapshot in sample, the calendar of what is held out, and what is on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from backtest.splits import MINIMUM_BARS, Slice, slice_between
from data.errors import DataError
from data.intervals import utc_text
from data.market import Universe
from data.snapshot import Snapshot, SnapshotStore
from evolution.evaluator import FeatureStore
from evolution.genome.codec import from_json
from evolution.run.layout import STARTED_AT, RunFolder, read_json
from organism.gauntlet.examination import slices_for
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.promotion import Contender
from organism.gauntlet.subject import GenomeSubject
from organism.gauntlet.vault import Ticket
from organism.home import Home
from organism.ledger import Vault
from organism.registry.breeding import Bred
from organism.registry.rows import Registration, Strategy
from organism.registry.states import Verdict
from organism.registry.store import Registry


class Court:
    """One run before one snapshot.

    Parameters
    ----------
    n_trials
        What the home has tried by now, as everything is corrected for it; see `TrialCount.tried`.
    """

    def __init__(
        self,
        home: Home,
        registry: Registry,
        policy: GauntletPolicy,
        snapshot: Snapshot,
        run_id: str,
        now: datetime,
        n_trials: int,
    ) -> None:
        self.home, self.registry, self.policy = home, registry, policy
        self.snapshot, self.run_id, self.now, self.n_trials = snapshot, run_id, now, n_trials
        self.vault = Vault(registry)
        # The calendar is no secret; prices after the border stay behind the vault.
        calendar = snapshot.load()
        self.time_ms, self.interval_ms = calendar.time_ms, calendar.interval_ms
        border = slices_for(self.time_ms, self.interval_ms, 0).in_sample.end_ms
        self.in_sample: Universe = snapshot.prefix(border).load()
        self.features = FeatureStore(self.in_sample)
        self._ends_ms: dict[str, int | None] = {}
        self._started_at = _started_at(RunFolder(home.runs / run_id))

    def held_out(self, contender: Contender) -> tuple[Slice, Slice]:
        """Return the two slices that a contender would be asked on.

        What is on record as opened by this very question has the borders that it had then: a version that measures
        another longest holding goes on with them.

        Raises
        ------
        DataError
            If its longest holding leaves too few after the embargo.
        """
        slices = slices_for(self.time_ms, self.interval_ms, contender.examination.longest_holding_bars)
        n_bars, n_folds = slices.walk_forward.stop - slices.walk_forward.start, self.policy.walk_forward.folds
        if n_bars < MINIMUM_BARS * n_folds:
            # Said before anything is registered: what is opened has to be answered.
            raise DataError(f"{n_bars} bars of {slices.walk_forward.name} are too few for {n_folds} folds")
        begun = self._begun(contender.strategy)
        first, second = (begun.get(part.name, part) for part in (slices.out_of_sample, slices.walk_forward))
        return first, second

    def _begun(self, strategy: Strategy) -> dict[str, Slice]:
        """Return the slices, by name, that a judge of this court has opened to a strategy before it was interrupted."""
        question = (strategy.genotype_hash, self.snapshot.id, self.policy.sha256(), strategy.run_id)
        return {
            one.slice_name: slice_between(one.slice_name, one.start_ms, one.end_ms, self.time_ms)
            for one in self.registry.openings(int(self.time_ms[0]), int(self.time_ms[-1]) + self.interval_ms)
            if (one.genotype_hash, one.snapshot_id, one.policy_hash, one.run_id) == question
        }

    def seen_in_breeding(self, strategy: Strategy, held_out: tuple[Slice, Slice]) -> str | None:
        """Return why these slices are not held out from a strategy, or None.

        Who has bred it, or bred it first where it was found again, has seen the in-sample bars of its history; who has
        bred one of its ancestors has chosen by them what it was made from.
        """
        starts_ms = min(part.start_ms for part in held_out)
        for bred, what in self._breedings(strategy):
            end_ms = self._bred_until_ms(bred.snapshot_id)
            if end_ms is None:
                return f"the history that run {bred.run_id} has bred {what} on is not there any more"
            if end_ms > starts_ms:
                return (
                    f"run {bred.run_id} has bred {what} on bars up to {utc_text(end_ms)[:10]}; those that are held "
                    f"out here begin at {utc_text(starts_ms)[:10]}"
                )
        return None

    def _breedings(self, strategy: Strategy) -> Iterator[tuple[Strategy | Bred, str]]:
        """Yield who has bred a strategy or an ancestor on another history before this one, and words for what."""
        for one in self.registry.submitted(strategy_id=strategy.id):
            if one.snapshot_id == self.snapshot.id:
                break
            yield one, "it"
        for ancestor in self.registry.bred_ancestors(
            strategy.genotype_hash, snapshot_id=self.snapshot.id, until=self.bred_at(strategy)
        ):
            yield ancestor, f"its ancestor {ancestor.strategy_id}"

    def _bred_until_ms(self, snapshot_id: str) -> int | None:
        """Return up to when (UTC ms) a search on a history has seen prices; None if that is not there any more."""
        if snapshot_id not in self._ends_ms:
            try:
                self._ends_ms[snapshot_id] = _seen_until_ms(SnapshotStore(self.home.snapshots).open(snapshot_id))
            except DataError:
                self._ends_ms[snapshot_id] = None
        return self._ends_ms[snapshot_id]

    def bred_at(self, strategy: Strategy) -> datetime:
        """Return since when nothing that was found out elsewhere can have informed a strategy.

        That is when its run was first worked on; when it was handed over, where its run is gone or does not say.
        """
        return strategy.born_at if self._started_at is None else min(self._started_at, strategy.born_at)

    def ticket(self, contender: Contender) -> Ticket:
        """Return what a contender shows at the vault."""
        return Ticket(contender.strategy, self.policy.sha256())

    def opened(self) -> set[str]:
        """Return the genotypes that have seen some of this snapshot's held-out time."""
        slices = slices_for(self.time_ms, self.interval_ms, 0)
        opened = self.vault.openings_overlapping(slices.out_of_sample.start_ms, slices.walk_forward.end_ms)
        return {opening.genotype_hash for opening in opened}

    def count_openings(self) -> int:
        """Return how many genotypes have seen some of this snapshot's held-out time."""
        return len(self.opened())

    def promises(self) -> dict[str, Registration]:
        """Return by genotype who is registered and has no answer yet: an interrupted judge will ask them.

        On whatever time; that is seldom another, and never too few.
        """
        registry = self.registry
        return {member: one for one in registry.registrations() for member in registry.unanswered(one)}

    def registered(self) -> list[Registration]:
        """Return what this run has registered on this snapshot under this policy, oldest first."""
        asked = (self.snapshot.id, self.policy.sha256())
        return [one for one in self.registry.registrations(self.run_id) if (one.snapshot_id, one.policy_hash) == asked]

    def count_registered(self) -> int:
        """Return how many this run has registered on this snapshot: under any policy, as other rules refund none."""
        mine = (one for one in self.registry.registrations(self.run_id) if one.snapshot_id == self.snapshot.id)
        return len({member for one in mine for member in one.members})

    def pending(self) -> Registration | None:
        """Return what a judge that was interrupted has registered and not answered."""
        return next((one for one in self.registered() if self.registry.unanswered(one)), None)

    def fates(self) -> dict[str, bool]:
        """Return by genotype, of those registered before, whether each has graduated; those without an answer apart."""
        passed = {
            row.strategy_id: row.verdict is Verdict.PASS
            for row in self.registry.verdicts(snapshot_id=self.snapshot.id)
            if row.policy_hash == self.policy.sha256()
        }
        members = [member for one in self.registered() for member in one.members]
        names = {member: self.registry.get(member).id for member in members}
        return {member: passed[name] for member, name in names.items() if name in passed}


def subject_of(strategy: Strategy) -> GenomeSubject:
    """Return a strategy as the stages judge it."""
    return GenomeSubject(from_json(strategy.genome_json))


def _seen_until_ms(snapshot: Snapshot) -> int:
    """Return where in-sample ends (UTC ms); where bars were put in another order, any of them may be before that."""
    history = snapshot.load()
    if snapshot.manifest.origin.get("kind") == "surrogate":
        return int(history.time_ms[-1]) + history.interval_ms
    return slices_for(history.time_ms, history.interval_ms, 0).in_sample.end_ms


def _started_at(run: RunFolder) -> datetime | None:
    try:
        found = datetime.fromisoformat(read_json(run.manifest, STARTED_AT)[STARTED_AT])
    except (DataError, TypeError, ValueError):
        return None
    return found if found.utcoffset() == timedelta(0) else None


def no_held_out_bars(contender: Contender) -> str:
    """Say of one that holds for very long why there is nothing to ask it on."""
    longest = contender.examination.longest_holding_bars
    return f"its longest holding of {longest} bars in sample leaves too few held-out bars after the embargo"
