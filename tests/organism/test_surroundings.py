"""What `organism doctor` says of a machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from organism.finding import FINE, POOR, WRONG
from organism.surroundings import (
    check_clock,
    check_configurations,
    check_cores,
    check_disk,
    check_memory,
    check_packages,
    examine_machine,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TYPER = version("typer")


@pytest.mark.parametrize(
    ("lock", "state", "detail"),
    [
        (f"typer=={TYPER} \\\n    --hash=sha256:00\n", FINE, "1 pins"),
        ("typer==0.0.1 \\\n", POOR, f"typer {TYPER} instead of 0.0.1"),
        ("no-such-package-of-ours==1.0 \\\n", WRONG, "not installed: no-such-package-of-ours"),
        ("no-such-package-of-ours==1.0 ; sys_platform == 'win32' \\\n", FINE, "1 pins"),
    ],
)
def test_packages_are_those_that_are_pinned(lock: str, state: str, detail: str) -> None:
    found = check_packages(lock)
    assert (found.state, detail in found.detail) == (state, True), found
    assert ("make setup" in found.remedy) == (state != FINE)


@pytest.mark.parametrize(
    ("n_cores", "environment", "state", "words"),
    [
        (2, {}, FINE, "2 for 2 workers"),
        (8, {}, FINE, "--workers 8 would use all"),
        (1, {}, POOR, "--workers 1, or ORGANISM_WORKERS=1"),
        (4, {"ORGANISM_WORKERS": "4"}, FINE, "(ORGANISM_WORKERS)"),
        (4, {"ORGANISM_WORKERS": "0"}, WRONG, "a whole number from 1 to 64"),
        (4, {"ORGANISM_WORKERS": "many"}, WRONG, "ORGANISM_WORKERS is 'many'"),
        (4, {"OMP_NUM_THREADS": "4"}, POOR, "unset it"),
    ],
)
def test_workers_are_compared_with_cores(n_cores: int, environment: dict[str, str], state: str, words: str) -> None:
    found = check_cores(n_cores, environment)
    assert found.state == state
    assert words in f"{found.detail} {found.remedy}"


@pytest.mark.parametrize(("megabytes", "state"), [(2048, FINE), (2047, POOR), (None, FINE)])
def test_little_memory_is_poor(megabytes: int | None, state: str) -> None:
    assert check_memory(megabytes).state == state


@pytest.mark.parametrize(("free", "state"), [(1024, FINE), (1023, POOR), (16, POOR), (15, WRONG)])
def test_a_disk_that_is_nearly_full_is_poor_and_a_full_one_wrong(free: int, state: str) -> None:
    assert check_disk(Path("var"), free).state == state


def test_a_clock_that_went_back_is_seen_by_what_is_in_the_home(tmp_path: Path) -> None:
    registry = tmp_path / "registry.sqlite"
    registry.write_bytes(b"")
    for seconds, state in ((0, FINE), (60, FINE), (7200, POOR)):
        os.utime(registry, (NOW.timestamp() + seconds,) * 2)
        found = check_clock(tmp_path, NOW)
        assert found.state == state, found
    assert "registry.sqlite was written 2.0 hours after that" in found.detail
    assert check_clock(tmp_path, datetime(1970, 1, 1, tzinfo=UTC)).state == WRONG


def test_configurations_are_read_and_their_history_looked_for(tmp_path: Path) -> None:
    good, wrong, lost = (tmp_path / f"{name}.toml" for name in ("good", "wrong", "lost"))
    good.write_text('name = "x"\n[history]\nworld = "planted"\n')
    wrong.write_text('name = "x"\n[histroy]\nworld = "planted"\n[history]\nworld = "empty"\n')
    lost.write_text('name = "x"\n[history]\nvenue = "x"\ncoins = ["BTC"]\nfolder = "no/such/folder"\n')
    first, second, last = check_configurations([good, wrong, lost])
    assert (first.state, "did you mean 'history'?" in first.detail) == (WRONG, True)
    assert (second.state, "no/such/folder" in second.detail) == (POOR, True)
    assert (last.state, last.detail) == (FINE, "1 of 3 can be used as they are")


def test_a_machine_on_which_the_tests_pass_has_nothing_wrong(tmp_path: Path) -> None:
    found = {finding.what: finding for finding in examine_machine(tmp_path / "home", {}, datetime.now(UTC))}
    assert found.keys() >= {"Python", "packages", "compiled code", "cores", "memory", "home", "disk", "clock"}
    assert [finding for finding in found.values() if finding.state == WRONG] == []
    assert all(bool(finding.remedy) == (finding.state != FINE) for finding in found.values())
    assert "there is none at" in found["home"].detail
    assert not (tmp_path / "home").exists()
