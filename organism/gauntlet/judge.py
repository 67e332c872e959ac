"""The deciding half of the gauntlet: who is killed, who waits, who is asked on held-out bars, who graduates.

A run is judged in this order: every strategy in sample; families of those that passed, by how they move; the dear
proofs for the one that stands for each family, best family first; **registration** of as many as the history allows;
their two held-out slices, opened once each; what both say together, corrected for all that were registered. Nothing
held out is read before the registration is on record, and a crash anywhere ends in the same verdicts: whatever was
registered or opened before is found on record and used again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from backtest.splits import Slice
from data.errors import DataError
from data.intervals import YEAR_MS
from data.market import FloatArray, Universe
from data.snapshot import Snapshot, SnapshotStore
from evolution.evaluator import FeatureStore
from evolution.genome.codec import from_json
from evolution.run.layout import RunFolder
from evolution.trials import read_segments
from organism.gauntlet.alarms import DAYS_PER_YEAR, Alarms, alarms_of
from organism.gauntlet.examination import (
    Registered,
    agreement_case,
    examine_agreement,
    examine_held_out,
    examine_in_sample,
    examine_robustness,
    slices_for,
)
from organism.gauntlet.failed import alike, failed_candidates
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.promotion import Contender, Family, families
from organism.gauntlet.quarantine import save_both_results
from organism.gauntlet.recording import Judgement, Recorder, Watcher
from organism.gauntlet.registration import (
    candidates_allowed,
    joined_p_value,
    joined_stage,
)
from organism.gauntlet.stages.programme import JOINED_STAGE
from organism.gauntlet.subject import GenomeSubject
from organism.gauntlet.vault import Access, Ticket, is_made, open_slice, refusal, refuse_real
from organism.home import Home
from organism.ledger import Vault, count_trials
from organism.registry.rows import Registration, Strategy
from organism.registry.states import LifecycleState
from organism.registry.store import Registry

__all__ = ["Judgement", "judge_testing"]

FAILED = "failed on held-out bars"


def judge_testing(
    home: Home,
    registry: Registry,
    policy: GauntletPolicy,
    now: datetime,
    watch: Watcher,
    *,
    access: Access = Access.MADE,
    only_run: str | None = None,
) -> None:
    """Judge every strategy in testing, run by run; `watch` sees each answer after it is on record.

    Parameters
    ----------
    only_run
        Leave other runs alone. There is no less than a run: its strategies compete for its registration.

    Raises
    ------
    ConfigError
        If a strategy in testing is of real history and `access` is to made ones alone; then nothing is judged.
    """
    judged = {row.strategy_id for row in registry.verdicts() if row.policy_hash == policy.sha256()}
    waiting = [s for s in registry.find(states=[LifecycleState.TESTING], run_id=only_run) if s.id not in judged]
    store = SnapshotStore(home.snapshots)
    snapshots = {name: store.open(name) for name in sorted({strategy.snapshot_id for strategy in waiting})}
    if access is Access.MADE:
        for snapshot in snapshots.values():
            refuse_real(snapshot)
    for snapshot_id, run_id in sorted({(strategy.snapshot_id, strategy.run_id) for strategy in waiting}):
        snapshot = snapshots[snapshot_id]
        siblings = registry.find(snapshot_id=snapshot_id, run_id=run_id)
        # Those on record compete again, else a crash changed who stands for whom.
        present = [strategy for strategy in siblings if strategy.id in judged or strategy in waiting]
        court = _Court(home, registry, policy, snapshot, run_id, now)
        recorder = Recorder(
            home=home,
            registry=registry,
            policy=policy,
            now=now,
            watch=watch,
            judged=judged,
            n_trials=court.n_trials,
            count_openings=court.count_openings,
            open_vault=access is Access.OPEN and not is_made(snapshot),
        )
        court.judge(sorted(present, key=lambda strategy: strategy.id), recorder)


class _Court:
    """One run's strategies before one snapshot."""

    def __init__(
        self,
        home: Home,
        registry: Registry,
        policy: GauntletPolicy,
        snapshot: Snapshot,
        run_id: str,
        now: datetime,
    ) -> None:
        self._home, self._registry, self._policy = home, registry, policy
        self._snapshot, self._run_id, self._now = snapshot, run_id, now
        self._vault = Vault(registry)
        # The calendar is no secret; prices after the border stay behind the vault.
        calendar = snapshot.load()
        self._time_ms, self._interval_ms = calendar.time_ms, calendar.interval_ms
        border = slices_for(self._time_ms, self._interval_ms, 0).in_sample.end_ms
        self._in_sample: Universe = snapshot.prefix(border).load()
        self._features = FeatureStore(self._in_sample)
        self.n_trials = count_trials(home.runs).tried
        self._judged_days: list[FloatArray] = []

    def judge(self, strategies: Sequence[Strategy], recorder: Recorder) -> None:
        """Judge those that are not on record yet; see the module."""
        groups = families(
            self._screened(strategies, recorder), maximum_correlation=self._policy.vault.maximum_correlation
        )
        heard = [self._hear(candidate) for candidate in self._registered(groups, recorder)]
        fates = self._conclude(heard, recorder)
        for family in groups:
            self._tell_others(family, fates, recorder)

    def count_openings(self) -> int:
        """Return how many genotypes have seen some of this snapshot's held-out time."""
        return len(self._opened())

    def _screened(self, strategies: Sequence[Strategy], recorder: Recorder) -> list[Contender]:
        contenders: list[Contender] = []
        self._judged_days = []
        for strategy in strategies:
            examination = examine_in_sample(_subject(strategy), self._in_sample, self._policy, self._features)
            self._judged_days += [record.daily.strategy for record in examination.slices]
            if examination.passed:
                contenders.append(Contender(strategy, examination))
            else:
                recorder.kill(strategy, examination)
        return contenders

    def _registered(self, groups: Sequence[Family], recorder: Recorder) -> list[Contender]:
        """Return who will be asked, with the proofs they gave; those who stand for a family and are not learn why."""
        earlier = self._earlier_registration()
        if earlier is not None:
            return self._registered_before(groups, earlier, recorder)
        members: list[Contender] = []
        failed = failed_candidates(self._home, self._registry)
        for family in groups:
            head = family.medoid
            reason = self._not_asked(head, len(members))
            record = head.examination.slice_record("IS")
            answered = alike(record.time_ms, record.returns, failed, self._policy.vault.maximum_correlation)
            if answered is not None:
                recorder.kill(head.strategy, head.examination, f"moves with {answered}, which {FAILED}")
            elif reason is not None:
                recorder.wait(head.strategy, head.examination, reason)
            elif (proved := self._proved(head, recorder)) is not None:
                members.append(proved)
        if members:
            self._register(members)
        return members

    def _registered_before(
        self, groups: Sequence[Family], earlier: Registration, recorder: Recorder
    ) -> list[Contender]:
        members: list[Contender] = []
        for family in groups:
            member = next((one for one in family.members if one.strategy.genotype_hash in earlier.members), None)
            if member is None:
                head = family.medoid
                recorder.wait(head.strategy, head.examination, "its run had registered its candidates before")
            elif (proved := self._proved(member, recorder)) is not None:
                members.append(proved)
        return members

    def _not_asked(self, head: Contender, n_members: int) -> str | None:
        """Return why a contender may not be asked on held-out bars, or None."""
        rules = self._policy.vault
        years = self._time_ms.size * self._interval_ms / YEAR_MS
        allowed = candidates_allowed(years, rules)
        if allowed == 0:
            missing = rules.minimum_years - years
            return f"a history of {years:.2f} years is too short to graduate on: {missing:.2f} years are missing"
        if n_members >= allowed:
            return f"the {allowed} promotions of its run went to higher Sharpe ratios"
        longest = head.examination.longest_holding_bars
        try:
            held_out = self._held_out(head)
        except DataError:
            return f"its longest holding of {longest} bars in sample leaves no held-out bars after the embargo"
        return refusal(self._vault, self._snapshot, held_out, self._ticket(head), rules, n_registered=n_members)

    def _proved(self, contender: Contender, recorder: Recorder) -> Contender | None:
        """Return the contender with its dear proofs, or put on record which of them it owes."""
        strategy, subject = contender.strategy, _subject(contender.strategy)
        robust = examine_robustness(contender.examination, subject, self._in_sample, self._policy, self._features)
        if not robust.passed:
            recorder.kill(strategy, robust)
            return None
        proved = examine_agreement(robust, subject, self._in_sample, self._policy)
        if not proved.passed:
            case = agreement_case(proved, subject, self._in_sample, self._policy)
            save_both_results(self._home.quarantine, strategy.id, proved.stages[-1], case)
            recorder.quarantine(strategy, proved)
            return None
        return Contender(strategy, proved)

    def _register(self, members: Sequence[Contender]) -> None:
        hashes = sorted(member.strategy.genotype_hash for member in members)
        registration = Registration(
            run_id=self._run_id,
            snapshot_id=self._snapshot.id,
            policy_hash=self._policy.sha256(),
            members=tuple(hashes),
            n_trials=self.n_trials,
            n_earlier=len(self._opened() - set(hashes)),
        )
        self._registry.register(registration, self._now)

    def _earlier_registration(self) -> Registration | None:
        """Return what a judge that was interrupted has registered."""
        asked = (self._snapshot.id, self._policy.sha256())
        return next(
            (r for r in self._registry.registrations(self._run_id) if (r.snapshot_id, r.policy_hash) == asked), None
        )

    def _hear(self, candidate: Contender) -> Contender:
        """Open the two held-out slices one after the other; the second only if the first is passed."""
        subject, examination = _subject(candidate.strategy), candidate.examination
        for part in self._held_out(candidate):
            universe = open_slice(self._vault, self._snapshot, part, self._ticket(candidate), self._now)
            examination = examine_held_out(examination, subject, universe, part, self._policy)
            if not examination.passed:
                break
        return Contender(candidate.strategy, examination)

    def _conclude(self, heard: Sequence[Contender], recorder: Recorder) -> dict[str, bool]:
        """Put on record what became of the candidates; return by genotype whether each has graduated."""
        registration = self._earlier_registration()
        p_values = {one.strategy.genotype_hash: joined_p_value(one.examination) for one in heard}
        alarms = self._alarms(heard)
        fates: dict[str, bool] = {}
        for one in heard:
            genotype = one.strategy.genotype_hash
            examination = replace(one.examination, alarms=alarms[genotype])
            if examination.passed and JOINED_STAGE not in self._policy.left_out:
                assert registration is not None
                stage = joined_stage(genotype, p_values, registration.n_earlier, self._policy)
                examination = replace(
                    examination,
                    stages=(*examination.stages, stage),
                    registered=Registered(registration.sha256, registration.n_earlier, p_values),
                )
            fates[genotype] = examination.passed
            if examination.passed:
                recorder.graduate(one.strategy, examination)
            else:
                recorder.kill(one.strategy, examination)
        return fates

    def _alarms(self, heard: Sequence[Contender]) -> dict[str, Alarms]:
        days = {one.strategy.genotype_hash: one.examination.slice_record("IS").daily.strategy for one in heard}
        segments = read_segments(RunFolder(self._home.runs / self._run_id).trials)
        found = [table["sharpe"].drop_null().to_numpy() for table in segments]
        sharpes = np.concatenate(found) if found else np.empty(0)
        return alarms_of(days, self._judged_days, sharpes / np.sqrt(DAYS_PER_YEAR), self.n_trials)

    def _tell_others(self, family: Family, fates: dict[str, bool], recorder: Recorder) -> None:
        """Let the near copies of a candidate share its failure; those of others wait."""
        asked = [one for one in family.members if one.strategy.genotype_hash in fates]
        head = asked[0] if asked else family.medoid
        for other in family.members:
            if other is head:
                continue
            if asked and not fates[head.strategy.genotype_hash]:
                reason = f"moves with {head.strategy.id}, which {FAILED}"
                recorder.kill(other.strategy, other.examination, reason)
            else:
                fate = "which graduated" if asked else "which stands for both and was not asked"
                recorder.wait(other.strategy, other.examination, f"moves with {head.strategy.id}, {fate}")

    def _held_out(self, contender: Contender) -> tuple[Slice, Slice]:
        slices = slices_for(self._time_ms, self._interval_ms, contender.examination.longest_holding_bars)
        return slices.out_of_sample, slices.walk_forward

    def _ticket(self, contender: Contender) -> Ticket:
        return Ticket(contender.strategy, self._policy.sha256())

    def _opened(self) -> set[str]:
        slices = slices_for(self._time_ms, self._interval_ms, 0)
        opened = self._vault.openings_overlapping(slices.out_of_sample.start_ms, slices.walk_forward.end_ms)
        return {opening.genotype_hash for opening in opened}


def _subject(strategy: Strategy) -> GenomeSubject:
    return GenomeSubject(from_json(strategy.genome_json))
