"""Market files that a stranger may hand over by mistake: refused in one line with exit 2, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.organism.cli.bars import Frame, bars, imported, with_value

Organism = Callable[..., Any]


def in_milliseconds(frame: Frame) -> pd.Series[int]:
    return (frame["date"] - pd.Timestamp(0, tz="UTC")) // pd.Timedelta("1ms")


def naive() -> Frame:
    frame = bars()
    frame["date"] = frame["date"].dt.tz_localize(None)
    return frame


def mixed_units() -> Frame:
    frame = bars()
    stamps = in_milliseconds(frame)
    frame["date"] = stamps.where(stamps.index < 20, stamps // 1000)
    return frame


DEFECTS: dict[str, tuple[Frame, str]] = {
    "tz-naive times": (naive(), "times without a zone"),
    "times in two units": (mixed_units(), r"mixed units \(28 in seconds, 20 in milliseconds\)"),
    "unsorted bars": (bars().iloc[::-1], r"47 of 48 rows earlier than the one before \(unsorted\)"),
    "duplicate bars": (pd.concat([bars().iloc[:5], bars().iloc[4:]]), "1 of 49 rows with the time of the one before"),
    "bars off the hour": (bars(first="2024-01-01 00:30"), "48 of 48 rows off the grid"),
    "NaN": (with_value("close", np.nan), "with NaN or infinite close; first is row 7"),
    "infinity": (with_value("high", np.inf), "with NaN or infinite high"),
    "a zero price": (with_value("low", 0.0), "with zero or negative low"),
    "a negative price": (with_value("open", -1.0), "with zero or negative open"),
    "high below low": (with_value("high", 98.0), "with high < low"),
    "a close above the high": (with_value("close", 102.0), "with high below open or close"),
    "negative volume": (with_value("volume", -1.0), "with negative volume"),
    "no rows": (bars(0), "it has no rows"),
    "one row": (bars(1), "only one row"),
    "a missing column": (bars().drop(columns="volume"), "has no column volume"),
}


def broken_files(folder: Path) -> dict[str, tuple[Path, str]]:
    whole = folder / "whole.parquet"
    bars().to_parquet(whole)
    content = whole.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 0xFF
    texts: dict[str, tuple[str, bytes, str]] = {
        "a truncated file": ("cut.parquet", content[: len(content) // 2], "truncated, damaged or not .parquet"),
        "a damaged page": ("flipped.parquet", bytes(flipped), "truncated, damaged or not .parquet"),
        "a file of another kind": ("text.parquet", b"hello", "truncated, damaged or not .parquet"),
        "a CSV cut inside a row": ("cut.csv", bars().to_csv(index=False).encode()[:500], "truncated, damaged"),
        "an empty file": ("empty.csv", b"", "truncated, damaged or not .csv: Empty CSV file"),
        "an unknown ending": ("bars.xlsx", content, r"allowed endings are \.parquet or \.csv or \.feather"),
    }
    files = {"a missing file": (folder / "nowhere.csv", "does not exist"), "a folder": (folder, "not a file")}
    for what, (name, body, message) in texts.items():
        (folder / name).write_bytes(body)
        files[what] = (folder / name, message)
    return files


BROKEN = (
    "a missing file",
    "a folder",
    "a truncated file",
    "a damaged page",
    "a file of another kind",
    "a CSV cut inside a row",
    "an empty file",
    "an unknown ending",
)


@pytest.fixture
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """Return the file of a defect and what its refusal says."""
    if request.param in BROKEN:
        return broken_files(tmp_path)[request.param]
    frame, message = DEFECTS[request.param]
    path = tmp_path / "bars.csv"
    frame.to_csv(path, index=False)
    return path, message


@pytest.mark.parametrize("bad", [*DEFECTS, *BROKEN], indirect=True)
def test_a_bad_file_is_refused_by_check_and_import_and_leaves_no_trace(
    bad: tuple[Path, str], organism: Organism, nowhere: Path
) -> None:
    path, message = bad
    for verb in (["data", "check", path], ["data", "import", path, "--coin", "BTC", "--venue", "test"]):
        assert str(path) in organism(*verb).refuses(message)
    assert not nowhere.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--coin", "B/C", "--venue", "test"], "coin 'B/C' is not a name"),
        (["--coin", "BTC", "--venue", ".."], r"venue '\.\.' is not a name"),
        (["--coin", "BTC", "--venue", "test", "--interval", "7h"], "interval '7h' is unknown: choose one of 1m, 5m"),
        (["--coin", "BTC", "--venue", "test", "--interval", "2h"], "24 of 48 rows off the grid"),
    ],
)
def test_a_bad_name_or_interval_is_refused(
    options: list[str], message: str, organism: Organism, tmp_path: Path
) -> None:
    path = tmp_path / "bars.csv"
    bars().to_csv(path, index=False)
    organism("data", "import", path, *options).refuses(message)
    assert not any(path.is_file() for path in (tmp_path / "home").rglob("*"))


def test_bad_funding_beside_good_bars_keeps_neither(organism: Organism, nowhere: Path, tmp_path: Path) -> None:
    good, funding = tmp_path / "bars.csv", tmp_path / "funding.csv"
    bars().to_csv(good, index=False)
    rates = Frame({"date": bars()["date"], "funding_rate": 1e-5})
    rates.loc[3, "funding_rate"] = np.inf
    rates.to_csv(funding, index=False)
    arguments = ["data", "import", good, "--funding", funding, "--coin", "BTC", "--venue", "test"]
    assert str(funding) in organism(*arguments).refuses("1 of 48 rows with NaN or infinite rate; first is row 3")
    assert not nowhere.exists()


def test_bars_that_disagree_with_the_lake_are_refused_and_the_lake_is_as_it_was(
    organism: Organism, nowhere: Path, tmp_path: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    imported(organism, tmp_path)
    before = contents(nowhere)
    other = tmp_path / "other.csv"
    with_value("close", 100.75).to_csv(other, index=False)
    organism("data", "import", other, "--coin", "BTC", "--venue", "test").refuses("1 rows disagree with those in")
    assert contents(nowhere) == before


def started(organism: Organism, tmp_path: Path, coins: str) -> Any:
    config = tmp_path / "lake.toml"
    config.write_text(f'name = "x"\n[history]\nvenue = "test"\ncoins = {coins}\n')
    return organism("evolve", "start", config)


def test_a_history_too_short_to_split_is_refused(organism: Organism, nowhere: Path, tmp_path: Path) -> None:
    imported(organism, tmp_path)
    started(organism, tmp_path, '["BTC"]').refuses("history of 48 bars is too short: .* need at least 848 bars in all")
    assert list((nowhere / "runs").iterdir()) == []


def test_coins_that_do_not_overlap_are_refused_by_name(organism: Organism, tmp_path: Path) -> None:
    imported(organism, tmp_path)
    later = tmp_path / "later.csv"
    bars(first="2024-06-01").to_csv(later, index=False)
    assert organism("data", "import", later, "--coin", "ETH", "--venue", "test").code == 0
    started(organism, tmp_path, '["BTC", "ETH"]').refuses(
        "coins do not overlap: BTC shares no bar with any other of BTC, ETH"
    )


def test_bars_of_good_history_are_described(organism: Organism, tmp_path: Path) -> None:
    """A test of what is refused must be able to succeed."""
    path = tmp_path / "bars.csv"
    frame = bars().drop(index=[20, 21])
    frame.to_csv(path, index=False)
    done = organism("data", "check", path)
    assert (done.code, done.err) == (0, "")
    assert "46 rows, 2024-01-01 00:00 to 2024-01-02 23:00 UTC, coverage 95.83 %" in done.out
    assert "gap_kept_as_hole: 2, first at 2024-01-01 20:00" in done.out
    report = organism("data", "check", path, "--json").json
    assert (report["n_rows"], [finding["policy"] for finding in report["findings"]]) == (46, ["gap_kept_as_hole"])
