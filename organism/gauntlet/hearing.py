"""What held-out bars say of those who were registered: each slice opened once, and a verdict over all of them."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.errors import DataError
from data.market import FloatArray
from evolution.run.layout import RunFolder
from evolution.trials import read_columns, segments
from organism.gauntlet.alarms import DAYS_PER_YEAR, Alarms, alarms_of
from organism.gauntlet.court import Court, no_held_out_bars, subject_of
from organism.gauntlet.examination import Examination, Registered, examine_held_out
from organism.gauntlet.failed import FAILED
from organism.gauntlet.promotion import Contender, Family
from organism.gauntlet.recording import Recorder
from organism.gauntlet.registration import NOT_ASKED, joined_p_value, joined_stage
from organism.gauntlet.stages.programme import JOINED_STAGE
from organism.gauntlet.vault import open_slice
from organism.ledger import VaultClosed
from organism.registry.rows import Registration, Strategy


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A registered candidate after its hearing."""

    strategy: Strategy
    examination: Examination
    closed: str | None = None
    """Why the vault stays shut although it was promised to open; None if it did not."""


def hear(court: Court, candidate: Contender) -> Heard:
    """Open the two held-out slices one after the other; the second only if the first is passed.

    What was registered by another version of the program may not be askable by this one: that is no graduate, and no
    reason to leave everybody else without an answer.
    """
    subject, examination = subject_of(candidate.strategy), candidate.examination
    try:
        parts = court.held_out(candidate)
    except DataError:
        return Heard(candidate.strategy, examination, no_held_out_bars(candidate))
    for part in parts:
        try:
            universe = open_slice(court.vault, court.snapshot, part, court.ticket(candidate), court.now)
        except VaultClosed as closed:
            return Heard(candidate.strategy, examination, f"held-out bars cannot be asked about it any more: {closed}")
        examination = examine_held_out(examination, subject, universe, part, court.policy)
        if not examination.passed:
            break
    return Heard(candidate.strategy, examination)


def conclude(
    court: Court,
    registration: Registration,
    heard: Sequence[Heard],
    judged_days: Sequence[FloatArray],
    recorder: Recorder,
) -> dict[str, bool]:
    """Put on record what became of those who were registered; return by genotype whether each has graduated.

    Parameters
    ----------
    judged_days
        Daily returns in sample of all that the run has brought, candidates or not.
    """
    # Who was retired since it was registered is a question all the same.
    p_values = dict.fromkeys(registration.members, NOT_ASKED)
    p_values |= {one.strategy.genotype_hash: joined_p_value(one.examination) for one in heard}
    alarms = _alarms(court, heard, judged_days)
    fates: dict[str, bool] = {}
    for one in heard:
        genotype = one.strategy.genotype_hash
        examination = replace(one.examination, alarms=alarms[genotype])
        asked = examination.passed and one.closed is None
        if asked and JOINED_STAGE not in court.policy.left_out:
            stage = joined_stage(genotype, p_values, registration.n_earlier, court.policy)
            examination = replace(
                examination,
                stages=(*examination.stages, stage),
                registered=Registered(registration.sha256, registration.n_earlier, p_values),
            )
        fates[genotype] = examination.passed and one.closed is None
        if fates[genotype]:
            recorder.graduate(one.strategy, examination)
        else:
            recorder.kill(one.strategy, examination, one.closed)
    return fates


def tell_others(family: Family, fates: Mapping[str, bool], recorder: Recorder) -> None:
    """Let the near copies of those that were asked share a failure, and wait beside a graduate.

    Who moves with the leader of a family as the one that was asked does, and with that one less, has no answer by it:
    two that are at 0.81 to a third may be at 0.31 to each other.
    """
    asked = [one for one in family.members if one.strategy.genotype_hash in fates]
    failed = [one for one in asked if not fates[one.strategy.genotype_hash]]
    for other in family.members if asked else ():
        if other in asked:
            continue
        copied = next((one for one in failed if family.moves_alike(one, other)), None)
        if copied is not None:
            recorder.kill(other.strategy, other.examination, f"moves with {copied.strategy.id}, which {FAILED}")
        elif failed:
            reason = f"is of the family of {failed[0].strategy.id}, which {FAILED}; its question is not asked again"
            recorder.wait(other.strategy, other.examination, reason)
        else:
            reason = f"moves with {asked[0].strategy.id}, which graduated"
            recorder.wait(other.strategy, other.examination, reason)


def _alarms(court: Court, heard: Sequence[Heard], judged_days: Sequence[FloatArray]) -> dict[str, Alarms]:
    days = {one.strategy.genotype_hash: one.examination.slice_record("IS").daily.strategy for one in heard}
    per_day = _sharpes(RunFolder(court.home.runs / court.run_id).trials)
    per_day /= np.sqrt(DAYS_PER_YEAR)
    return alarms_of(days, judged_days, per_day, court.n_trials)


def _sharpes(trials: Path) -> FloatArray:
    """Return the annual Sharpe ratios of all trials of a run that have one, in order: eight to nine bytes each."""
    found = array("d")
    for path in segments(trials):
        found.frombytes(read_columns(path, ("sharpe",))["sharpe"].drop_null().to_numpy().tobytes())
    return np.frombuffer(found)
