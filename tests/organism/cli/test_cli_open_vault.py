"""`organism validate` on real history: free under the configured rules, under others only with `--open-vault`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from data.code_version import ROOT
from data.snapshot import SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from organism.home import Home

Organism = Callable[..., Any]


@pytest.fixture
def place(
    tmp_path: Path, two_years: World, rules: dict[str, Genome], submit: Callable[..., None], judged_at: datetime
) -> Path:
    """Return a home in which a rule that loses waits on real history."""
    home = Home.create(tmp_path / "home")
    snapshot = SnapshotStore(home.snapshots).save(two_years.markets, {"source": "lake", "venue": "test"})
    submit(home, {"opposite": rules["opposite"]}, snapshot.id, judged_at)
    return home.root


def test_the_configured_rules_judge_real_history(organism: Organism, place: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy.toml"
    copied.write_text((ROOT / "configs" / "gauntlet.toml").read_text())
    done = organism("validate", "--json")
    assert (done.code, [one["verdict"] for one in done.json["verdicts"]]) == (1, ["Kill"])
    again = organism("validate", "--policy", copied, "--json")
    assert (again.code, again.err) == (1, ""), "the same rules under another name are the same rules"


@pytest.mark.parametrize("policy", ["base", "strict.toml"])
def test_other_rules_need_the_flag_and_judge_nothing_without_it(
    policy: str,
    organism: Organism,
    place: Path,
    tmp_path: Path,
    contents: Callable[[Path], dict[str, str]],
) -> None:
    """Stricter rules are others too: to choose between rules by held-out bars is what uses these bars up."""
    (tmp_path / "strict.toml").write_text("[held_out]\nminimum_sharpe = 3.0\n")
    rules = policy if policy == "base" else str(tmp_path / policy)
    before = contents(place)
    organism("validate", "--policy", rules).refuses(r"is real history.*in_sample_only.*--open-vault")
    assert contents(place) == before
    done = organism("validate", "--policy", rules, "--open-vault", "--json")
    assert (done.code, [one["verdict"] for one in done.json["verdicts"]]) == (1, ["Kill"])


def test_the_flag_lifts_no_other_refusal(organism: Organism, place: Path, tmp_path: Path) -> None:
    weak = tmp_path / "weak.toml"
    weak.write_text("[in_sample]\nminimum_sharpe = 1.0\n")
    organism("validate", "--policy", weak, "--open-vault").refuses("--weaker-than-base")
    organism("validate", "--policy", weak, "--weaker-than-base").refuses("--open-vault")
    assert organism("validate", "--policy", weak, "--open-vault", "--weaker-than-base").code == 1


def test_rules_that_leave_out_what_is_no_stage_judge_nothing(
    organism: Organism, place: Path, tmp_path: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    unknown = tmp_path / "unknown.toml"
    unknown.write_text('left_out = ["Sharpe after cost"]\n')
    before = contents(place)
    said = organism("validate", "--policy", unknown, "--open-vault").refuses("left_out names 'Sharpe after cost'")
    assert "which is no stage; did you mean 'Sharpe after costs'?" in said
    assert contents(place) == before


def test_help_says_what_the_flag_means(organism: Organism) -> None:
    said = " ".join(organism("validate", "--help").out.split())
    assert "Let rules other than configs/gauntlet.toml see held-out bars of real history, once and for good." in said
    assert "real history only with --open-vault" in said
