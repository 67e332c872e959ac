"""The door to held-out bars: who may pass, how often, and what lies behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backtest.splits import Slice
from data.canonical import sha256_hex
from data.snapshot import Snapshot, SnapshotStore
from data.worlds import World
from organism.gauntlet.examination import slices_for
from organism.gauntlet.policy import VaultPolicy
from organism.gauntlet.vault import Ticket, open_slice, refusal
from organism.ledger import Vault, VaultClosed
from organism.registry.rows import LineageRecord, Strategy
from organism.registry.store import Registry
from tests.support.strategies import new_strategy

NOW = datetime(2026, 1, 2, tzinfo=UTC)
POLICY, OTHER_POLICY = "a" * 64, "b" * 64
RULES = VaultPolicy()


@pytest.fixture(scope="module")
def snapshot(two_years: World, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return SnapshotStore(tmp_path_factory.mktemp("snapshots")).save(two_years.markets, two_years.origin)


@pytest.fixture(scope="module")
def held_out(snapshot: Snapshot) -> tuple[Slice, Slice]:
    universe = snapshot.load()
    slices = slices_for(universe.time_ms, universe.interval_ms, 0)
    return slices.out_of_sample, slices.walk_forward


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(tmp_path / "registry.sqlite") as opened:
        yield opened


@pytest.fixture
def vault(registry: Registry) -> Vault:
    return Vault(registry)


@pytest.fixture
def bred(registry: Registry, snapshot: Snapshot) -> Callable[..., Strategy]:
    """Register strategy `number` of a run."""

    def add(number: int, *, run: str = "run-1", born_at: datetime = NOW) -> Strategy:
        new = new_strategy(number, run=run, snapshot_id=snapshot.id)
        return registry.get(registry.add(new, born_at))

    return add


def look(vault: Vault, snapshot: Snapshot, part: Slice, ticket: Ticket) -> int:
    """Open a slice and return the close of the last bar that came out."""
    universe = open_slice(vault, snapshot, part, ticket, NOW)
    return int(universe.time_ms[-1]) + universe.interval_ms


def test_what_comes_out_ends_with_the_slice(
    vault: Vault, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    universe = open_slice(vault, snapshot, held_out[0], Ticket(bred(1), POLICY), NOW)
    assert universe.time_ms[-1] + universe.interval_ms == held_out[0].end_ms < held_out[1].start_ms
    assert universe.n_bars == held_out[0].stop
    for market in universe:
        base = market.close.base
        while base is not None and hasattr(base, "shape"):
            assert base.shape[-1] <= held_out[0].stop
            base = base.base


def test_an_opening_is_on_record_with_who_asked_what(
    vault: Vault, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    strategy = bred(1)
    look(vault, snapshot, held_out[0], Ticket(strategy, POLICY))
    [opening] = vault.openings_overlapping(held_out[0].start_ms, held_out[1].end_ms)
    assert (opening.genotype_hash, opening.run_id, opening.policy_hash) == (strategy.genotype_hash, "run-1", POLICY)
    assert (opening.slice_name, opening.start_ms, opening.end_ms) == ("OOS", held_out[0].start_ms, held_out[0].end_ms)
    assert (opening.snapshot_id, opening.opened_at) == (snapshot.id, NOW)


def test_the_same_question_again_is_no_second_opening(
    vault: Vault, registry: Registry, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    """A crash between the opening and the verdict must not cost the strategy its answer."""
    ticket = Ticket(bred(1), POLICY)
    first = look(vault, snapshot, held_out[0], ticket)
    assert refusal(vault, snapshot, held_out, ticket, RULES) is None
    assert look(vault, snapshot, held_out[0], ticket) == first
    assert look(vault, snapshot, held_out[1], ticket) == held_out[1].end_ms
    assert len(registry.openings(0, 2**62)) == 2


@pytest.mark.parametrize("change", ["policy", "snapshot", "border", "slice name"])
def test_another_question_about_seen_time_is_refused(
    change: str, vault: Vault, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    strategy, part = bred(1), held_out[0]
    look(vault, snapshot, part, Ticket(strategy, POLICY))
    ticket, asked, history = Ticket(strategy, POLICY), part, snapshot
    if change == "policy":
        ticket = Ticket(strategy, OTHER_POLICY)
    elif change == "snapshot":
        history = replace(snapshot, id="f" * 64)
    elif change == "border":
        asked = replace(part, start=part.start + 1, start_ms=part.start_ms + 3_600_000)
    else:
        asked = replace(part, name="WF")
    with pytest.raises(VaultClosed, match=r"genotype .* asked for slice .* time is shown once"):
        open_slice(vault, history, asked, ticket, NOW)
    assert refusal(vault, history, (asked,), ticket, RULES) == "it has seen this calendar time before"


def test_a_stranger_may_look_when_nothing_was_opened(
    vault: Vault, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    assert refusal(vault, snapshot, held_out, Ticket(bred(1), POLICY), RULES) is None


def test_a_run_ends_with_its_promotions_and_another_run_does_not(
    vault: Vault, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    rules = VaultPolicy(promotions_per_run=2)
    for number in (1, 2):
        ticket = Ticket(bred(number), POLICY)
        assert refusal(vault, snapshot, held_out, ticket, rules) is None
        # Both slices of one genotype are one promotion.
        look(vault, snapshot, held_out[0], ticket)
        look(vault, snapshot, held_out[1], ticket)
    assert refusal(vault, snapshot, held_out, Ticket(bred(3), POLICY), rules) == "its run has used its 2 promotions"
    assert refusal(vault, snapshot, held_out, Ticket(bred(4, run="run-2"), POLICY), rules) is None


def test_calendar_time_has_a_budget_across_runs_and_snapshots(
    vault: Vault, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    rules = VaultPolicy(openings_per_calendar_time=3)
    for number in (1, 2, 3):
        look(vault, snapshot, held_out[0], Ticket(bred(number, run=f"run-{number}"), POLICY))
    late = Ticket(bred(4, run="run-4"), POLICY)
    message = "this calendar time has been opened 3 times, its budget; only newer bars can judge more"
    assert refusal(vault, snapshot, held_out, late, rules) == message
    assert refusal(vault, replace(snapshot, id="f" * 64), held_out, late, rules) == message
    later = replace(held_out[1], start_ms=held_out[0].end_ms, end_ms=held_out[1].end_ms)
    assert refusal(vault, snapshot, (later,), late, rules) is None


def test_a_descendant_of_what_was_judged_earns_nothing_from_the_same_time(
    vault: Vault, registry: Registry, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    grandparent, child = bred(1), bred(3, run="run-2", born_at=NOW + timedelta(hours=1))
    between = sha256_hex(b"never registered")
    registry.add_lineage([LineageRecord(between, grandparent.genotype_hash, "mutation", 1)], "run-2")
    registry.add_lineage([LineageRecord(child.genotype_hash, between, "mutation", 2)], "run-2")
    assert refusal(vault, snapshot, held_out, Ticket(child, POLICY), RULES) is None
    look(vault, snapshot, held_out[0], Ticket(grandparent, POLICY))
    assert refusal(vault, snapshot, held_out, Ticket(child, POLICY), RULES) == (
        f"it descends from {grandparent.genotype_hash[:8]}, which the vault has judged on this calendar time"
    )
    later = (replace(held_out[1], start_ms=held_out[0].end_ms),)
    assert refusal(vault, snapshot, later, Ticket(child, POLICY), RULES) is None


def test_relatives_bred_before_the_opening_were_not_informed_by_it(
    vault: Vault, registry: Registry, snapshot: Snapshot, held_out: tuple[Slice, Slice], bred: Callable[..., Strategy]
) -> None:
    parent, child = bred(1), bred(2)
    registry.add_lineage([LineageRecord(child.genotype_hash, parent.genotype_hash, "mutation", 1)], "run-1")
    look(vault, snapshot, held_out[0], Ticket(parent, POLICY))
    assert refusal(vault, snapshot, held_out, Ticket(child, POLICY), RULES) is None
