"""`organism data fetch --venue hyperliquid-archive` against a served bucket, as a stranger types it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support.archive_bucket import CREDENTIALS, served_bucket
from tests.support.asset_ctxs import made_up_day

Organism = Callable[..., Any]
DAYS = (date(2024, 5, 1), date(2024, 5, 3))


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the first and the third of May of two coins."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with served_bucket() as bucket:
        for day in DAYS:
            bucket.put(day, made_up_day(day, 2))
        yield bucket.url


def test_the_archive_is_estimated_fetched_and_checked(organism: Organism, url: str, tmp_path: Path) -> None:
    ask = ("data", "fetch", "--venue", "hyperliquid-archive", "--coins", "COIN0,COIN1", "--venue-url", url)
    said = organism(*ask, "--dry-run")
    assert said.code == 0, said.err
    assert "whoever reads pays for the traffic" in said.out
    assert said.out.splitlines()[-1].startswith("together: 2 requests, 0.")
    assert not list(tmp_path.rglob("*.parquet")), "nothing was fetched"
    done = organism(*ask)
    assert done.code == 0, done.err
    heads = [line.split(":")[0] for line in done.out.splitlines() if not line.startswith(" ")]
    mid = [f"{coin} {series} of hyperliquid-archive" for coin in ("COIN0", "COIN1") for series in SERIES]
    assert heads == [*mid, "COIN0 1h of hyperliquid-mark", "COIN1 1h of hyperliquid-mark"]
    assert "the archive has no file of 1 days: 2024-05-02" in done.out
    # Of each day 23 hours are whole: the last minute of a day is closed by the first sample of the next.
    again = organism(*ask, "--json").json
    assert {(item["added"], item["missing"]) for item in again if item["series"] == "1h"} == {(0, 25)}
    listed = organism("data", "list", "--json").json["lake"]
    # Settled are the hours 1 to 23 of each day, and of the first also that at its end.
    assert {(item["series"], item["rows"]) for item in listed if item["coin"] == "COIN1"} == {
        ("1h", 46),
        ("funding", 47),
        ("contexts", 2880),
    }


SERIES = ("1h", "funding", "contexts")


def test_without_credentials_nothing_is_asked_and_the_need_is_said(
    organism: Organism, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    ask = ("data", "fetch", "--venue", "hyperliquid-archive", "--coins", "BTC", "--venue-url", url)
    assert organism(*ask).refuses("run `aws configure`, or set AWS_ACCESS_KEY_ID")


def test_a_damaged_day_that_was_kept_is_found_by_the_doctor_and_fetched_again(
    organism: Organism, url: str, tmp_path: Path
) -> None:
    ask = ("data", "fetch", "--venue", "hyperliquid-archive", "--coins", "COIN0", "--venue-url", url, "--no-funding")
    assert organism(*ask).code == 0
    [first, _] = sorted(tmp_path.rglob("archive/*/*.parquet"))
    content = bytearray(first.read_bytes())
    content[len(content) // 3] ^= 1
    first.write_bytes(bytes(content))
    [damaged] = [item for item in organism("doctor", "--json").json if item["state"] == "damaged"]
    assert (damaged["what"], str(first) in damaged["detail"]) == ("day 20240501 of hyperliquid-archive", True)
    first.unlink()
    assert organism(*ask).code == 0
    assert first.exists(), "days with gaps are looked at again"
    assert not [item for item in organism("doctor", "--json").json if item["state"] == "damaged"]
