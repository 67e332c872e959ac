"""A tiny run searched again on permuted bars: the same budget, nothing counted, nothing held out read, resumable."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backtest.inference import permute_bars
from data.errors import ConfigError, DataError
from data.market import Market
from data.snapshot import SnapshotStore
from evolution.run.layout import RunFolder, list_runs, read_json
from organism.foundry import start_run
from organism.home import Home
from organism.ledger import count_trials
from organism.permutations import (
    PermutationPlan,
    PermutationRecord,
    read_plan,
    read_record,
    records_of,
)
from organism.permutations.planning import plan_permutations, share_moving
from organism.permutations.result import PermutedSearch, load_result
from organism.permutations.search import permuted_history, search_permuted
from organism.permutations.work import run_permutations
from organism.settings import FoundrySettings

Contents = Callable[[Path], dict[str, str]]


def silent(done: int, planned: int) -> None:
    assert 0 <= done <= planned


def results(plan: PermutationPlan) -> list[PermutedSearch]:
    """Return all results, with the one figure that is measured taken out."""
    return [replace(load_result(plan, number), search_seconds=0.0) for number in range(plan.permutations)]


def copy_of(home: Home, tmp_path: Path) -> tuple[Home, RunFolder]:
    copy = Home.open(Path(shutil.copytree(home.root, tmp_path / "home")))
    [run] = list_runs(copy.runs)
    return copy, run


@pytest.fixture(scope="module")
def permuted(finished_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home whose run was permuted three times, without interruption; only read it, or copy it."""
    home, run = copy_of(finished_home, tmp_path_factory.mktemp("permuted"))
    seen: list[tuple[int, int]] = []
    plan = plan_permutations(run, home, 3, 24)
    record = run_permutations(plan, home, 1, lambda done, planned: seen.append((done, planned)))
    assert seen[0] == (0, 3)
    assert seen[-1] == (3, 3)
    assert record == read_record(plan)
    return home


@pytest.fixture
def plan(permuted: Home) -> PermutationPlan:
    [run] = list_runs(permuted.runs)
    found = read_plan(run, 24)
    assert found is not None
    return found


def test_every_search_has_the_budget_of_the_run_and_bars_of_its_own(plan: PermutationPlan) -> None:
    found = results(plan)
    own = read_json(plan.run.outcome, "n_trials")["n_trials"]
    assert [one.n_scored for one in found] == [own] * 3
    assert [one.number for one in found] == [0, 1, 2]
    assert len({one.seed for one in found}) == 3
    assert len({one.best_sharpe for one in found}) == 3


def test_nothing_is_counted_opened_or_left_behind(
    permuted: Home, finished_home: Home, contents: Contents, plan: PermutationPlan
) -> None:
    assert count_trials(permuted.runs) == count_trials(finished_home.runs)
    assert list(permuted.permuted.iterdir()) == []
    before, after = contents(finished_home.root), contents(permuted.root)
    new = set(after) - set(before)
    files = ("00000.json", "00001.json", "00002.json", "plan.json", ".lock")
    assert new == {str((plan.path / name).relative_to(permuted.root)) for name in files}
    assert {name: after[name] for name in before} == before


def test_only_in_sample_bars_are_read(permuted: Home, plan: PermutationPlan, tmp_path: Path) -> None:
    """Without the whole history in the home a search is the same."""
    home, run = copy_of(permuted, tmp_path)
    whole = read_json(run.manifest, "snapshot_id")["snapshot_id"]
    shutil.rmtree(home.snapshots / whole)
    assert [path.name for path in home.snapshots.iterdir() if not path.name.startswith(".")] == [plan.origin.snapshot]
    again = search_permuted(replace(plan, run=run), home, 1)
    assert replace(again, search_seconds=0.0) == results(plan)[1]


@pytest.mark.parametrize("block_bars", [24, 168])
def test_the_bars_are_those_of_the_run_in_blocks_of_another_order(
    block_bars: int, permuted: Home, plan: PermutationPlan, tmp_path: Path
) -> None:
    asked = replace(plan, block_bars=block_bars)
    found = permuted_history(asked, permuted, 2, SnapshotStore(tmp_path))
    source = SnapshotStore(permuted.snapshots).open(plan.origin.snapshot)
    assert found.manifest.origin["source"] == source.id
    expected = permute_bars(source.load().markets, np.random.default_rng(asked.seed_of(2)), block_bars=block_bars)
    for market, wanted in zip(found.load(), expected, strict=True):
        np.testing.assert_array_equal(market.close, wanted.close)


def test_every_permutation_has_a_seed_of_its_own(plan: PermutationPlan) -> None:
    seeds = [replace(plan, block_bars=bars).seed_of(number) for bars in (24, 168) for number in range(99)]
    assert len(set(seeds)) == 198


def test_p_counts_the_run_itself(plan: PermutationPlan) -> None:
    """The run's best Sharpe ratio is the highest of its hall of fame; p = (1 + number at least as good) / (1 + 3)."""
    record = read_record(plan)
    own = max(item["score"]["sharpe"] for item in read_json(plan.run.outcome, "hall_of_fame")["hall_of_fame"])
    assert record.best_sharpe == own
    permuted = [one.best_sharpe for one in results(plan)]
    assert record.permuted_sharpes == tuple(permuted)
    assert record.p_value == (1 + sum(sharpe is not None and sharpe >= own for sharpe in permuted)) / 4
    assert records_of(plan.run) == [record]


@pytest.mark.parametrize(
    ("own", "permuted", "p_value", "is_alarm"),
    [
        (2.0, (1.0, 1.5, 1.9), 0.25, True),
        (2.0, (1.0, 2.0, 3.0), 0.75, True),
        (2.0, (1.0,) * 19, 0.05, False),
        (2.0, (1.0,) * 18 + (2.5,), 0.10, True),
        (None, (None, 0.5, 0.7), 1.0, True),
        (0.1, (None, None, None), 0.25, True),
        (-0.5, (None, -0.6, -0.4), 0.5, True),
    ],
)
def test_p_by_hand(own: float | None, permuted: tuple[float | None, ...], p_value: float, is_alarm: bool) -> None:
    record = PermutationRecord("run", 24, len(permuted), own, permuted)
    assert (record.p_value, record.is_alarm) == (p_value, is_alarm)
    assert record.to_plain()["p_value"] == p_value


def test_before_all_is_done_there_is_no_answer() -> None:
    record = PermutationRecord("run", 24, 19, 2.0, (1.0,) * 18)
    assert (record.is_complete, record.p_value, record.is_alarm) == (False, None, False)


def test_a_plan_grows_and_keeps_what_is_done(
    permuted: Home, contents: Contents, plan: PermutationPlan, tmp_path: Path
) -> None:
    home, run = copy_of(permuted, tmp_path)
    with pytest.raises(ConfigError, match=r"3 permutations of run .* were planned .* received 2; ask for 3 or more"):
        plan_permutations(run, home, 2, 24)
    before = contents(run.path)
    grown = plan_permutations(run, home, 4, 24)
    assert grown.missing() == [3]
    record = run_permutations(grown, home, 2, silent)
    assert record.permuted_sharpes[:3] == read_record(plan).permuted_sharpes
    after = contents(run.path)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {str((grown.path / "plan.json").relative_to(run.path))}


@pytest.mark.parametrize("count", [0, -1, 10_000])
def test_impossible_counts_are_refused(count: int, finished_home: Home) -> None:
    [run] = list_runs(finished_home.runs)
    with pytest.raises(ConfigError, match=f"permutations: received {count}; allowed are 1 to 9,999"):
        plan_permutations(run, finished_home, count, 24)
    assert not (run.path / "permutations").exists()


def test_impossible_blocks_are_refused(finished_home: Home) -> None:
    [run] = list_runs(finished_home.runs)
    with pytest.raises(ConfigError, match="blocks of 25 bars cannot be permuted: choose one of 24, 168"):
        plan_permutations(run, finished_home, 3, 25)


def test_an_unfinished_run_is_refused(tiny_settings: Callable[..., FoundrySettings], tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")
    run = start_run(tiny_settings(), home)
    with pytest.raises(ConfigError, match=f"is not finished; go on with: organism evolve resume {run.name}"):
        plan_permutations(run, home, 3, 24)


def test_a_run_of_other_code_is_refused(permuted: Home, tmp_path: Path) -> None:
    home, run = copy_of(permuted, tmp_path)
    manifest = json.loads(run.manifest.read_text())
    manifest["origin"]["code"] = "0" * 64
    run.manifest.write_text(json.dumps(manifest))
    with pytest.raises(ConfigError, match=r"code was '000000000000'.*go back to the version of the program"):
        plan_permutations(run, home, 3, 24)


def test_a_history_of_which_nothing_can_change_place_is_refused_before_it_is_planned(
    finished_home: Home, make_market: Callable[..., Market], tmp_path: Path
) -> None:
    """Two days, of which the first has nothing before it: every search would be the run's own again."""
    home, run = copy_of(finished_home, tmp_path)
    days = SnapshotStore(home.snapshots).save([make_market(np.arange(1.0, 49.0))], {"source": "lake", "venue": "test"})
    manifest = json.loads(run.manifest.read_text())
    manifest["origin"]["snapshot"] = days.id
    run.manifest.write_text(json.dumps(manifest))
    with pytest.raises(DataError, match=r"no block of 24 bars can change place: received 2 complete ones .*longer"):
        plan_permutations(run, home, 3, 24)
    assert not (run.path / "permutations").exists()


def test_of_a_made_market_all_moves_but_the_first_day_and_what_is_cut_off(
    permuted: Home, plan: PermutationPlan
) -> None:
    n_bars = SnapshotStore(permuted.snapshots).open(plan.origin.snapshot).load().time_ms.size
    assert share_moving(plan, permuted) == (n_bars // 24 - 1) * 24 / n_bars


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"best_sharpe": "2.5"}, "best_sharpe is no number"),
        ({"best_sharpe": True}, "best_sharpe is no number"),
        ({"number": 2}, "number is not its own"),
        ({"number": True}, "number is not its own"),
        ({"seed": 7}, "seed is not its own"),
        ({"run": "another-1-00000000"}, "run is not its own"),
        ({"schema": 2}, "schema is not its own"),
        ({"n_scored": -1}, "n_scored is no count"),
        ({"search_seconds": None}, "search_seconds is no time"),
        ({"more": 1}, "it has other keys"),
    ],
)
def test_a_result_that_is_another_is_refused(
    change: dict[str, object], why: str, permuted: Home, tmp_path: Path
) -> None:
    home, run = copy_of(permuted, tmp_path)
    plan = plan_permutations(run, home, 3, 24)
    path = plan.file(1)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(DataError, match=rf"00001\.json is no result of this search \({why}\): remove it, and its"):
        read_record(plan)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"number": 1', "\x00" * 40, '{"best_sharpe": NaN}'])
def test_a_damaged_result_is_refused_and_made_again_once_removed(
    content: str, permuted: Home, plan: PermutationPlan, tmp_path: Path
) -> None:
    home, run = copy_of(permuted, tmp_path)
    damaged = replace(plan, run=run)
    damaged.file(1).write_text(content)
    with pytest.raises(DataError, match=r"00001\.json is no result of this search \(.+\): remove it"):
        read_record(damaged)
    damaged.file(1).unlink()
    assert damaged.missing() == [1]
    if content == "":
        run_permutations(damaged, home, 1, silent)
        assert results(damaged) == results(plan)


@pytest.mark.parametrize("change", [{"permutations": 0}, {"permutations": "3"}, {"run": "x"}, {"origin": {}}])
def test_a_damaged_plan_is_refused(change: dict[str, object], permuted: Home, tmp_path: Path) -> None:
    home, run = copy_of(permuted, tmp_path)
    plan = plan_permutations(run, home, 3, 24)
    path = plan.path / "plan.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(DataError, match=r"plan\.json is damaged.*remove its folder and ask again"):
        records_of(run)
