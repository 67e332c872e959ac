"""`organism venue serve`: starts, answers, ends with Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hyperliquid.info import Info

ROOT = Path(__file__).parents[3]


def started(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """Return the process and what it said once it serves."""
    command = [sys.executable, "-m", "organism.cli.main", "venue", "serve", "--json", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line == "}\n":
            break
    return process, json.loads(said)


def test_a_world_is_served_until_ctrl_c(tmp_path: Path) -> None:
    home = tmp_path / "home"
    process, facts = started("--world", "empty", "--years", "0.5", "--speed", "0", "--now", "--home", str(home))
    try:
        info = Info(facts["url"], skip_ws=True, timeout=10.0)
        now_ms = int(time.time() * 1000)
        candles = info.candles_snapshot("BTC", "1h", 0, now_ms)
        info.session.close()
        # Nine tenths of half a year are 3,942 hours; the present may lie up to a day after them.
        assert 3942 <= len(candles) <= 3942 + 25
        assert candles[-1]["t"] <= now_ms <= candles[-1]["T"]
        assert facts["coins"] == sorted(info.coin_to_asset.keys() - {"PURR/USDC"})
    finally:
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, ""), "the end that was asked for"
    assert re.fullmatch(r"3 requests, 0 refused; largest weight in a minute 1\d\d; faults: none\n", err)
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--world", "plantet"], "world 'plantet' is unknown: choose one of planted"),
        (["--world", "empty", "--snapshot", "abc"], "are two markets: give one of them"),
        (["--snapshot", "abc"], "home .* does not exist"),
        (["--faults", "2"], "Invalid value for '--faults'"),
        (["--speed", "-1"], "Invalid value for '--speed'"),
        (["--years", "0.5", "--speed", "inf"], "speed of the venue's clock is inf"),
        (["--port", "70000"], "Invalid value for '--port'"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(
    arguments: list[str], message: str, organism: Callable[..., Any], tmp_path: Path
) -> None:
    assert organism("venue", "serve", *arguments).refuses(message)
    assert not (tmp_path / "home").exists(), "whoever serves nothing leaves nothing"


def test_a_snapshot_is_served(organism: Callable[..., Any], tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    made = organism("data", "synth", "empty", "--years", "0.5", "--home", home, "--json").json
    process, facts = started("--snapshot", made["snapshot_id"], "--home", home)
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert (facts["interval"], facts["ends"]) == ("1h", "2020-07-01 12:00")
