"""What the gauntlet concludes, put on record: evidence first, then the verdict and the move that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from data.canonical import canonical_json
from organism.gauntlet.evidence_document import evidence_of
from organism.gauntlet.examination import Examination
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.ledger import TrialCount
from organism.registry.evidence import write_pack
from organism.registry.rows import Registration, Strategy, VerdictRow
from organism.registry.states import LifecycleState, Verdict
from organism.registry.store import Registry


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gauntlet's answer for one strategy."""

    strategy_id: str
    run_id: str
    """That it was judged for."""
    verdict: Verdict
    reason: str
    """One line: the stage that killed it, why it waits, or that it graduated."""
    evidence_sha256: str
    examination: Examination


Watcher = Callable[[Judgement], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Records each answer once: those on record already are passed over."""

    home: Home
    registry: Registry
    policy: GauntletPolicy
    now: datetime
    watch: Watcher
    """Sees each answer after it is on record."""
    warn: Callable[[str], None]
    """Is told who has no answer, and what to do about it."""
    judged: Collection[str]
    """Ids that have a verdict under this policy."""
    trials: TrialCount
    """What the home has tried by now."""
    count_openings: Callable[[], int]
    """Says how many genotypes have seen held-out time by now."""
    open_vault: bool
    """Whether real history is judged under other rules than those configured, because somebody insisted."""

    def kill(self, strategy: Strategy, examination: Examination, reason: str | None = None) -> None:
        """Reject a strategy; without a reason, for the last stage it went through."""
        self._record(strategy, Verdict.KILL, reason or _missed(examination), examination, LifecycleState.REJECTED)

    def wait(self, strategy: Strategy, examination: Examination, reason: str) -> None:
        """Leave a strategy in testing."""
        self._record(strategy, Verdict.WATCH, reason, examination)

    def put_off(self, strategy: Strategy, promise: Registration) -> None:
        """Leave a strategy without a verdict until it has the answer that it was registered for elsewhere."""
        if strategy.id in self.judged:
            return
        rules = "" if promise.policy_hash == self.policy.sha256() else " --policy FILE, with those rules"
        self.warn(
            f"{strategy.id} and what moves with it are not judged here yet: run {promise.run_id} has registered it on "
            f"snapshot {promise.snapshot_id[:12]} under policy {promise.policy_hash[:12]}, where it has no answer; "
            f"first give it that answer: organism validate {promise.run_id}{rules}"
        )

    def quarantine(self, strategy: Strategy, examination: Examination) -> None:
        """Put a strategy aside on which the simulators disagree."""
        reason = f"the simulators disagree: {examination.stages[-1].stage}"
        self._record(strategy, Verdict.KILL, reason, examination, LifecycleState.QUARANTINED)

    def graduate(self, strategy: Strategy, examination: Examination) -> None:
        """Make a strategy a candidate."""
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
        if strategy.id in self.judged:
            return
        document, arrays = evidence_of(
            strategy,
            examination,
            self.policy,
            verdict,
            reason,
            trials=self.trials,
            n_openings=self.count_openings(),
            open_vault=self.open_vault,
        )
        sha256 = write_pack(self.home.evidence, document, arrays)
        row = VerdictRow(
            strategy_id=strategy.id,
            snapshot_id=strategy.snapshot_id,
            policy_hash=self.policy.sha256(),
            verdict=verdict,
            stages_json=canonical_json([stage.to_plain() for stage in examination.stages]).decode(),
            reason=reason,
            evidence_sha256=sha256,
            decided_at=self.now,
        )
        if to is None:
            self.registry.record_verdict(row)
        else:
            self.registry.decide(row, expected=strategy, to=to, reason=reason, evidence_sha256=sha256)
        self.watch(Judgement(strategy.id, strategy.run_id, verdict, reason, sha256, examination))


def _missed(examination: Examination) -> str:
    missed = examination.stages[-1]
    return f"{missed.slice_name} {missed.stage}: {missed.measured_text}, asked for {missed.threshold_text}"
