"""The cheap part of what is done to history while it comes in; `make torture` does the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.compaction import CompactionCase
from tests.torture.strace import is_possible
from tests.torture.sweep import sweep

TRACING = pytest.mark.skipif(not is_possible(), reason="strace is missing, or may not trace processes here")


@TRACING
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_compaction_killed_where_files_come_and_go_loses_nothing_and_doubles_nothing(
    is_confirmed: bool, tmp_path: Path
) -> None:
    case = CompactionCase(is_confirmed=is_confirmed, n_minutes=2, coins=("BTC",))
    call, n_calls = ("unlink", 2) if is_confirmed else ("rename", 9)
    found = list(sweep(case, tmp_path, call))
    assert [kill for kill in found if not kill.is_sound] == []
    # Of each of two segments its end, or two files of observations, one of bars and another name; lake.json once.
    assert len(found) == n_calls
