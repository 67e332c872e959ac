"""A tiny campaign by real processes: stopped, killed, gone on with, and always the same in the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.errors import ConfigError
from organism.calibrate.campaign import Campaign, begin, open_campaign, run
from organism.calibrate.outcome import Outcome
from organism.calibrate.plan import CampaignSettings
from organism.gauntlet.policy import GauntletPolicy
from tests.support.interruption import hearing_ctrl_c

ROOT = Path(__file__).parents[3]
TINY = {
    "name": "tiny",
    "seed": 3,
    "search": {
        "population": 24,
        "offspring": 24,
        "generations": 2,
        "minimum_trades": 10,
        "registered": 4,
        "simplify": False,
    },
    "classes": [
        {"name": "null", "history": {"world": "garch", "years": 1.0}, "worlds": 2},
        {"name": "plant", "history": {"world": "planted", "years": 1.0}, "worlds": 1},
    ],
}
SETTINGS = CampaignSettings.model_validate(TINY)
POLICY = GauntletPolicy()


def without_seconds(outcomes: list[Outcome]) -> list[tuple[object, ...]]:
    return [(o.name, o.seed, o.n_trials, o.n_graduates, o.kills, o.overfitting, o.ungated_p_value) for o in outcomes]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """Return a campaign that one process has brought to its end."""
    campaign = begin(tmp_path_factory.mktemp("campaign") / "tiny", SETTINGS, POLICY)
    seen: list[tuple[int, int]] = []
    run(campaign, 1, lambda done, planned: seen.append((done, planned)))
    assert seen[-1] == (3, 3)
    return campaign


@pytest.mark.slow
def test_every_world_is_made_once_and_leaves_nothing_but_its_outcome(finished: Campaign) -> None:
    outcomes = finished.outcomes()
    assert [(one.class_name, one.number) for one in outcomes] == [("null", 0), ("plant", 0), ("null", 1)]
    for one in outcomes:
        assert one.n_trials == 72
        assert 1 <= one.n_judged <= 4
        # A year is too short to graduate on.
        assert (one.n_graduates, one.n_registered) == (0, 0)
    assert [one.found_cause is None for one in outcomes] == [True, False, True]
    # The oracle is asked by every stage, the last one included.
    assert [answer.stage for answer in outcomes[1].answers][-1] == "OOS+WF joined p-value, corrected"
    assert outcomes[1].answers[0].passed
    assert list((finished.path / "work").iterdir()) == []


@pytest.mark.slow
def test_what_is_done_is_not_done_again(finished: Campaign) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.outcomes_folder.iterdir()}
    run(begin(finished.path, SETTINGS, POLICY), 2, lambda done, planned: None)
    assert {path: path.stat().st_mtime_ns for path in finished.outcomes_folder.iterdir()} == before


@pytest.mark.slow
def test_a_campaign_whose_processes_are_killed_goes_on_to_the_same_end(finished: Campaign, tmp_path: Path) -> None:
    campaign = begin(tmp_path / "tiny", SETTINGS, POLICY)
    command = (
        "from pathlib import Path; from organism.calibrate.campaign import open_campaign, run; import sys; "
        "run(open_campaign(Path(sys.argv[1])), 1, lambda done, planned: None)"
    )
    parent = subprocess.Popen([sys.executable, "-c", command, str(campaign.path)], cwd=ROOT)
    deadline = time.monotonic() + 120.0
    while not list(campaign.path.glob("work/*/runs/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(campaign.path.glob("work/*/runs/*")), "a world was begun"
    assert len(working_on(campaign.path)) >= 2, "the parent and its worker"
    parent.kill()
    parent.wait()
    # Nobody goes on behind the parent's back: a worker that did would make all the worlds, and then end.
    deadline = time.monotonic() + 120.0
    while working_on(campaign.path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert working_on(campaign.path) == []
    assert len(list(campaign.outcomes_folder.iterdir())) < len(campaign.tasks)
    run(open_campaign(campaign.path), 1, lambda done, planned: None)
    assert without_seconds(campaign.outcomes()) == without_seconds(finished.outcomes())


def working_on(folder: Path) -> list[str]:
    """Return the commands of processes that name a folder, this one apart."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            # It has ended between being listed and being read.
            continue
        if str(folder) in command and path.parent.name != str(os.getpid()):
            found.append(command)
    return found


def test_ctrl_c_stops_the_processes(tmp_path: Path) -> None:
    campaign = begin(tmp_path / "tiny", SETTINGS, POLICY)

    def stop(done: int, planned: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with hearing_ctrl_c(), pytest.raises(KeyboardInterrupt):
        run(campaign, 1, stop)
    assert not working_on(campaign.path)


@pytest.mark.parametrize(
    ("settings", "policy", "what"),
    [
        ({**TINY, "seed": 4}, {}, "settings"),
        (TINY, {"in_sample": {"minimum_trades": 50}}, "policy"),
    ],
)
def test_another_plan_in_the_same_folder_is_refused(
    settings: dict[str, object], policy: dict[str, object], what: str, finished: Campaign, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(finished.path, tmp_path / "copy"))
    with pytest.raises(ConfigError, match=f"holds a campaign with another {what}"):
        begin(copy, CampaignSettings.model_validate(settings), GauntletPolicy.model_validate(policy))


def test_classes_whose_files_are_not_here_are_left_for_a_machine_that_has_them(tmp_path: Path) -> None:
    elsewhere = {
        "name": "real",
        "history": {"folder": "no/such/folder", "venue": "binance", "coins": ["BTC"], "surrogate": "permuted-24"},
        "worlds": 5,
    }
    settings = CampaignSettings.model_validate({**TINY, "classes": [*TINY["classes"], elsewhere]})  # type: ignore[misc]
    campaign = begin(tmp_path / "tiny", settings, POLICY)
    assert campaign.absent == ("real",)
    assert [task.class_name for task in campaign.tasks] == ["null", "plant", "null"]
