"""The cheap part of the campaigns; `make torture` runs the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.cases import Case, CheckpointCase, SegmentCase
from tests.torture.splicing import SpliceCase
from tests.torture.strace import is_possible
from tests.torture.sweep import Kill, sweep

CALLS = ("write", "fsync", "rename", "unlink")
TRACING = pytest.mark.skipif(not is_possible(), reason="strace is missing, or may not trace processes here")


@pytest.fixture
def kills(tmp_path: Path) -> Callable[[Case], list[Kill]]:
    """Kill a case at each of `CALLS` as often as it makes them."""
    return lambda case: [kill for call in CALLS for kill in sweep(case, tmp_path, call)]


@TRACING
def test_a_checkpoint_killed_at_any_call_is_the_old_one_or_the_new(kills: Callable[[Case], list[Kill]]) -> None:
    found = kills(CheckpointCase())
    assert [kill for kill in found if not kill.is_sound] == []
    assert [(kill.call, kill.found) for kill in found] == [
        ("write", "old"),
        ("fsync", "old"),
        ("fsync", "new"),
        ("rename", "old"),
        ("unlink", "new"),
    ]


@TRACING
def test_a_trial_segment_killed_at_any_call_is_there_whole_or_not_at_all(
    kills: Callable[[Case], list[Kill]],
) -> None:
    found = kills(SegmentCase())
    assert [kill for kill in found if not kill.is_sound] == []
    assert {kill.found for kill in found} == {"old", "new"}


@TRACING
@pytest.mark.slow
def test_a_splice_killed_at_any_rename_is_refused_or_whole(tmp_path: Path) -> None:
    found = list(sweep(SpliceCase(), tmp_path, "rename"))
    assert [kill for kill in found if not kill.is_sound] == []
    # The record, two months of bars and a year of settlements: each is moved to its place.
    assert [kill.found for kill in found] == ["old"] * 4


@TRACING
def test_a_write_that_is_not_atomic_is_caught(tmp_path: Path) -> None:
    """The sweep must be able to fail: here the target itself is written, in two halves."""

    class Careless:
        name = "careless"

        def prepare(self, folder: Path) -> None:
            folder.mkdir()
            (folder / "file").write_bytes(b"old")

        def operate(self, folder: Path) -> None:
            with (folder / "file").open("wb", buffering=0) as stream:
                stream.write(b"n")
                stream.write(b"ew")

        def judge(self, folder: Path) -> str:
            content = (folder / "file").read_bytes()
            assert content in (b"old", b"new"), f"torn: {content!r}"
            return content.decode()

        def go_on(self, folder: Path) -> None:
            self.operate(folder)

    found = list(sweep(Careless(), tmp_path, "write"))
    assert [kill.found.splitlines()[0] for kill in found] == [
        "AssertionError: torn: b''",
        "AssertionError: torn: b'n'",
    ]
