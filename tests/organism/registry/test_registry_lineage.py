"""Who descends from whom."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.canonical import sha256_hex
from organism.registry.rows import LineageRecord
from organism.registry.store import Registry


def _hash(name: object) -> str:
    return sha256_hex(str(name).encode())


def _edge(child: object, parent: object, operator: str = "mutate", generation: int = 1) -> LineageRecord:
    return LineageRecord(_hash(child), _hash(parent), operator, generation)


def test_ancestors_are_kept_though_nobody_registered_them(registry: Registry) -> None:
    # a and b cross to c, c mutates to d; e is a stranger's child.
    registry.add_lineage([_edge("c", "a"), _edge("c", "b"), _edge("d", "c"), _edge("e", "x")], "run-1")
    assert registry.ancestors(_hash("d")) == sorted(map(_hash, "abc"))
    assert registry.ancestors(_hash("a")) == []
    assert registry.find() == []


def test_lines_that_run_in_circles_end(registry: Registry) -> None:
    registry.add_lineage([_edge("a", "b"), _edge("b", "a"), _edge("a", "a")], "run-1")
    assert registry.ancestors(_hash("a")) == [_hash("b")]


def test_a_pair_that_is_known_keeps_its_first_record(registry: Registry) -> None:
    registry.add_lineage([_edge("a", "b", "mutate", 1)], "run-1")
    registry.add_lineage([_edge("a", "b", "crossover", 9), _edge("a", "c")], "run-2")
    assert set(registry.parents(_hash("a"))) == {_edge("a", "b", "mutate", 1), _edge("a", "c")}


def test_one_bad_record_keeps_all_out(registry: Registry) -> None:
    bad = LineageRecord("not a hash", _hash("a"), "mutate", 1)
    with pytest.raises(ValueError, match="child of a lineage record is 'not a hash'"):
        registry.add_lineage([_edge("a", "b"), bad], "run-1")
    assert registry.ancestors(_hash("a")) == []


def test_a_run_of_twenty_thousand_records_is_one_chain(registry: Registry) -> None:
    registry.add_lineage((_edge(number + 1, number) for number in range(20_000)), "run-1")
    assert len(registry.ancestors(_hash(20_000))) == 20_000


@settings(max_examples=15, deadline=None)
@given(edges=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_ancestors_are_what_a_walk_over_the_pairs_reaches(
    tmp_path_factory: pytest.TempPathFactory, edges: set[tuple[int, int]]
) -> None:
    with Registry.open(tmp_path_factory.mktemp("home") / "registry.sqlite") as registry:
        registry.add_lineage((_edge(child, parent) for child, parent in edges), "run-1")
        for start in range(8):
            reached: set[int] = set()
            pending = [start]
            while pending:
                child = pending.pop()
                fresh = {parent for one, parent in edges if one == child} - reached
                reached |= fresh
                pending.extend(fresh)
            assert registry.ancestors(_hash(start)) == sorted(map(_hash, reached - {start}))
