"""Every hostile file is refused with its own reason by the reader it is meant for, and nothing of it is run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from data.code_version import code_version
from data.errors import ConfigError, DataError, GenomeError
from tests.fuzz.canary import FILE, WORD, listening
from tests.fuzz.readers import CORPUS, READERS, corpus, sound
from tests.fuzz.watched import read_watched

REASONS: dict[str, dict[str, str]] = json.loads((CORPUS.parent / "hostile_reasons.json").read_text())
CASES = [pytest.param(reader, name, id=f"{reader}/{name}") for reader in READERS for name in corpus(reader)]
LONGEST = 2_500


def reason(error: Exception, folder: Path) -> str:
    """Return kind and message, with what differs from machine to machine and version to version replaced."""
    text = f"{type(error).__name__}: {error}".replace(str(folder), "FOLDER").replace(code_version()[:12], "CODE")
    text = re.sub(r"(configuration was '\w+', is) '[0-9a-f]{12}'", r"\1 'SETTINGS'", text)
    text = re.sub(r"evidence pack [0-9a-f]{12}", "evidence pack PACK", text)
    return re.sub(r"\b[0-9a-f]{64}\b", "SHA256", text).replace(f"run {folder.name}", "run RUN")


@pytest.mark.parametrize(("reader", "name"), CASES)
def test_a_hostile_file_is_refused_with_its_reason_and_nothing_is_run(reader: str, name: str, tmp_path: Path) -> None:
    folder = tmp_path / "reading"
    reading = read_watched(reader, corpus(reader)[name], folder)
    assert isinstance(reading.refusal, (ConfigError, DataError, GenomeError))
    message = str(reading.refusal)
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < LONGEST
    assert reading.heard == []
    if reader != "genome":
        assert reason(reading.refusal, folder).startswith(REASONS[reader][name])


def test_every_hostile_file_has_a_reason() -> None:
    assert {reader: set(names) for reader, names in REASONS.items()} == {
        reader: set(corpus(reader)) for reader in READERS if reader != "genome"
    }
    assert {path.name for path in CORPUS.iterdir()} == set(READERS)


@pytest.mark.parametrize("reader", ["checkpoint", "config", "genome", "outcome", "run_manifest"])
def test_a_sound_file_is_accepted(reader: str, tmp_path: Path) -> None:
    """A reader that refuses everything would pass all other tests here."""
    assert read_watched(reader, sound(reader), tmp_path / "reading").refusal is None


@pytest.mark.parametrize(
    ("reader", "what_is_missing"),
    [("evidence", "no snapshot 'SHA256' in FOLDER"), ("snapshot_manifest", "time_ms.npy cannot be read")],
)
def test_a_sound_file_is_understood_as_far_as_what_lies_beside_it(
    reader: str, what_is_missing: str, tmp_path: Path
) -> None:
    refusal = read_watched(reader, sound(reader), tmp_path / "reading").refusal
    assert refusal is not None
    assert what_is_missing in reason(refusal, tmp_path / "reading")


def test_the_canary_would_be_heard_and_seen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Run two payloads of the corpus on purpose, and start a process."""
    call = json.loads(corpus("checkpoint")["state_text"])["state"]
    name = re.search(rb'"(print.*?)"', corpus("config")["name_print_call"])
    assert name is not None
    with listening(tmp_path) as heard:
        eval(call)
        eval(name[1])
        subprocess.run([sys.executable, "-c", ""], check=True)
    events = {line.split()[0] for line in heard}
    assert {"compile", "exec", "subprocess.Popen", "open"} <= events
    assert os.listdir() == [FILE]
    assert capfd.readouterr().out == f"{WORD}\n"
    Path(FILE).unlink()
