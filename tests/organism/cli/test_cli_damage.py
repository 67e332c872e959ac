"""A home that was damaged, or a verb that was stopped: said in one line, never a stack of calls."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evolution.run.layout import RunFolder
from organism.home import Home
from tests.support.interruption import hearing_ctrl_c

Organism = Callable[..., Any]


@pytest.fixture
def folder(finished_home: Home, tmp_path: Path) -> RunFolder:
    """Return the finished run of a copy that `organism` takes for its home."""
    home = Home.open(shutil.copytree(finished_home.root, tmp_path / "home"))
    [manifest] = home.runs.glob("*/manifest.json")
    return RunFolder(manifest.parent)


@pytest.mark.parametrize("content", ["{}", "[]", "", '{"settings": 1', '{"code_version": "0"}'])
def test_a_damaged_manifest_is_refused_by_name(content: str, organism: Organism, folder: RunFolder) -> None:
    folder.manifest.write_text(content)
    folder.outcome.rename(folder.outcome.with_name("kept.json"))
    for verb in ("show", "resume"):
        assert organism("evolve", verb, folder.name).refuses(r"manifest\.json (is damaged|holds a list)")
    folder.outcome.with_name("kept.json").rename(folder.outcome)
    assert organism("report", folder.name).refuses(r"manifest\.json (is damaged|holds a list)")


def test_settings_of_a_run_that_are_no_table_are_refused(organism: Organism, folder: RunFolder) -> None:
    manifest = json.loads(folder.manifest.read_text())
    folder.outcome.unlink()
    folder.manifest.write_text(json.dumps({**manifest, "settings": [1]}))
    assert organism("evolve", "resume", folder.name).refuses("manifest.json is damaged, its settings are no object")


@pytest.mark.parametrize("content", ["{}", "[]", "nonsense"])
def test_a_damaged_outcome_is_refused_by_name(content: str, organism: Organism, folder: RunFolder) -> None:
    folder.outcome.write_text(content)
    assert organism("evolve", "show", folder.name).refuses(r"outcome\.json (is damaged|holds a list)")
    assert organism("report", folder.name).refuses(r"outcome\.json (is damaged|holds a list)")


def test_damaged_lines_of_progress_are_passed_over(organism: Organism, folder: RunFolder) -> None:
    before = organism("evolve", "show", folder.name, "--json").json["generations"]
    with folder.generations.open("ab") as stream:
        stream.write(b'null\n[1]\n{}\n\xff\xfe\n{"generation": 9')
    assert organism("evolve", "show", folder.name, "--json").json["generations"] == before
    assert organism("evolve", "list").code == 0


def test_a_line_of_progress_cut_short_does_not_swallow_the_next(organism: Organism, folder: RunFolder) -> None:
    """Killed while the last line was written: resumed from the checkpoint before, it is written again."""
    straight = organism("evolve", "show", folder.name, "--json").json["generations"]
    folder.outcome.unlink()
    (folder.checkpoints / "generation-000000003.json").unlink()
    lines = folder.generations.read_bytes().splitlines(keepends=True)
    folder.generations.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    assert organism("evolve", "resume", folder.name).code == 0
    assert organism("evolve", "show", folder.name, "--json").json["generations"] == straight


def test_a_run_whose_every_checkpoint_is_damaged_is_refused(organism: Organism, folder: RunFolder) -> None:
    folder.outcome.unlink()
    for path in folder.checkpoints.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    done = organism("evolve", "resume", folder.name)
    assert (done.code, done.out) == (2, "")
    assert "error: no checkpoint is whole: checkpoint generation-000000003.json is damaged" in done.err


def test_one_damaged_checkpoint_costs_a_generation_and_changes_nothing(organism: Organism, folder: RunFolder) -> None:
    straight = folder.outcome.read_bytes()
    folder.outcome.unlink()
    newest = folder.checkpoints / "generation-000000003.json"
    newest.write_bytes(newest.read_bytes().replace(b"sharpe", b"sharpf", 1))
    assert organism("evolve", "resume", folder.name).code == 0
    assert folder.outcome.read_bytes() == straight


def test_what_goes_wrong_at_the_hand_over_is_told_with_how_to_go_on(organism: Organism, folder: RunFolder) -> None:
    """Nothing before it reads what went into quarantine."""
    straight = folder.outcome.read_bytes()
    folder.outcome.unlink()
    in_quarantine = folder.quarantine / "nobody.json"
    folder.quarantine.mkdir(exist_ok=True)
    in_quarantine.write_text("{")
    done = organism("evolve", "resume", folder.name)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(
        "; nothing of the search is lost; once that is mended, go on with: organism evolve resume " + folder.name + "\n"
    )
    in_quarantine.unlink()
    assert organism("evolve", "resume", folder.name).code == 0
    assert folder.outcome.read_bytes() == straight


def test_a_registry_and_segments_that_are_damaged_are_found_by_doctor(organism: Organism, folder: RunFolder) -> None:
    home = folder.path.parents[1]
    assert organism("doctor").code == 0
    (home / "registry.sqlite").write_bytes(b"SQLite format 3\0" + b"nonsense" * 999)
    (folder.trials / "segment-000000001.parquet").write_bytes(b"PAR1")
    manifest = next(iter((home / "snapshots").glob("*/manifest.json")))
    manifest.chmod(0o644)
    manifest.write_bytes(manifest.read_bytes() + b" ")
    findings = organism("doctor", "--json")
    assert findings.code == 1
    damaged = [finding["what"] for finding in findings.json if finding["state"] == "damaged"]
    assert damaged == [f"snapshot {manifest.parent.name[:12]}", f"run {folder.name}", "registry"]


@pytest.mark.parametrize(
    ("verb", "code", "said"),
    [
        (("evolve", "start"), 3, "interrupted; what was finished is kept"),
        (("data", "facts"), 130, "interrupted; there is nothing to go on with: the same command begins anew"),
        (("config", "show"), 130, "interrupted; there is nothing to go on with: the same command begins anew"),
        (("demo", "--config"), 130, "interrupted; there is nothing to go on with: the same command makes .*/demo anew"),
    ],
)
def test_ctrl_c_in_any_other_verb_says_what_is_kept(
    organism: Organism, tmp_path: Path, verb: tuple[str, ...], code: int, said: str
) -> None:
    """Pressed while a verb waits for a file that nobody writes: nothing else can hear it there."""
    pipe = tmp_path / "slow.toml"
    os.mkfifo(pipe)

    def press() -> None:
        # There is no reader to write to until the verb has opened the file.
        while True:
            try:
                writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
                break
            except OSError:
                time.sleep(0.01)
        time.sleep(0.1)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(0.1)
        os.close(writer)

    with hearing_ctrl_c():
        presser = threading.Thread(target=press)
        presser.start()
        try:
            done = organism(*verb, pipe)
        finally:
            presser.join()
    assert (done.code, done.out) == (code, "")
    assert re.search(said, done.err)
    assert "Traceback" not in done.err
