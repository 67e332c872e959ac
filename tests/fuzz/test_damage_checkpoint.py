"""Every byte changed and every length cut, of a small checkpoint: the one before counts, or none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import DataError
from evolution.run.checkpoint import load_checkpoint, save_checkpoint
from evolution.run.state import SearchState
from tests.fuzz.readers import ORIGIN, read_checkpoint, sound


@pytest.fixture
def newest(tmp_path: Path) -> Path:
    """Return the newer of two checkpoints of one individual."""
    state = read_checkpoint(sound("checkpoint"), tmp_path)
    assert isinstance(state, SearchState)
    for generation in (6, 7):
        save_checkpoint(tmp_path, SearchState(generation, state.population[:1], (), 40), ORIGIN)
    return tmp_path / "generation-000000007.json"


def test_any_changed_byte_falls_back_and_says_so(newest: Path) -> None:
    whole = newest.read_bytes()
    for place in range(len(whole)):
        newest.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        state, messages = load_checkpoint(newest.parent, ORIGIN)
        assert state is not None
        assert (state.generation, len(messages)) == (6, 1), place
        assert messages[0].startswith("checkpoint generation-000000007.json is damaged")


def test_any_length_falls_back_and_says_so(newest: Path) -> None:
    whole = newest.read_bytes()
    for length in range(len(whole)):
        newest.write_bytes(whole[:length])
        state, messages = load_checkpoint(newest.parent, ORIGIN)
        assert state is not None
        assert (state.generation, len(messages)) == (6, 1), length


def test_without_a_whole_one_every_file_is_named(newest: Path) -> None:
    older = newest.with_name("generation-000000006.json")
    older.write_bytes(older.read_bytes()[:-1])
    whole = newest.read_bytes()
    for length in range(0, len(whole), 100):
        newest.write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"no checkpoint is whole: .*000007.*000006.*restore one from a backup"):
            load_checkpoint(newest.parent, ORIGIN)
