"""The registry that a run is to be handed over to: looked at before anything is spent; what goes wrong later is told
with how to go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from data.errors import DataError
from evolution.run.generation import Generation
from evolution.run.layout import STARTED_AT, RunFolder, read_json
from organism.foundry import RunOutcome, evolve, start_run
from organism.home import Home
from organism.registry.store import Registry
from organism.settings import FoundrySettings

Settings = Callable[..., FoundrySettings]


def spoil(path: Path) -> None:
    path.write_bytes(b"no database" * 100)


def of_a_newer_program(path: Path) -> None:
    Registry.open(path).close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")


UNUSABLE = [(spoil, "is damaged"), (of_a_newer_program, "has schema '9999'.*update the program")]


def search(folder: RunFolder, home: Home, now: datetime, watch: Callable[[Generation], None]) -> RunOutcome:
    return evolve(folder, home, workers=0, watch=watch, should_stop=lambda: False, clock=lambda: now)


@pytest.mark.parametrize(("make_unusable", "said"), UNUSABLE)
def test_no_run_begins_beside_a_registry_that_cannot_be_used(
    make_unusable: Callable[[Path], None], said: str, home: Home, tiny_settings: Settings
) -> None:
    make_unusable(home.registry_path)
    with pytest.raises(DataError, match=said):
        start_run(tiny_settings(), home)
    assert [*home.runs.iterdir(), *home.snapshots.iterdir()] == []


@pytest.mark.parametrize(("make_unusable", "said"), UNUSABLE)
def test_no_run_goes_on_beside_one(
    make_unusable: Callable[[Path], None], said: str, home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    folder = start_run(tiny_settings(), home)
    make_unusable(home.registry_path)
    with pytest.raises(DataError, match=said):
        search(folder, home, judged_at, lambda _: pytest.fail("a generation was bred"))
    assert STARTED_AT not in read_json(folder.manifest)


def test_a_registry_that_is_lost_during_the_search_costs_nothing_of_it(
    home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    folder = start_run(tiny_settings(), home)
    with pytest.raises(DataError, match="is damaged") as caught:
        search(folder, home, judged_at, lambda _: spoil(home.registry_path))
    [note] = caught.value.__notes__
    assert note == (
        f"nothing of the search is lost; once that is mended, go on with: organism evolve resume {folder.name}"
    )
    home.registry_path.unlink()
    outcome = search(folder, home, judged_at, lambda _: pytest.fail("a generation was bred again"))
    assert outcome.is_finished
    with Registry.read(home.registry_path) as registry:
        assert sorted(one.id for one in registry.find()) == sorted(outcome.registered) != []
