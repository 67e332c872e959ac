"""Who is asked on held-out bars: strategies in sample, the dear proofs, and the registration of those who gave them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from data.errors import DataError
from data.intervals import YEAR_MS
from data.market import FloatArray
from organism.gauntlet.court import Court, no_held_out_bars, subject_of
from organism.gauntlet.examination import (
    agreement_case,
    examine_agreement,
    examine_in_sample,
    examine_robustness,
)
from organism.gauntlet.failed import FAILED, alike, failed_candidates
from organism.gauntlet.promotion import Contender, Family
from organism.gauntlet.quarantine import save_both_results
from organism.gauntlet.recording import Recorder
from organism.gauntlet.registration import candidates_allowed
from organism.gauntlet.stages.programme import agreement_stages
from organism.gauntlet.vault import refusal
from organism.registry.rows import Registration, Strategy


def screen(
    court: Court, strategies: Sequence[Strategy], recorder: Recorder
) -> tuple[list[Contender], list[FloatArray]]:
    """Return the strategies that pass in sample, and the daily returns of all; put the others on record."""
    contenders: list[Contender] = []
    judged_days: list[FloatArray] = []
    for strategy in strategies:
        examination = examine_in_sample(subject_of(strategy), court.in_sample, court.policy, court.features)
        judged_days += [record.daily.strategy for record in examination.slices]
        if examination.passed:
            contenders.append(Contender(strategy, examination))
        else:
            recorder.kill(strategy, examination)
    return contenders, judged_days


def take_over(
    court: Court, registration: Registration, groups: Sequence[Family], recorder: Recorder
) -> list[Contender]:
    """Return those that a judge before this one has registered, with the proofs they gave it."""
    everyone = [member for family in groups for member in family.members]
    members = [_proved(court, one) for one in everyone if one.strategy.genotype_hash in registration.members]
    for member in members:
        if not member.examination.passed:
            _put_aside(court, member, recorder)
    return [member for member in members if member.examination.passed]


def nominate(
    court: Court, groups: Sequence[Family], asked: Collection[str], recorder: Recorder
) -> tuple[Registration | None, list[Contender]]:
    """Return who will be asked, with the proofs they gave, and their registration, which is on record by then.

    A family that is not asked learns why, whoever stands for it last: so where that one has an answer and another has
    none, the other has come later, and stands for what is new.

    Parameters
    ----------
    asked
        Genotypes that were asked before; so was their family.
    """
    members: list[Contender] = []
    failed, promises = failed_candidates(court.home, court.registry), court.promises()
    n_before = court.count_registered()
    for family in groups:
        head = family.medoid_beside(recorder.judged)
        if head is None or any(one.strategy.genotype_hash in asked for one in family.members):
            continue
        record = head.examination.slice_record("IS")
        answered = alike(record.time_ms, record.returns, failed, court.policy.vault.maximum_correlation)
        if answered is not None:
            _tell_near_copies(family, head, recorder)
            recorder.kill(head.strategy, head.examination, f"moves with {answered}, which {FAILED}")
        elif head.strategy.genotype_hash in promises:
            # A verdict would outlast the answer that is missing.
            recorder.put_off(head.strategy, promises[head.strategy.genotype_hash])
        elif (reason := _not_asked(court, head, len(members), n_before, len(promises))) is not None:
            _tell_near_copies(family, head, recorder)
            recorder.wait(head.strategy, head.examination, reason)
        elif (proved := _proved(court, head)).examination.passed:
            members.append(proved)
        else:
            _tell_near_copies(family, head, recorder)
            _put_aside(court, proved, recorder)
    return (_register(court, members, promises) if members else None), members


def _tell_near_copies(family: Family, head: Contender, recorder: Recorder) -> None:
    """Let those of a family wait that is not asked."""
    for other in family.members:
        if other is not head:
            reason = f"moves with {head.strategy.id}, which stands for both and was not asked"
            recorder.wait(other.strategy, other.examination, reason)


def _not_asked(court: Court, head: Contender, n_members: int, n_before: int, n_promised: int) -> str | None:
    """Return why a contender may not be asked on held-out bars, or None."""
    rules = court.policy.vault
    years = court.time_ms.size * court.interval_ms / YEAR_MS
    allowed = candidates_allowed(years, rules)
    if allowed == 0:
        missing = rules.minimum_years - years
        return f"a history of {years:.2f} years is too short to graduate on: {missing:.2f} years are missing"
    if n_before + n_members >= allowed:
        if n_before:
            return f"its run has used its {allowed} promotions, {n_before} of them in earlier judgements"
        return f"the {allowed} promotions of its run went to higher Sharpe ratios"
    try:
        held_out = court.held_out(head)
    except DataError:
        return no_held_out_bars(head)
    return court.seen_in_breeding(head.strategy, held_out) or refusal(
        court.vault,
        court.snapshot,
        held_out,
        court.ticket(head),
        rules,
        bred_at=court.bred_at(head.strategy),
        n_registered=n_members,
        n_promised=n_promised,
    )


def _proved(court: Court, contender: Contender) -> Contender:
    """Return the contender with its dear proofs, as far as it gave them."""
    strategy, subject = contender.strategy, subject_of(contender.strategy)
    examination = examine_robustness(contender.examination, subject, court.in_sample, court.policy, court.features)
    if examination.passed:
        examination = examine_agreement(examination, subject, court.in_sample, court.policy)
    return Contender(strategy, examination)


def _put_aside(court: Court, contender: Contender, recorder: Recorder) -> None:
    """Put on record which of the dear proofs a contender owes."""
    strategy, owed = contender.strategy, contender.examination.stages[-1]
    if owed.stage not in {stage.name for stage in agreement_stages()}:
        recorder.kill(strategy, contender.examination)
        return
    case = agreement_case(contender.examination, subject_of(strategy), court.in_sample, court.policy)
    save_both_results(court.home.quarantine, strategy.id, owed, case)
    recorder.quarantine(strategy, contender.examination)


def _register(court: Court, members: Sequence[Contender], promised: Collection[str]) -> Registration:
    hashes = sorted(member.strategy.genotype_hash for member in members)
    registration = Registration(
        run_id=court.run_id,
        snapshot_id=court.snapshot.id,
        policy_hash=court.policy.sha256(),
        members=tuple(hashes),
        n_trials=court.n_trials,
        n_earlier=len(court.opened().union(promised) - set(hashes)),
    )
    court.registry.register(registration, court.now)
    return registration
