"""History that is too short, or whose tail is another than it was: a clear error, nothing judged, nothing twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from data.alignment import cut
from data.errors import DataError, TransitionError
from data.snapshot import Snapshot, SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from organism.gauntlet.examination import slices_for
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.recording import Judgement
from organism.home import Home
from organism.registry.rows import Registration
from organism.registry.states import LifecycleState
from organism.registry.store import Registry

ONCE = GauntletPolicy.model_validate(
    {"robustness": {"copies": 10}, "held_out": {"minimum_sharpe": 50.0}, "vault": {"promotions_per_run": 1}}
)
"""One candidate, which the first held-out slice answers with no."""


@pytest.fixture
def snapshot(
    home: Home, two_years: World, rules: dict[str, Genome], submit: Callable[..., None], judged_at: datetime
) -> Snapshot:
    """Return the history on which the cause waits."""
    found = SnapshotStore(home.snapshots).save(two_years.markets, two_years.origin)
    submit(home, {"cause": rules["cause"]}, found.id, judged_at)
    return found


def judge(
    home: Home, now: datetime, warn: Callable[[str], None] = pytest.fail, only_run: str | None = None
) -> list[str]:
    """Judge what waits; return the ids of those that got an answer."""
    answered: list[str] = []

    def watch(judgement: Judgement) -> None:
        answered.append(judgement.strategy_id)

    with Registry.open(home.registry_path) as registry:
        judge_testing(home, registry, ONCE, now, watch, only_run=only_run, warn=warn)
    return answered


def on_record(home: Home) -> tuple[list[str], list[str], int]:
    """Return the reasons of all verdicts, the slices that were opened, and how many registrations there are."""
    with Registry.open(home.registry_path) as registry:
        reasons = [row.reason for row in registry.verdicts()]
        slices = [opening.slice_name for opening in registry.openings(0, 2**62)]
        return reasons, slices, len(registry.registrations())


def change_the_tail(snapshot: Snapshot) -> None:
    path = snapshot.path / "close.npy"
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_history_too_short_to_split_is_not_judged(
    home: Home, two_years: World, rules: dict[str, Genome], submit: Callable[..., None], judged_at: datetime
) -> None:
    end_ms = int(two_years.markets[0].time_ms[500])
    short = SnapshotStore(home.snapshots).save(cut(two_years.markets, end_ms=end_ms), two_years.origin)
    submit(home, {"cause": rules["cause"]}, short.id, judged_at)
    with pytest.raises(DataError, match=r"history of 500 bars is too short: .* need at least 848 bars in all"):
        judge(home, judged_at)
    assert on_record(home) == ([], [], 0)


def test_a_tail_that_changed_after_an_opening_stops_what_waits_on_it(
    home: Home,
    snapshot: Snapshot,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    judged_at: datetime,
) -> None:
    """Under other rules everybody waits again."""
    assert len(judge(home, judged_at)) == 1
    before = on_record(home)
    assert before[1:] == (["OOS"], 1)
    submit(home, {"long": rules["long"]}, snapshot.id, judged_at, "run-2")
    change_the_tail(snapshot)
    for _ in range(2):
        with pytest.raises(DataError, match=rf"{snapshot.id[:12]}.*close\.npy"):
            judge(home, judged_at + timedelta(days=1))
        assert on_record(home) == before


@pytest.mark.parametrize("trouble", ["gone", "changed"])
def test_a_history_in_trouble_stops_nobody_who_waits_on_another(
    trouble: str,
    home: Home,
    snapshot: Snapshot,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    judged_at: datetime,
) -> None:
    """The cause waits on what is gone, in run-1, which comes first; a run on half of that history is judged."""
    sound = snapshot.prefix(int(snapshot.load().time_ms[15_000]))
    submit(home, {"short": rules["short"]}, sound.id, judged_at, "run-2")
    if trouble == "gone":
        shutil.move(snapshot.path, home.root / "elsewhere")
    else:
        change_the_tail(snapshot)
    warnings: list[str] = []
    [answered] = judge(home, judged_at, warnings.append)
    assert answered.startswith("short_")
    [warning] = warnings
    assert warning.startswith("run run-1 is not judged: ")
    assert snapshot.id[:12] in warning
    with pytest.raises(DataError, match=snapshot.id[:12]):
        judge(home, judged_at, warnings.append, "run-1")


def test_who_was_promised_an_answer_on_a_history_that_is_gone_can_be_given_up(
    home: Home,
    snapshot: Snapshot,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    judged_at: datetime,
) -> None:
    """A judge died between registration and opening, then the history was lost."""
    promised = Registration(
        run_id="run-1",
        snapshot_id=snapshot.id,
        policy_hash=ONCE.sha256(),
        members=(genotype_hash(rules["cause"]),),
        n_trials=0,
        n_earlier=0,
    )
    with Registry.open(home.registry_path) as registry:
        registry.register(promised, judged_at)
        cause = registry.get("cause").id
    sound = snapshot.prefix(int(snapshot.load().time_ms[15_000]))
    submit(home, {"short": rules["short"]}, sound.id, judged_at, "run-2")
    shutil.move(snapshot.path, home.root / "elsewhere")
    warnings: list[str] = []
    judge(home, judged_at, warnings.append)
    assert f"registered there and without an answer: {cause}." in warnings[0]
    assert warnings[0].endswith("give each up: organism registry retire ID --reason WHY")
    with Registry.open(home.registry_path) as registry:
        lost = registry.get(cause)
        registry.transition(cause, expected=lost, to=LifecycleState.REJECTED, reason="history lost", now=judged_at)
        assert registry.unanswered(promised) == frozenset()
    judge(home, judged_at)


def test_a_part_that_changed_between_its_opening_and_its_verdict_is_not_opened_twice(
    home: Home, snapshot: Snapshot, judged_at: datetime
) -> None:
    """The bars up to the end of the slice are a snapshot of their own, stored before they are asked about."""
    universe = snapshot.load()
    part = slices_for(universe.time_ms, universe.interval_ms, 0).out_of_sample
    prefix = snapshot.prefix(part.end_ms)
    sound = (prefix.path / "close.npy").read_bytes()
    change_the_tail(prefix)
    for _ in range(2):
        with pytest.raises(DataError, match=r"close\.npy"):
            judge(home, judged_at)
        assert on_record(home) == ([], ["OOS"], 1), "the opening is on record before a bar is read, and once"
    (prefix.path / "close.npy").write_bytes(sound)
    assert len(judge(home, judged_at)) == 1
    [reason], opened, n_registrations = on_record(home)
    assert reason.startswith("OOS Sharpe after costs: ")
    assert (opened, n_registrations) == (["OOS"], 1)


def test_a_venue_that_corrects_the_tail_gives_nobody_a_second_answer(
    home: Home,
    snapshot: Snapshot,
    two_years: World,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    judged_at: datetime,
) -> None:
    """Another tail is another snapshot of the same time: the same rule is known, a near copy has been answered."""
    judge(home, judged_at)
    before = on_record(home)
    markets = [replace(market, volume=_with_another_end(market.volume)) for market in two_years.markets]
    corrected = SnapshotStore(home.snapshots).save(markets, two_years.origin)
    assert corrected.id != snapshot.id
    later = judged_at + timedelta(days=1)
    with Registry.open(home.registry_path) as registry:
        known = registry.get("cause")
    with pytest.raises(TransitionError, match=known.id):
        submit(home, {"again": rules["cause"]}, corrected.id, later, "run-2")
    assert judge(home, later) == []
    submit(home, {"copy": rules["copy"]}, corrected.id, later, "run-2")
    [answered] = judge(home, later)
    assert answered.startswith("copy_")
    reasons, opened, n_registrations = on_record(home)
    assert reasons[-1] == f"moves with {known.id}, which failed on held-out bars"
    assert (opened, n_registrations) == before[1:]


def _with_another_end(volume: np.ndarray) -> np.ndarray:
    changed = volume.copy()
    changed[-1] *= 2.0
    return changed
