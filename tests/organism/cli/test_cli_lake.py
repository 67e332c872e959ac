"""What the command line says of a lake: corrections, what lies in months, damage, and a lake of a newer version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

Organism = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[float], Path]:
    """Return a maker of files with three hours of bars over the end of January; the last closes as told."""

    def write(last_close: float) -> Path:
        path = tmp_path / "bars.csv"
        times = pd.date_range("2024-01-31 22:00", periods=3, freq="h", tz="UTC")
        close = np.array([100.0, 100.0, last_close])
        frame = pd.DataFrame({"time": times, "open": 100.0, "high": 120.0, "low": 80.0, "close": close, "volume": 1.0})
        frame.to_csv(path, index=False)
        return path

    return write


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "home" / "lake"


def test_a_changed_past_is_refused_until_it_is_asked_to_correct(organism: Organism, file: Callable[..., Path]) -> None:
    options = ["--coin", "BTC", "--venue", "test"]
    assert organism("data", "import", file(100.0), *options).code == 0
    organism("data", "import", file(105.0), *options).refuses(
        r"1 rows disagree .*first at 2024-02-01 00:00 .*import it with --correct"
    )
    done = organism("data", "import", file(105.0), *options, "--correct")
    assert "BTC 1h of test: 0 rows added, 2 known before, 1 corrected (what they were is kept)" in done.out
    again = organism("data", "import", file(105.0), *options, "--correct", "--json").json
    assert [(report["added"], report["known"], report["corrected"]) for report in again] == [(0, 3, 0)]
    listed = organism("data", "list").out
    assert "        3  2024-01-31 22:00 to 2024-02-01 00:00  test, 1 corrected\n" in listed
    [entry] = organism("data", "list", "--json").json["lake"]
    assert (entry["rows"], entry["corrections"]) == (3, 1)


def test_doctor_reads_every_month_and_every_correction(
    organism: Organism, file: Callable[..., Path], lake: Path
) -> None:
    options = ["--coin", "BTC", "--venue", "test"]
    organism("data", "import", file(100.0), *options)
    organism("data", "import", file(105.0), *options, "--correct")
    assert organism("doctor").code == 0
    [correction] = lake.rglob("version=2/*.parquet")
    correction.write_bytes(correction.read_bytes() + b"x")
    done = organism("doctor", "--json")
    [damaged] = [finding for finding in done.json if finding["state"] == "damaged"]
    assert (done.code, damaged["what"]) == (1, "bars of test BTC 1h")
    assert str(correction) in damaged["detail"]
    # The remedy, followed.
    correction.unlink()
    assert organism("data", "import", file(105.0), *options, "--correct").code == 0
    assert organism("doctor").code == 0


def test_a_lake_of_a_newer_version_is_refused_by_every_verb(
    organism: Organism, file: Callable[..., Path], lake: Path
) -> None:
    options = ["--coin", "BTC", "--venue", "test"]
    organism("data", "import", file(100.0), *options)
    (lake / "lake.json").write_text('{"format":3}')
    said = "has format 3, made by a newer version; this one reads up to format 2: use the newer version"
    organism("data", "list").refuses(said)
    organism("data", "import", file(100.0), *options).refuses(said)
    done = organism("doctor", "--json")
    [damaged] = [finding for finding in done.json if finding["state"] == "damaged"]
    assert (done.code, damaged["what"]) == (1, "lake")
    assert said in damaged["detail"]
