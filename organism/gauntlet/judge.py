"""The deciding half of the gauntlet: who is killed, who waits, who is asked on held-out bars, who graduates.

A run is judged in this order: every strategy in sample; families of those that passed, by how they move; the dear
proofs for the one that stands for each family, best family first; **registration** of as many as the history allows;
their two held-out slices, opened once each; what both say together, corrected for all that were registered. Nothing
held out is read before the registration is on record, and a crash anywhere ends in the same verdicts: whatever was
registered or opened before is found on record and used again.

A run that goes on may bring more later. They are registered among themselves, once those before them have their answer,
within what the run and the calendar time have left; whoever moves with one that was asked before shares its answer.
A strategy that waits may be submitted on another history too, and is asked on bars that nobody has bred it on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from data.errors import DataError
from data.lock import exclusive
from data.snapshot import Snapshot, SnapshotStore
from organism.gauntlet.court import Court
from organism.gauntlet.hearing import conclude, hear, tell_others
from organism.gauntlet.nomination import nominate, screen, take_over
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.promotion import Contender, families
from organism.gauntlet.recording import Recorder, Watcher
from organism.gauntlet.vault import Access, is_made, refuse_real
from organism.home import Home
from organism.ledger import TrialCount, count_trials
from organism.registry.rows import Registration, Strategy
from organism.registry.states import LifecycleState
from organism.registry.store import Registry

LOGGER = logging.getLogger(__name__)


def judge_testing(
    home: Home,
    registry: Registry,
    policy: GauntletPolicy,
    now: datetime,
    watch: Watcher,
    *,
    access: Access = Access.MADE,
    only_run: str | None = None,
    warn: Callable[[str], None] = LOGGER.warning,
) -> TrialCount:
    """Judge every strategy in testing, run by run; `watch` sees each answer after it is on record.

    One judge at a time works on a home: two would each spend a budget that they share. Returned is what the home had
    tried when the judgement began, which all of it is corrected for: whoever a search hands over meanwhile may come of
    later trials, and waits for the next judgement.

    Parameters
    ----------
    only_run
        Leave other runs alone. There is no less than a run: its strategies compete for its registration.
    warn
        Is told who has no answer, and what to do about it.

    Raises
    ------
    ConfigError
        If another process judges; or if a strategy in testing is of real history and `access` is to made ones alone.
        Then nothing is judged.
    DataError
        If the history of the run that was asked about, or every history that somebody waits on, is gone or damaged.
        One of several is told through `warn`, and the others are judged.
    """
    if access is Access.MADE:
        # Asked before the lock too, so that who may not judge leaves no trace.
        _waiting(home, registry, policy, access, only_run)
    with exclusive(home.root / ".judge.lock", f"judging in {home.root}"):
        return _judge_all(home, registry, policy, now, watch, access, only_run, warn)


def _waiting(
    home: Home, registry: Registry, policy: GauntletPolicy, access: Access, only_run: str | None
) -> tuple[list[Strategy], dict[str, Snapshot | DataError]]:
    """Return who has no verdict under these rules, and the snapshots by id; refuse what may not be judged.

    Raises
    ------
    DataError
        If no snapshot can be opened, or that of the run that was asked about cannot.
    """
    judged = _judged(registry, policy)
    in_testing = registry.submitted(states=[LifecycleState.TESTING], run_id=only_run)
    waiting = [one for one in in_testing if (one.id, one.snapshot_id) not in judged]
    store = SnapshotStore(home.snapshots)
    snapshots = {name: _opened(store, name) for name in sorted({strategy.snapshot_id for strategy in waiting})}
    lost = [snapshot for snapshot in snapshots.values() if isinstance(snapshot, DataError)]
    if lost and (only_run is not None or len(lost) == len(snapshots)):
        raise lost[0]
    if access is Access.MADE:
        for snapshot in snapshots.values():
            if isinstance(snapshot, Snapshot):
                refuse_real(snapshot)
    return waiting, snapshots


def _opened(store: SnapshotStore, name: str) -> Snapshot | DataError:
    """Return a snapshot, or why it cannot be opened: gone or damaged, it is no reason to judge nobody else."""
    try:
        return store.open(name)
    except DataError as error:
        return error


def _judged(registry: Registry, policy: GauntletPolicy) -> set[tuple[str, str]]:
    """Return who has a verdict under these rules, and on which snapshot."""
    return {(row.strategy_id, row.snapshot_id) for row in registry.verdicts() if row.policy_hash == policy.sha256()}


def _judge_all(
    home: Home,
    registry: Registry,
    policy: GauntletPolicy,
    now: datetime,
    watch: Watcher,
    access: Access,
    only_run: str | None,
    warn: Callable[[str], None],
) -> TrialCount:
    waiting, snapshots = _waiting(home, registry, policy, access, only_run)
    handed_over = {(one.id, one.snapshot_id, one.run_id) for one in registry.submitted(run_id=only_run)}
    # Only now, so that the trials of everybody who is judged are among them.
    trials = count_trials(home.runs, (one.run_id for one in registry.submitted()))
    if trials.lost_runs:
        warn(_too_few(trials, home))
    promised = {(one.snapshot_id, one.run_id) for one in registry.registrations() if registry.unanswered(one)}
    courts = {(strategy.snapshot_id, strategy.run_id) for strategy in waiting}
    # What was promised is kept first: whoever it is about is asked nowhere else before.
    for snapshot_id, run_id in sorted(courts, key=lambda court: (court not in promised, court)):
        snapshot = snapshots[snapshot_id]
        if isinstance(snapshot, DataError):
            warn(f"run {run_id} is not judged: {snapshot}{_held_up(registry, run_id, snapshot_id)}")
            continue
        judged = {name for name, judged_on in _judged(registry, policy) if judged_on == snapshot_id}
        siblings = [
            one
            for one in registry.submitted(snapshot_id=snapshot_id, run_id=run_id)
            if (one.id, snapshot_id, run_id) in handed_over
        ]
        # Those on record compete again, else a crash changed who stands for whom. Whoever has left testing by its
        # verdict on another history is not judged on this one.
        present = [one for one in siblings if one.id in judged or one.state is LifecycleState.TESTING]
        court = Court(home, registry, policy, snapshot, run_id, now, trials.tried)
        recorder = Recorder(
            home=home,
            registry=registry,
            policy=policy,
            now=now,
            watch=watch,
            warn=warn,
            judged=judged,
            trials=trials,
            count_openings=court.count_openings,
            open_vault=access is Access.OPEN and not is_made(snapshot),
        )
        _judge(court, sorted(present, key=lambda strategy: strategy.id), recorder)
    return trials


def _too_few(trials: TrialCount, home: Home) -> str:
    names = ", ".join(trials.lost_runs)
    return (
        f"{trials.tried:,} rules tried are too few: {home.runs} has no trials of runs that the registry has strategies "
        f"of ({names}), so that luck is reckoned too small, and all evidence will say so. Put their folders back "
        "from a backup"
    )


def _held_up(registry: Registry, run_id: str, snapshot_id: str) -> str:
    """Say who was promised an answer on a history that is not there, and what to do if it never comes back."""
    mine = [one for one in registry.registrations(run_id) if one.snapshot_id == snapshot_id]
    promised = sorted(registry.get(member).id for one in mine for member in registry.unanswered(one))
    if not promised:
        return ""
    return (
        f"; registered there and without an answer: {', '.join(promised)}. Until they have one they count for "
        "everybody else, and nothing that moves with them is asked. If that history is lost, give each up: "
        "organism registry retire ID --reason WHY"
    )


def _judge(court: Court, strategies: Sequence[Strategy], recorder: Recorder) -> None:
    """Judge those of a run that are not on record yet; see the module."""
    contenders, judged_days = screen(court, strategies, recorder)
    groups = families(contenders, maximum_correlation=court.policy.vault.maximum_correlation)

    def ask(registration: Registration, members: Sequence[Contender]) -> dict[str, bool]:
        return conclude(court, registration, [hear(court, one) for one in members], judged_days, recorder)

    fates, pending = court.fates(), court.pending()
    if pending is not None:
        fates |= ask(pending, take_over(court, pending, groups, recorder))
    registration, members = nominate(court, groups, fates, recorder)
    if registration is not None:
        fates |= ask(registration, members)
    for family in groups:
        tell_others(family, fates, recorder)
