"""A run is fixed when it starts; what could not be finished, or would be lost, begins none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.code_version import code_version
from data.errors import ConfigError, DataError
from data.snapshot import SnapshotStore
from data.worlds import make_world
from evolution.backends import Limits
from evolution.run.layout import read_json
from evolution.run.settings import SearchSettings
from organism.foundry import in_sample_end_ms, start_run
from organism.history import obtain_snapshot
from organism.home import Home
from organism.settings import FoundrySettings

Settings = Callable[..., FoundrySettings]


def test_a_manifest_fixes_everything_a_run_depends_on(home: Home, tiny_settings: Settings) -> None:
    settings = tiny_settings(seed=7)
    folder = start_run(settings, home)
    manifest = read_json(folder.manifest)
    assert folder.name == f"tiny-7-{settings.identity()[:8]}" == manifest["run"]
    assert FoundrySettings.model_validate(manifest["settings"]) == settings
    assert (manifest["schema"], manifest["seed"], manifest["origin"]["code"]) == (2, 7, code_version())
    store = SnapshotStore(home.snapshots)
    whole, in_sample = store.open(manifest["snapshot_id"]), store.open(manifest["origin"]["snapshot"])
    assert whole.manifest.n_bars == 8760
    assert in_sample.manifest.n_bars == 8760 * 60 // 100
    assert in_sample.manifest.last_ms + 3_600_000 == in_sample_end_ms(whole.load())


def test_workers_and_their_limits_do_not_name_a_run_and_everything_else_does(tiny_settings: Settings) -> None:
    plain = tiny_settings()
    assert tiny_settings(workers=7).identity() == plain.identity()
    bounded = tiny_settings(genome_seconds=5.0, worker_megabytes=512)
    assert bounded.identity() == plain.identity()
    assert bounded.limits() == Limits(genome_seconds=5.0, memory_bytes=1 << 29)
    others = [
        tiny_settings(seed=2),
        tiny_settings(search={"population": 25}),
        tiny_settings(history={"world": "empty", "world_seed": 1, "years": 1.0}),
    ]
    assert len({settings.identity() for settings in (plain, *others)}) == 4


def test_a_run_that_exists_is_refused_with_how_to_go_on(home: Home, tiny_settings: Settings) -> None:
    folder = start_run(tiny_settings(), home)
    before = folder.manifest.read_bytes()
    with pytest.raises(
        ConfigError, match=f"run {folder.name} exists; go on with: organism evolve resume {folder.name}"
    ):
        start_run(tiny_settings(), home)
    assert folder.manifest.read_bytes() == before


def test_a_run_of_another_version_is_not_to_be_resumed(home: Home, tiny_settings: Settings) -> None:
    folder = start_run(tiny_settings(), home)
    manifest = json.loads(folder.manifest.read_text())
    manifest["origin"]["code"] = "another version"
    folder.manifest.write_text(json.dumps(manifest))
    before = folder.manifest.read_bytes()
    with pytest.raises(
        ConfigError, match=r"code was 'another vers', is .*: go back to .*; or start a new one"
    ) as refusal:
        start_run(tiny_settings(), home)
    assert "resume" not in str(refusal.value)
    assert folder.manifest.read_bytes() == before


def test_what_a_run_without_a_manifest_has_tried_is_not_deleted(home: Home, tiny_settings: Settings) -> None:
    folder = start_run(tiny_settings(), home)
    tried = folder.trials / "00000000.parquet"
    tried.parent.mkdir()
    tried.write_bytes(b"tried")
    folder.manifest.unlink()
    with pytest.raises(DataError, match=r"has lost its manifest\.json, and .* holds trials: put the manifest back"):
        start_run(tiny_settings(), home)
    assert tried.read_bytes() == b"tried"
    tried.unlink()
    tried.parent.rmdir()
    assert start_run(tiny_settings(), home).manifest.exists(), "an empty folder is what an interrupted start leaves"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 2**63}, "seed: Input should be less than 9223372036854775808"),
        ({"search": SearchSettings(minimum_trades=9).model_copy(update={"tournament": 0})}, "search.tournament: "),
    ],
)
def test_settings_that_a_manifest_could_not_be_read_back_with_begin_no_run(
    home: Home, tiny_settings: Settings, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        start_run(tiny_settings().model_copy(update=changes), home)
    assert list(home.runs.iterdir()) == []


def test_a_finished_run_is_refused_with_what_to_change(finished_home: Home, tiny_settings: Settings) -> None:
    with pytest.raises(ConfigError, match="is finished; judge it with `organism validate`, or change its name or seed"):
        start_run(tiny_settings(), finished_home)


def test_a_history_too_short_to_split_is_refused_before_there_is_a_run(
    tmp_path: Path, home: Home, tiny_settings: Settings, write_history: Callable[..., Path]
) -> None:
    folder = write_history(tmp_path / "files", make_world("empty", 1, years=30 / 365).markets[:1])
    with pytest.raises(DataError, match=r"history of 720 bars is too short: .* at least 848 bars in all"):
        start_run(tiny_settings(history={"venue": "test", "folder": folder, "coins": ("BTC",)}), home)
    assert list(home.runs.iterdir()) == []


@pytest.mark.parametrize(
    ("only", "unusable", "left"),
    [
        (["and", "above", "relative_strength"], "relative_strength", "above, and"),
        (["and", "above", "below", "beta_residual", "sma"], "beta_residual", "sma, above, below, and"),
    ],
)
def test_a_grammar_that_says_nothing_of_one_coin_is_refused_before_there_is_a_run(
    home: Home,
    tiny_settings: Settings,
    write_history: Callable[..., Path],
    tmp_path: Path,
    only: list[str],
    unusable: str,
    left: str,
) -> None:
    """Its rules compare a coin with others; where there are some, they can be bred."""
    some = make_world("empty", 1, years=1.0).markets[:2]
    files = write_history(tmp_path / "files", some)

    def asked(*coins: str) -> FoundrySettings:
        history = {"venue": "test", "folder": files, "coins": coins}
        return tiny_settings(history=history, search={"grammar": {"only": only}})

    message = (
        f"the history has one coin, on which {unusable} cannot be used: no rule can be built of {left}; allow a "
        "comparison .* such as breaks_above; or search several coins"
    )
    with pytest.raises(ConfigError, match=message):
        start_run(asked(some[0].coin), home)
    assert list(home.runs.iterdir()) == []
    assert start_run(asked(*[market.coin for market in some]), home).manifest.exists()


def test_a_world_is_made_once(home: Home, tiny_settings: Settings) -> None:
    first = obtain_snapshot(tiny_settings().history, home)
    assert obtain_snapshot(tiny_settings().history, home).id == first.id
    assert len(SnapshotStore(home.snapshots).list()) == 1
