"""History in, strategies out: a run is fixed when it starts, and interruption changes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.code_version import code_version
from data.errors import ConfigError, DataError
from data.market import SERIES, Market
from data.worlds import make_world
from evolution.backends import ProcessBackend
from evolution.evaluator import Task
from evolution.fitness import Evaluation
from evolution.run.layout import RunFolder, read_json, write_json
from evolution.run.loop import Generation
from evolution.run.state import state_json
from organism.foundry import RunOutcome, evolve, start_run
from organism.home import Home
from organism.ledger import count_trials
from organism.registry.states import LifecycleState
from organism.registry.store import Registry
from organism.settings import FoundrySettings, load_foundry_settings

ROOT = Path(__file__).parents[2]
Settings = Callable[..., FoundrySettings]


def run(folder: RunFolder, home: Home, now: datetime, *, stop_after: int | None = None, workers: int = 1) -> RunOutcome:
    seen: list[Generation] = []
    return evolve(
        folder,
        home,
        workers=workers,
        watch=seen.append,
        should_stop=lambda: stop_after is not None and seen[-1].state.generation >= stop_after,
        clock=lambda: now,
    )


def only_run(home: Home) -> RunFolder:
    [manifest] = home.runs.glob("*/manifest.json")
    return RunFolder(manifest.parent)


def test_a_finished_run_has_handed_its_best_to_the_gauntlet(finished_home: Home) -> None:
    folder = only_run(finished_home)
    outcome = read_json(folder.outcome)
    assert 1 <= len(outcome["registered"]) <= 8
    with Registry.open(finished_home.registry_path) as registry:
        for name in outcome["registered"]:
            strategy = registry.get(name)
            assert (strategy.state, strategy.run_id) == (LifecycleState.TESTING, folder.name)
            assert [event.to_state for event in registry.events(name)] == [LifecycleState.BORN, LifecycleState.TESTING]
            assert {record.parent_hash for record in registry.parents(strategy.genotype_hash)} == set(strategy.parents)
    assert count_trials(finished_home.runs).distinct == outcome["n_trials"]
    generations = [json.loads(line) for line in folder.generations.read_text().splitlines()]
    assert [line["generation"] for line in generations] == [0, 1, 2, 3]
    assert generations[-1]["n_trials"] == outcome["n_trials"]


@pytest.mark.parametrize("stop_after", [0, 2])
def test_a_run_that_was_stopped_and_resumed_is_the_run_that_was_not(
    stop_after: int, home: Home, finished_home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    folder = start_run(tiny_settings(), home)
    stopped = run(folder, home, judged_at, stop_after=stop_after)
    assert (stopped.is_finished, stopped.state.generation, stopped.registered) == (False, stop_after, ())
    assert not folder.is_finished
    resumed = run(folder, home, judged_at)
    straight = read_json(only_run(finished_home).outcome)
    assert resumed.is_finished
    assert resumed.state.population_hash() == straight["population_hash"]
    assert read_json(folder.outcome) == straight
    assert count_trials(home.runs) == count_trials(finished_home.runs)


def test_a_finished_run_leaves_a_table_with_a_row_a_generation(finished_home: Home) -> None:
    folder = only_run(finished_home)
    table = pq.read_table(folder.metrics).to_pydict()
    assert table["generation"] == [0, 1, 2, 3]
    lines = [json.loads(line) for line in folder.generations.read_text().splitlines()]
    assert table["n_trials"] == [line["n_trials"] for line in lines]
    assert table["best"] == [line["statistics"]["best"] for line in lines]
    assert all(seconds > 0.0 for seconds in table["evaluate_seconds"])


def test_a_run_that_was_stopped_or_died_leaves_a_table_as_far_as_it_came(
    home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    def killed(generation: Generation) -> None:
        if generation.state.generation == 2:
            raise KeyboardInterrupt

    folder = start_run(tiny_settings(), home)
    run(folder, home, judged_at, stop_after=0)
    assert pq.read_table(folder.metrics)["generation"].to_pylist() == [0]
    with pytest.raises(KeyboardInterrupt):
        evolve(folder, home, workers=1, watch=killed, should_stop=lambda: False, clock=lambda: judged_at)
    assert pq.read_table(folder.metrics)["generation"].to_pylist() == [0, 1, 2]


@pytest.mark.slow
def test_a_longer_run_recalls_what_a_shorter_one_found_out_and_comes_to_the_same_end(
    home: Home, tmp_path: Path, tiny_settings: Settings, judged_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    evaluate = ProcessBackend.evaluate

    def counted(backend: ProcessBackend, genomes: Sequence[Task]) -> list[Evaluation]:
        asked.append(len(genomes))
        return evaluate(backend, genomes)

    shorter, longer = (tiny_settings(search={"generations": n}) for n in (3, 4))
    alone = run(start_run(longer, Home.create(tmp_path / "alone")), Home.open(tmp_path / "alone"), judged_at)
    run(start_run(shorter, home), home, judged_at)
    monkeypatch.setattr(ProcessBackend, "evaluate", counted)
    recalling = run(start_run(longer, home), home, judged_at)
    assert asked == [24], "four of five generations are those of the shorter run"
    assert recalling.state.population_hash() == alone.state.population_hash()
    assert recalling.state.n_trials == alone.state.n_trials == 120


def test_a_kill_between_search_and_registry_loses_nothing(
    home: Home, finished_home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    """Everything bred and nothing written down as finished: resuming registers, twice changes nothing."""
    folder = start_run(tiny_settings(), home)
    first = run(folder, home, judged_at)
    folder.outcome.unlink()
    assert run(folder, home, judged_at).registered == first.registered
    assert read_json(folder.outcome) == read_json(only_run(finished_home).outcome)


def test_a_stop_asked_for_in_the_last_generation_lets_the_run_finish(
    home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    assert run(start_run(tiny_settings(), home), home, judged_at, stop_after=3).is_finished


def test_a_stop_asked_for_before_the_generation_that_uses_up_the_budget_ends_the_run_there(
    home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    """Of 24 genotypes each, the third generation reaches 60; it is bred already while the second is written down."""
    folder = start_run(tiny_settings(search={"evaluations": 60, "generations": 50}), home)
    stopped = run(folder, home, judged_at, stop_after=1)
    assert (stopped.is_finished, stopped.state.generation, folder.is_finished) == (False, 1, False)
    assert run(folder, home, judged_at, stop_after=2).is_finished


def test_a_stop_asked_for_while_the_best_are_shortened_or_tuned_ends_the_run_there(
    home: Home, tmp_path: Path, tiny_settings: Settings, judged_at: datetime
) -> None:
    """Three generations are bred, at least one is shortened, one tuned; behind the last there is nothing to stop."""
    settings = tiny_settings(search={"simplify": True, "tuned": 1, "tuning_points": 2})
    apart = Home.create(tmp_path / "apart")
    straight = run(start_run(settings, apart), apart, judged_at).state
    assert straight.generation >= 5
    folder = start_run(settings, home)
    for number in range(3, straight.generation):
        stopped = run(folder, home, judged_at, stop_after=number)
        assert (stopped.is_finished, stopped.state.generation, folder.is_finished) == (False, number, False)
    finished = run(folder, home, judged_at, stop_after=straight.generation)
    assert finished.is_finished
    assert state_json(finished.state) == state_json(straight)


def test_other_code_does_not_resume_a_run_and_both_versions_are_named(
    home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    folder = start_run(tiny_settings(), home)
    manifest = read_json(folder.manifest)
    write_json(folder.manifest, {**manifest, "origin": {**manifest["origin"], "code": "0123456789abcdef" * 4}})
    with pytest.raises(
        ConfigError, match=f"code was '0123456789ab', is '{code_version()[:12]}': go back to the version"
    ):
        run(folder, home, judged_at)


def test_a_configuration_changed_in_the_manifest_does_not_resume(
    home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    folder = start_run(tiny_settings(), home)
    manifest = read_json(folder.manifest)
    manifest["settings"]["search"]["population"] = 30
    write_json(folder.manifest, manifest)
    with pytest.raises(ConfigError, match=r"cannot go on, .* configuration was .*: put the old one back") as caught:
        run(folder, home, judged_at)
    assert "code was" not in str(caught.value)


def test_a_run_whose_history_is_gone_does_not_resume(home: Home, tiny_settings: Settings, judged_at: datetime) -> None:
    folder = start_run(tiny_settings(), home)
    snapshot = read_json(folder.manifest)["origin"]["snapshot"]
    (home.snapshots / snapshot).rename(home.root / "elsewhere")
    with pytest.raises(DataError, match=f"no snapshot '{snapshot}'"):
        run(folder, home, judged_at)


def test_a_finished_run_says_its_population_hash_in_the_manifest(finished_home: Home) -> None:
    folder = only_run(finished_home)
    assert read_json(folder.manifest)["population_hash"] == read_json(folder.outcome)["population_hash"]


def test_a_run_that_another_process_works_on_is_refused_and_goes_on_when_that_is_dead(
    home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    folder = start_run(tiny_settings(), home)
    code = f"""
import time
from pathlib import Path
from data.lock import exclusive
with exclusive(Path({str(folder.lock)!r}), "run"):
    print("held", flush=True)
    time.sleep(600)
"""
    holder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ConfigError, match=f"run {folder.name} is being worked on by process {holder.pid}: wait"):
            run(folder, home, judged_at)
        with pytest.raises(ConfigError, match=f"being worked on by process {holder.pid}"):
            start_run(tiny_settings(), home)
    finally:
        holder.kill()
        holder.communicate()
    said: list[str] = []
    outcome = evolve(
        folder,
        home,
        workers=1,
        watch=lambda _: None,
        should_stop=lambda: False,
        clock=lambda: judged_at,
        warn=said.append,
    )
    assert outcome.is_finished
    assert said == [f"run {folder.name}: process {holder.pid} died while it held it; taking over"]


def test_a_manifest_with_an_unknown_setting_is_refused_by_name(
    home: Home, tiny_settings: Settings, judged_at: datetime
) -> None:
    folder = start_run(tiny_settings(), home)
    manifest = read_json(folder.manifest)
    manifest["settings"]["search"]["populatoin"] = 30
    write_json(folder.manifest, manifest)
    with pytest.raises(ConfigError, match=r"unknown key 'search.populatoin'; did you mean 'population'"):
        run(folder, home, judged_at)


def test_search_sees_no_bar_after_the_border(
    tmp_path: Path, tiny_settings: Settings, write_history: Callable[..., Path], judged_at: datetime
) -> None:
    """The same files with garbage after the border breed the same population, to the last bit."""
    markets = make_world("planted", 1, years=1.0).markets[:2]
    border = markets[0].n_bars * 60 // 100

    def garbled(market: Market) -> Market:
        changed: dict[str, Any] = {name: np.array(getattr(market, name)) for name in SERIES}
        for values in changed.values():
            values[border:] = values[border:][::-1] * 3.0
        return replace(market, **changed)

    hashes, snapshots = [], []
    for name, history in (("plain", markets), ("garbled", [garbled(market) for market in markets])):
        home = Home.create(tmp_path / name)
        folder = write_history(tmp_path / f"{name}-files", history)
        settings = tiny_settings(history={"venue": "test", "folder": folder, "coins": ("BTC", "DOGE")})
        started = start_run(settings, home)
        manifest = read_json(started.manifest)
        snapshots.append((manifest["snapshot_id"], manifest["origin"]["snapshot"]))
        hashes.append(run(started, home, judged_at).state.population_hash())
    assert hashes[0] == hashes[1]
    assert snapshots[0][1] == snapshots[1][1]
    assert snapshots[0][0] != snapshots[1][0], "the garbage was there"


CONFIG = """
name = "stopped"
workers = 2
[history]
world = "planted"
years = 1.0
[search]
population = 24
offspring = 24
generations = 30
minimum_trades = 10
registered = 4
"""


def test_ctrl_c_finishes_the_generation_says_how_to_go_on_and_changes_nothing(
    tmp_path: Path, judged_at: datetime
) -> None:
    """The whole process group gets the signal, as from a terminal; workers leave it to their parent."""
    config = tmp_path / "stopped.toml"
    config.write_text(CONFIG)
    interrupted, straight = tmp_path / "interrupted", tmp_path / "straight"
    child = subprocess.Popen(
        [sys.executable, "-m", "organism.cli.main", "evolve", "start", str(config), "--home", str(interrupted)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 90
    while not list(interrupted.glob("runs/*/checkpoints/generation-*.json")):
        assert child.poll() is None and time.monotonic() < deadline, child.communicate()[1]  # noqa: PT018
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 3, said
    folder = only_run(Home.open(interrupted))
    assert "finishing this generation" in said
    assert f"go on with: organism evolve resume {folder.name}" in said
    assert "Traceback" not in said
    assert not folder.is_finished
    outcome = run(folder, Home.open(interrupted), judged_at)
    assert outcome.is_finished
    home = Home.create(straight)
    run(start_run(load_foundry_settings(config), home), home, judged_at)
    assert read_json(folder.outcome) == read_json(only_run(home).outcome)
