"""`organism validate --permutations`, as a stranger would type it: refused, run, interrupted, shown on every page."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evolution.run.layout import RunFolder, list_runs
from organism.cli.progress import Pace
from organism.home import Home
from organism.permutations import PermutationRecord
from organism.views.permutations import moving_line, permutation_line

Organism = Callable[..., Any]
ROOT = Path(__file__).parents[3]
ASKED = ("validate", "--permutations", "3", "--workers", "1")


@pytest.fixture
def run(finished_home: Home, tmp_path: Path) -> RunFolder:
    """Return the finished run of a copy that `organism` takes for its home."""
    home = Home.open(Path(shutil.copytree(finished_home.root, tmp_path / "home")))
    [found] = list_runs(home.runs)
    return found


def without_seconds(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what each search found, by the name of its file."""
    found = {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("0*.json"))}
    for plain in found.values():
        del plain["search_seconds"]
    return found


@pytest.mark.slow
def test_permutations_are_run_kept_and_shown(organism: Organism, run: RunFolder) -> None:
    done = organism(*ASKED, "--json")
    assert "% of the in-sample bars are in blocks of 24 bars that change place." in done.err
    assert done.code == 1, "nothing graduates on a year of history"
    [record] = done.json["permutations"]
    assert (record["run"], record["block_bars"], record["permutations"]) == (run.name, 24, 3)
    assert len(record["permuted_sharpes"]) == 3
    assert record["p_value"] in {0.25, 0.5, 0.75, 1.0}
    assert record["is_alarm"] is True
    # From now on every look at the run says it.
    sharpes = tuple(record["permuted_sharpes"])
    line = permutation_line(PermutationRecord(run.name, 24, 3, record["best_sharpe"], sharpes))
    assert "So few cannot show less than 0.250: ask for 19 or more." in line
    assert line in organism("validate").out
    assert organism("validate", "--json").json["permutations"] == [record]
    for name in (run.name, done.json["verdicts"][0]["id"]):
        page = Path(organism("report", name, "--json").json["path"]).read_text(encoding="utf-8")
        assert line in page
    whole = organism("doctor")
    assert (whole.code, "leftover" in whole.out) == (0, False)
    # A search that was killed leaves its place of work.
    (run.path.parents[1] / "permuted" / f"{run.name}-24-00001").mkdir()
    assert organism("doctor").out.endswith("parts are whole, 1 leftovers\n")
    (run.path / "permutations/blocks-24/00001.json").write_text("{}")
    answered = organism("validate")
    assert (answered.code, "nothing graduates" in answered.out, "Whole-search" in answered.out) == (1, True, False), (
        answered
    )
    assert re.search(r"are not shown: .*00001\.json is no result of this search .*: remove it", answered.err)
    damaged = organism("doctor")
    assert damaged.code == 1
    assert f"damaged: permutations of run {run.name}" in damaged.out


@pytest.mark.slow
def test_an_interrupted_test_goes_on_to_the_same_end(organism: Organism, run: RunFolder, tmp_path: Path) -> None:
    straight = Path(shutil.copytree(tmp_path / "home", tmp_path / "straight"))
    assert organism(*ASKED, "--home", straight).code == 1
    folder = run.path / "permutations/blocks-24"
    environment = {**os.environ, "ORGANISM_HOME": str(tmp_path / "home")}
    process = subprocess.Popen(
        [sys.executable, "-m", "organism.cli.main", *ASKED],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    deadline = time.monotonic() + 120.0
    while not (folder / "00000.json").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    # As a terminal does: to all of them.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120.0)
    assert (process.returncode, out) == (3, ""), err
    assert "interrupted; what was finished is kept: the same command goes on from there" in err
    assert "Traceback" not in err
    n_done = len(without_seconds(folder))
    assert 1 <= n_done < 3
    waiting = organism("validate")
    assert f"{n_done} of 3 searches are done. Go on with: organism validate {run.name}" in waiting.out
    assert organism(*ASKED).code == 1
    [same] = straight.glob("runs/*/permutations/blocks-24")
    assert without_seconds(folder) == without_seconds(same)
    assert list((tmp_path / "home/permuted").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--permutations", "0"], "Invalid value for '--permutations'"),
        (["--permutations", "-3"], "Invalid value for '--permutations'"),
        (["--permutations", "10000"], "permutations: received 10000; allowed are 1 to 9,999"),
        (["--permutations", "3", "--permutation-blocks", "25"], "blocks of 25 bars .* choose one of 24, 168"),
        (["nobody", "--permutations", "3"], "nobody"),
        (["--permutation-blocks", "24"], "says how to permute: give --permutations 99 too"),
    ],
)
def test_what_cannot_be_permuted_is_refused_before_anything_is_judged(
    arguments: list[str], message: str, organism: Organism, run: RunFolder, contents: Callable[[Path], dict[str, str]]
) -> None:
    before = contents(run.path.parent.parent)
    organism("validate", *arguments).refuses(message)
    assert contents(run.path.parent.parent) == before


def test_of_two_runs_one_must_be_named(organism: Organism, run: RunFolder) -> None:
    shutil.copytree(run.path, run.path.with_name("other-1-00000000"))
    known = f"other-1-00000000, {run.name}: name one, as in organism validate other-1-00000000 --permutations"
    assert organism(*ASKED).refuses(f"--permutations needs one run; there are {known}")


RECORD = PermutationRecord("demo-1-0a1b2c3d", 24, 19, 5.0, (1.25,) * 18 + (2.5,))


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (
            RECORD,
            "No alarm: searched again on its in-sample bars in another order (19 times, blocks of 24 bars, the same "
            "budget), the best in-sample Sharpe ratio is 1.25 to 2.50; that of run demo-1-0a1b2c3d is 5.00: p = 0.050.",
        ),
        (
            replace(RECORD, best_sharpe=2.0),
            "Alarm, not a gate: searched again on its in-sample bars in another order (19 times, blocks of 24 bars, "
            "the same budget), the best in-sample Sharpe ratio is 1.25 to 2.50; that of run demo-1-0a1b2c3d is 2.00: "
            "p = 0.100. The search finds as much where the order of the bars means nothing.",
        ),
        (
            replace(RECORD, permutations=20),
            "Whole-search permutation of run demo-1-0a1b2c3d, blocks of 24 bars: 19 of 20 searches are done. Go on "
            "with: organism validate demo-1-0a1b2c3d --permutations 20 --permutation-blocks 24",
        ),
    ],
)
def test_what_is_said(record: PermutationRecord, line: str) -> None:
    assert permutation_line(record) == line


@pytest.mark.parametrize(
    ("share", "line"),
    [
        (0.999, "Permuted: 99.9 % of the in-sample bars are in blocks of 24 bars that change place."),
        (
            0.5,
            "Permuted: 50.0 % of the in-sample bars are in blocks of 24 bars that change place. The rest is the same "
            "in every search: that makes an alarm likelier.",
        ),
    ],
)
def test_it_is_said_how_much_of_a_history_changes_place(share: float, line: str) -> None:
    assert moving_line(24, share) == line


def test_the_pace_counts_what_this_process_has_done() -> None:
    pace = Pace()
    assert pace.tell(50, 99, 1000.0) == ""
    assert pace.tell(50, 99, 1100.0) == ""
    assert pace.tell(52, 99, 1240.0) == "0.5 a minute, 1:34:00 left"
    assert pace.tell(52, 99, 1300.0) == "0.5 a minute, 1:34:00 left"
    assert pace.tell(99, 99, 1490.0) == "6.0 a minute, 0:00:00 left"
