"""What the registry keeps and gives back."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from data.errors import ConfigError, GenomeError, TransitionError
from organism.registry.checks import strategy_id
from organism.registry.rows import NewStrategy
from organism.registry.states import LifecycleState as S
from organism.registry.store import Registry

Make = Callable[..., NewStrategy]


def test_a_strategy_comes_back_as_it_went_in(registry: Registry, make: Make, now: datetime) -> None:
    parent = "a" * 64
    new = make(parents=(parent,), operator="mutate", in_sample={"sharpe": 2.5, "sortino": math.nan})
    name = registry.add(new, now)
    kept = registry.get(name)
    assert name == f"nsga2_3_{new.genotype_hash[:8]}" == kept.id
    for field in ("genome_json", "genotype_hash", "rendered", "behaviour_hash", "run_id", "parents", "operator"):
        assert getattr(kept, field) == getattr(new, field)
    assert kept.in_sample["sharpe"] == 2.5
    assert math.isnan(kept.in_sample["sortino"])
    assert (kept.state, kept.version, kept.evidence_sha256, kept.born_at) == (S.BORN, 1, None, now)
    assert registry.ancestors(new.genotype_hash) == [parent]


def test_a_strategy_is_named_after_its_breeder_generation_and_hash() -> None:
    assert strategy_id("nsga2", 17, "0123456789abcdef" * 4) == "nsga2_17_01234567"


def test_the_birth_is_an_event(registry: Registry, make: Make, now: datetime) -> None:
    (birth,) = registry.events(registry.add(make(), now))
    assert (birth.version, birth.from_state, birth.to_state, birth.at) == (1, None, S.BORN, now)
    assert birth.reason == "bred by run run-1"


def test_the_same_genotype_again_keeps_its_first_name_and_state(registry: Registry, make: Make, now: datetime) -> None:
    first = registry.add(make(generation=3), now)
    registry.submit(first, now)
    assert registry.add(make(generation=7, run_id="run-2"), now + timedelta(days=1)) == first
    assert registry.get(first).generation == 3
    assert registry.get(first).state is S.TESTING
    assert sum(registry.counts().values()) == 1


def test_two_hashes_that_agree_in_eight_digits_get_different_names(
    registry: Registry, make: Make, now: datetime
) -> None:
    # Nobody can wait for two such texts, so the second one's hash is set past its check.
    first = registry.add(make(1), now)
    twin = make(2)
    object.__setattr__(twin, "genotype_hash", make(1).genotype_hash[:10] + "0" * 54)
    assert registry.add(twin, now) == f"{first}{make(1).genotype_hash[8:10]}00"


def test_a_genome_that_its_hash_does_not_name_is_refused(make: Make) -> None:
    with pytest.raises(GenomeError, match="is not what genotype hash"):
        make(genotype_hash="0" * 64)


def test_a_move_needs_the_expected_state(registry: Registry, make: Make, now: datetime) -> None:
    name = registry.add(make(), now)
    registry.submit(name, now)
    with pytest.raises(TransitionError, match=r"is testing \(version 2\), expected born: somebody else"):
        registry.submit(name, now)
    assert len(registry.events(name)) == 2


def test_a_move_there_and_back_is_noticed_by_the_version(
    registry: Registry, added_in: Callable[..., str], now: datetime
) -> None:
    name = added_in(S.TESTING)
    seen = registry.get(name)
    registry.transition(name, expected=S.TESTING, to=S.QUARANTINED, reason="odd", now=now)
    registry.transition(name, expected=S.QUARANTINED, to=S.TESTING, reason="looked", now=now)
    with pytest.raises(TransitionError, match=r"version 4\), expected testing \(version 2\)"):
        registry.transition(name, expected=seen, to=S.REJECTED, reason="late", now=now)
    registry.transition(name, expected=registry.get(name), to=S.REJECTED, reason="in time", now=now)


def test_graduation_needs_evidence_and_keeps_it(
    registry: Registry, added_in: Callable[..., str], now: datetime
) -> None:
    name = added_in(S.TESTING)
    with pytest.raises(TransitionError, match="has no evidence"):
        registry.transition(name, expected=S.TESTING, to=S.CANDIDATE, reason="passed", now=now)
    evidence = "e" * 64
    registry.transition(name, expected=S.TESTING, to=S.CANDIDATE, reason="passed", now=now, evidence_sha256=evidence)
    registry.transition(name, expected=S.CANDIDATE, to=S.PAPER, reason="starts", now=now)
    assert registry.get(name).evidence_sha256 == evidence
    assert [event.evidence_sha256 for event in registry.events(name)] == [None, None, evidence, None]


def test_evidence_must_be_a_sha256(registry: Registry, added_in: Callable[..., str], now: datetime) -> None:
    with pytest.raises(ValueError, match="evidence is 'short'"):
        registry.transition(
            added_in(S.TESTING), expected=S.TESTING, to=S.CANDIDATE, reason="", now=now, evidence_sha256="short"
        )


@pytest.mark.parametrize("when", [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))])  # noqa: DTZ001
def test_time_that_is_not_utc_is_refused_and_nothing_is_kept(registry: Registry, make: Make, when: datetime) -> None:
    with pytest.raises(ValueError, match="timezone-aware datetime in UTC"):
        registry.add(make(), when)
    assert registry.find() == []


def test_find_filters_by_state_snapshot_and_run(registry: Registry, make: Make, now: datetime) -> None:
    one = registry.add(make(1, run_id="run-1", snapshot_id="old"), now)
    two = registry.add(make(2, run_id="run-1", snapshot_id="new"), now + timedelta(seconds=1))
    three = registry.add(make(3, run_id="run-2", snapshot_id="new"), now + timedelta(seconds=2))
    registry.submit(two, now)
    assert [strategy.id for strategy in registry.find()] == [one, two, three]
    assert [strategy.id for strategy in registry.find(states={S.BORN})] == [one, three]
    assert [strategy.id for strategy in registry.find(states=[])] == []
    assert [strategy.id for strategy in registry.find(snapshot_id="new")] == [two, three]
    assert [strategy.id for strategy in registry.find([S.BORN], "new", "run-2")] == [three]


def test_counts_name_every_state(registry: Registry, added_in: Callable[..., str]) -> None:
    added_in(S.TESTING, 1)
    added_in(S.TESTING, 2)
    added_in(S.DEAD, 3)
    assert {state: number for state, number in registry.counts().items() if number} == {S.TESTING: 2, S.DEAD: 1}
    assert set(registry.counts()) == set(S)


def test_get_takes_a_unique_beginning_of_id_or_hash(registry: Registry, make: Make, now: datetime) -> None:
    one, two = make(1, generation=1), make(2, generation=2)
    first = registry.add(one, now)
    registry.add(two, now)
    assert registry.get("nsga2_1").id == first
    assert registry.get(one.genotype_hash).id == first
    assert registry.get(one.genotype_hash[:12]).id == first
    with pytest.raises(ConfigError, match=r"'nsga2_' begins more than one: nsga2_1_\w+, nsga2_2_\w+"):
        registry.get("nsga2_")


def test_an_unknown_id_names_the_nearest(registry: Registry, make: Make, now: datetime) -> None:
    name = registry.add(make(), now)
    with pytest.raises(ConfigError, match=f"unknown strategy id '{name}x'; nearest: {name}; `organism registry list`"):
        registry.get(f"{name}x")
    with pytest.raises(ConfigError, match="unknown strategy id"):
        registry.submit("nsga2_9_00000000", now)


@pytest.mark.parametrize("text", ["", "%", "_", "NSGA2", "nsga2_%", "\udc80", "a\0b", "'", "x" * 100_000])
def test_what_is_no_id_is_unknown(registry: Registry, make: Make, now: datetime, text: str) -> None:
    registry.add(make(), now)
    with pytest.raises(ConfigError, match="unknown strategy id") as caught:
        registry.get(text)
    assert len(str(caught.value)) < 400


def test_what_one_connection_wrote_another_reads(path: Path, registry: Registry, make: Make, now: datetime) -> None:
    name = registry.add(make(), now)
    with Registry.open(path) as other:
        other.submit(name, now)
    assert registry.get(name).state is S.TESTING
