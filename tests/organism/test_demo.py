"""Two markets, one budget, one page: what the demonstration leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from data.errors import ConfigError
from data.lock import exclusive
from organism.demo import CAUSE_SHARPE, DemoOutcome, run_demo
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.store import Registry
from organism.settings import FoundrySettings
from organism.views.leaderboard import headline

Demo = Callable[..., DemoOutcome]


@contextmanager
def silent(label: str, total: int) -> Iterator[Callable[[object], None]]:
    """Watch generations or judgements without a word."""
    del label, total
    yield lambda _: None


@pytest.fixture(scope="module")
def demonstrate(
    tiny_settings: Callable[..., FoundrySettings], loose_policy: GauntletPolicy, judged_at: datetime
) -> Demo:
    """Run the demonstration with almost no budget and rules that almost everybody meets."""

    def run(folder: Path, *, seed: int = 1, workers: int = 1) -> DemoOutcome:
        settings = tiny_settings(
            history={"world": "planted", "years": 1.0},
            search={"population": 16, "offspring": 16, "generations": 2, "registered": 4, "simplify": False},
        )
        return run_demo(
            settings,
            loose_policy,
            folder,
            seed=seed,
            workers=workers,
            now=judged_at,
            progress=silent,
            judging=silent,
        )

    return run


@pytest.fixture(scope="module")
def shown(demonstrate: Demo, tmp_path_factory: pytest.TempPathFactory) -> DemoOutcome:
    return demonstrate(tmp_path_factory.mktemp("demo") / "demo")


def hashes(outcome: DemoOutcome) -> tuple[str, str]:
    return outcome.summary["planted"]["population_hash"], outcome.summary["empty"]["population_hash"]


def test_the_summary_says_what_each_market_came_to(shown: DemoOutcome) -> None:
    summary = json.loads(shown.report.with_name("summary.json").read_text())
    assert summary == shown.summary
    assert set(summary) >= {"planted", "empty", "seconds", "seed"}
    assert summary["seed"] == 1
    for name in ("planted", "empty"):
        part = summary[name]
        assert set(part) >= {"evaluated", "graduates", "graduate_ids", "uses_cause", "population_hash", "snapshot_id"}
        assert 16 <= part["evaluated"] <= 16 * 3
        assert part["graduates"] == len(part["graduate_ids"])
        assert set(summary["seconds"][name]) == {"history", "evolving", "judging"}
        assert all(seconds >= 0 for seconds in summary["seconds"][name].values())
    assert summary["seconds"]["total"] >= summary["seconds"]["planted"]["evolving"]


def test_only_graduates_of_the_planted_market_are_tried_without_the_cause(shown: DemoOutcome) -> None:
    planted, empty = shown.summary["planted"], shown.summary["empty"]
    assert planted["graduates"] >= 1
    assert set(planted["sharpe_without_cause"]) == set(planted["graduate_ids"])
    assert empty["sharpe_without_cause"] == {}
    assert empty["uses_cause"] is False
    without = planted["sharpe_without_cause"].values()
    assert planted["uses_cause"] is any(value is None or value < CAUSE_SHARPE for value in without)


def test_the_registries_hold_what_the_summary_counts(shown: DemoOutcome) -> None:
    for name in ("planted", "empty"):
        home = Home.open(shown.report.parent / name)
        with Registry.open(home.registry_path) as registry:
            passed = [row.strategy_id for row in registry.verdicts() if row.verdict.value == "Pass"]
        assert sorted(passed) == sorted(shown.summary[name]["graduate_ids"])


def test_the_page_has_the_sentence_that_matters_and_both_markets(shown: DemoOutcome) -> None:
    page = shown.report.read_text(encoding="utf-8")
    sentence = headline(shown.sections)
    assert sentence.startswith("planted market: ")
    assert "; empty market: " in sentence
    assert sentence in page
    assert page.index("planted market</h2>") < page.index("empty market</h2>")
    for identifier in shown.summary["planted"]["graduate_ids"]:
        assert identifier in page


def test_the_same_seed_breeds_the_same_populations_with_any_number_of_workers(
    shown: DemoOutcome, demonstrate: Demo, tmp_path: Path
) -> None:
    again = demonstrate(tmp_path / "demo", workers=2)
    assert hashes(again) == hashes(shown)
    for name in ("planted", "empty"):
        ours, theirs = dict(again.summary[name]), dict(shown.summary[name])
        assert ours == theirs


def test_a_demonstration_is_made_anew_and_another_seed_is_another_market(
    shown: DemoOutcome, demonstrate: Demo, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    (folder / "planted").mkdir(parents=True)
    (folder / "planted" / "stale").write_text("from an earlier one")
    other = demonstrate(folder, seed=2)
    assert not (folder / "planted" / "stale").exists()
    assert set(hashes(other)).isdisjoint(hashes(shown))
    assert other.summary["planted"]["snapshot_id"] != shown.summary["planted"]["snapshot_id"]


def test_a_demonstration_that_another_process_makes_is_left_alone(demonstrate: Demo, tmp_path: Path) -> None:
    """It would remove what the other is writing."""
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/kept").write_text("theirs")
    with (
        exclusive(tmp_path / ".demo.lock", "demo"),
        pytest.raises(ConfigError, match=r"demo in .* is being worked on by process"),
    ):
        demonstrate(tmp_path / "demo")
    assert (tmp_path / "demo/kept").read_text() == "theirs"
