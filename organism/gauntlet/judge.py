"""The deciding half of the gauntlet: who is killed, who waits, who sees held-out bars, who graduates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from backtest.splits import Slices
from data.canonical import canonical_json
from data.errors import DataError
from data.market import Universe
from data.snapshot import Snapshot, SnapshotStore
from evolution.evaluator import FeatureStore
from evolution.genome.codec import from_json
from organism.gauntlet.evidence_document import evidence_of
from organism.gauntlet.examination import (
    Examination,
    agreement_case,
    examine_agreement,
    examine_held_out,
    examine_in_sample,
    slices_for,
)
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.promotion import Contender, decide
from organism.gauntlet.quarantine import save_both_results
from organism.gauntlet.subject import GenomeSubject
from organism.gauntlet.vault import Ticket, open_slice, refusal
from organism.home import Home
from organism.ledger import Vault, count_trials
from organism.registry.evidence import write_pack
from organism.registry.rows import Strategy, VerdictRow
from organism.registry.states import LifecycleState, Verdict
from organism.registry.store import Registry


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gauntlet's answer for one strategy."""

    strategy_id: str
    verdict: Verdict
    reason: str
    """One line: the stage that killed it, why it waits, or that it graduated."""
    evidence_sha256: str
    examination: Examination


Watcher = Callable[[Judgement], None]


def judge_testing(home: Home, registry: Registry, policy: GauntletPolicy, now: datetime, watch: Watcher) -> None:
    """Judge every strategy in testing, run by run; `watch` sees each answer after it is on record."""
    judged = {row.strategy_id for row in registry.verdicts() if row.policy_hash == policy.sha256()}
    waiting = [s for s in registry.find(states=[LifecycleState.TESTING]) if s.id not in judged]
    for snapshot_id, run_id in sorted({(strategy.snapshot_id, strategy.run_id) for strategy in waiting}):
        snapshot = SnapshotStore(home.snapshots).open(snapshot_id)
        siblings = registry.find(snapshot_id=snapshot_id, run_id=run_id)
        present = [strategy for strategy in siblings if strategy.id in judged or strategy in waiting]
        court = _Court(home, registry, policy, snapshot, now, watch)
        court.judge(sorted(present, key=lambda strategy: strategy.id), judged)


class _Court:
    """One run's strategies before one snapshot."""

    def __init__(
        self, home: Home, registry: Registry, policy: GauntletPolicy, snapshot: Snapshot, now: datetime, watch: Watcher
    ) -> None:
        self._home, self._registry, self._policy = home, registry, policy
        self._snapshot, self._now, self._watch = snapshot, now, watch
        self._vault = Vault(registry)
        # The calendar is no secret; prices after the border stay behind the vault.
        calendar = snapshot.load()
        self._time_ms, self._interval_ms = calendar.time_ms, calendar.interval_ms
        border = slices_for(self._time_ms, self._interval_ms, 0).in_sample.end_ms
        self._in_sample: Universe = snapshot.prefix(border).load()
        self._n_trials = count_trials(home.runs).distinct

    def judge(self, strategies: Sequence[Strategy], judged: Collection[str]) -> None:
        """Judge those whose id is not in `judged`; the others compete again, else a crash changed who is promoted."""
        contenders: list[Contender] = []
        features = FeatureStore(self._in_sample)
        for strategy in strategies:
            subject = GenomeSubject(from_json(strategy.genome_json))
            examination = examine_in_sample(subject, self._in_sample, self._policy, features)
            if examination.passed:
                contenders.append(Contender(strategy, examination))
            elif strategy.id not in judged:
                self._kill(strategy, examination)
        rules = self._policy.vault
        for decision in decide(
            contenders, promotions=rules.promotions_per_run, maximum_correlation=rules.maximum_correlation
        ):
            contender = decision.contender
            if contender.strategy.id in judged:
                continue
            if decision.reason is not None:
                self._record(contender.strategy, Verdict.WATCH, decision.reason, contender.examination)
            else:
                self._try(contender.strategy, contender.examination)

    def _try(self, strategy: Strategy, examination: Examination) -> None:
        """Prove the simulation, then open the two held-out slices one after the other."""
        subject = GenomeSubject(from_json(strategy.genome_json))
        longest = examination.longest_holding_bars
        try:
            slices = slices_for(self._time_ms, self._interval_ms, longest)
        except DataError:
            reason = f"its longest holding of {longest} bars in sample leaves no held-out bars after the embargo"
            self._record(strategy, Verdict.WATCH, reason, examination)
            return
        ticket = Ticket(strategy, self._policy.sha256())
        held_out = (slices.out_of_sample, slices.walk_forward)
        closed = refusal(self._vault, self._snapshot, held_out, ticket, self._policy.vault)
        if closed is not None:
            self._record(strategy, Verdict.WATCH, closed, examination)
            return
        examination = examine_agreement(examination, subject, self._in_sample, self._policy)
        if not examination.passed:
            self._quarantine(strategy, subject, examination)
            return
        for part in held_out:
            universe = open_slice(self._vault, self._snapshot, part, ticket, self._now)
            examination = examine_held_out(examination, subject, universe, part, self._policy)
            if not examination.passed:
                self._kill(strategy, examination)
                return
        self._graduate(strategy, examination)

    def _kill(self, strategy: Strategy, examination: Examination) -> None:
        missed = examination.stages[-1]
        reason = f"{missed.slice_name} {missed.stage}: {missed.measured_text}, asked for {missed.threshold_text}"
        self._record(strategy, Verdict.KILL, reason, examination, LifecycleState.REJECTED)

    def _quarantine(self, strategy: Strategy, subject: GenomeSubject, examination: Examination) -> None:
        case = agreement_case(examination, subject, self._in_sample, self._policy)
        save_both_results(self._home.quarantine, strategy.id, examination.stages[-1], case)
        reason = f"the simulators disagree: {examination.stages[-1].stage}"
        self._record(strategy, Verdict.KILL, reason, examination, LifecycleState.QUARANTINED)

    def _graduate(self, strategy: Strategy, examination: Examination) -> None:
        self._record(strategy, Verdict.PASS, "passed every stage", examination, LifecycleState.CANDIDATE)

    def _record(
        self,
        strategy: Strategy,
        verdict: Verdict,
        reason: str,
        examination: Examination,
        to: LifecycleState | None = None,
    ) -> None:
        """Write the evidence, then the verdict and the move it asks for in one transaction."""
        document, arrays = evidence_of(
            strategy,
            examination,
            self._policy,
            verdict,
            reason,
            n_trials=self._n_trials,
            n_openings=len(self._openings()),
        )
        sha256 = write_pack(self._home.evidence, document, arrays)
        row = VerdictRow(
            strategy_id=strategy.id,
            snapshot_id=strategy.snapshot_id,
            policy_hash=self._policy.sha256(),
            verdict=verdict,
            stages_json=canonical_json([stage.to_plain() for stage in examination.stages]).decode(),
            reason=reason,
            evidence_sha256=sha256,
            decided_at=self._now,
        )
        if to is None:
            self._registry.record_verdict(row)
        else:
            self._registry.decide(row, expected=strategy, to=to, reason=reason, evidence_sha256=sha256)
        self._watch(Judgement(strategy.id, verdict, reason, sha256, examination))

    def _openings(self) -> set[str]:
        slices: Slices = slices_for(self._time_ms, self._interval_ms, 0)
        opened = self._vault.openings_overlapping(slices.out_of_sample.start_ms, slices.walk_forward.end_ms)
        return {opening.genotype_hash for opening in opened}
