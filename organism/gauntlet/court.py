"""What a run is judged with: its snapshot in sample, the calendar of what is held out, and what is on record."""

from __future__ import annotations

from datetime import datetime

from backtest.splits import Slice
from data.market import Universe
from data.snapshot import Snapshot
from evolution.evaluator import FeatureStore
from evolution.genome.codec import from_json
from organism.gauntlet.examination import slices_for
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.promotion import Contender
from organism.gauntlet.subject import GenomeSubject
from organism.gauntlet.vault import Ticket
from organism.home import Home
from organism.ledger import Vault, count_trials
from organism.registry.rows import Registration, Strategy
from organism.registry.store import Registry


class Court:
    """One run before one snapshot."""

    def __init__(
        self,
        home: Home,
        registry: Registry,
        policy: GauntletPolicy,
        snapshot: Snapshot,
        run_id: str,
        now: datetime,
    ) -> None:
        self.home, self.registry, self.policy = home, registry, policy
        self.snapshot, self.run_id, self.now = snapshot, run_id, now
        self.vault = Vault(registry)
        # The calendar is no secret; prices after the border stay behind the vault.
        calendar = snapshot.load()
        self.time_ms, self.interval_ms = calendar.time_ms, calendar.interval_ms
        border = slices_for(self.time_ms, self.interval_ms, 0).in_sample.end_ms
        self.in_sample: Universe = snapshot.prefix(border).load()
        self.features = FeatureStore(self.in_sample)
        self.n_trials = count_trials(home.runs).tried

    def held_out(self, contender: Contender) -> tuple[Slice, Slice]:
        """Return the two slices that a contender would be asked on.

        Raises
        ------
        DataError
            If its longest holding leaves none after the embargo.
        """
        slices = slices_for(self.time_ms, self.interval_ms, contender.examination.longest_holding_bars)
        return slices.out_of_sample, slices.walk_forward

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

    def promised(self) -> set[str]:
        """Return the genotypes of other registrations that have no verdict yet: an interrupted judge will ask them.

        On whatever time; that is seldom another, and never too few.
        """
        judged = {(row.strategy_id, row.snapshot_id, row.policy_hash) for row in self.registry.verdicts()}
        mine = self.earlier_registration()
        return {
            member
            for one in self.registry.registrations()
            if one != mine
            for member in one.members
            if (self.registry.get(member).id, one.snapshot_id, one.policy_hash) not in judged
        }

    def earlier_registration(self) -> Registration | None:
        """Return what is registered: by this judge, or by one that was interrupted."""
        asked = (self.snapshot.id, self.policy.sha256())
        return next(
            (r for r in self.registry.registrations(self.run_id) if (r.snapshot_id, r.policy_hash) == asked), None
        )


def subject_of(strategy: Strategy) -> GenomeSubject:
    """Return a strategy as the stages judge it."""
    return GenomeSubject(from_json(strategy.genome_json))
