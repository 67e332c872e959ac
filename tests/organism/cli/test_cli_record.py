"""`organism data record` against the simulated venue, as a stranger types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data.code_version import ROOT
from organism.venue_sim import VenueClock, VenueSettings, VenueSimulator
from tests.torture.minutes import HOUR_MS, START_MS, minutes

Organism = Callable[..., Any]
SPEED = 120.0
"""The recorder lives in real time here; quotes tell it how far the venue is."""


@pytest.fixture
def url() -> Iterator[str]:
    """Serve six hours of two coins by the minute, from the second hour on."""
    settings = VenueSettings(weight_a_minute=10**6, hourly_funding_from_ms=START_MS)
    with VenueSimulator(minutes(2, 6.0), VenueClock(START_MS + 2 * HOUR_MS, SPEED), settings) as simulator:
        yield simulator.url


def test_what_is_recorded_can_be_looked_at(organism: Organism, url: str) -> None:
    ask = ("data", "record", "--coins", "C00, C01", "--interval", "1m", "--interval", "5m", "--venue-url", url)
    done = organism(*ask, "--hours", 0.05)
    assert done.code == 0, done.err
    assert done.out.startswith("recorded 2024-01-01 0")
    assert "look at it with `organism data check C00 1m --venue hyperliquid`" in done.out
    assert "records" in done.err
    listed = organism("data", "list", "--json").json["lake"]
    assert {(item["coin"], item["series"]) for item in listed} >= {("C00", "1m"), ("C01", "1m"), ("C00", "funding")}
    assert organism("data", "check", "C00", "1m", "--json").json["gaps"] == []
    assert organism("data", "show", "C00", "1m", "--venue", "hyperliquid").code == 0


def test_a_signal_ends_it_cleanly_and_a_second_recorder_is_refused(
    organism: Organism, url: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    ask = ["data", "record", "--coins", "C00", "--interval", "1m", "--venue-url", url]
    command = [sys.executable, "-m", "organism.cli.main", *ask, "--home", str(home), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as recorder:
        try:
            deadline = time.monotonic() + 60.0
            while not list(home.rglob("*.journal")) and recorder.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            assert organism(*ask, "--home", home).refuses(f"is being worked on by process {recorder.pid}")
            time.sleep(1.5)
            os.kill(recorder.pid, signal.SIGTERM)
            out, err = recorder.communicate(timeout=60.0)
        finally:
            recorder.kill()
    assert recorder.returncode == 0, err
    said = json.loads(out)
    assert said["records"] > 0
    assert (said["gaps"], said["problems"]) == ([], [])
    assert said["compaction"]["quotes"] + said["compaction"]["contexts"] > 0
    assert "ending: what was recorded is brought into the lake" in err
    assert not list(home.rglob("*.journal")), "everything is in the lake"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--coins", "C0O"], "has no coin 'C0O'; did you mean C0"),
        (["--coins", ""], "name each once"),
        (["--coins", "C00", "--interval", "7m"], "7m"),
        (["--coins", "C00", "--venue", "nowhere"], "known are hyperliquid"),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    organism: Organism, url: str, tmp_path: Path, arguments: list[str], message: str
) -> None:
    assert organism("data", "record", *arguments, "--venue-url", url).refuses(message)
    assert not list(tmp_path.rglob("*.parquet")), "nothing is kept"


def test_an_address_that_is_none_is_refused(organism: Organism) -> None:
    assert organism("data", "record", "--coins", "BTC", "--venue-url", "no address").refuses("give an http")
