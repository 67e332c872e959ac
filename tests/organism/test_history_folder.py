"""A folder of files as the history of a run: judged as `organism data import` judges them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from data.errors import DataError
from data.intervals import HOUR_MS, utc_text
from data.lake import Lake
from organism.history import obtain_snapshot
from organism.home import Home
from organism.settings import HistorySettings


def written(folder: Path, name: str, first_ms: int, n_rows: int, columns: str, values: str) -> None:
    times = [f"{utc_text(first_ms + HOUR_MS * row).replace(' ', 'T')}:00Z" for row in range(n_rows)]
    (folder / name).write_text("\n".join([columns, *(f"{when},{values}" for when in times)]))


@pytest.mark.parametrize("late", ["bars", "funding"])
def test_what_is_not_over_yet_is_refused_and_nothing_is_kept(late: str, tmp_path: Path) -> None:
    """Its last bar would be another one an hour later, and the run one that nobody can repeat."""
    hour = int(time.time()) * 1000 // HOUR_MS * HOUR_MS
    # Twelve bars, the last of which opens in this hour; settlements up to the next one.
    first = {"bars": hour - 11 * HOUR_MS, "funding": hour - 12 * HOUR_MS}[late]
    written(tmp_path, "BTC_1h.csv", first, 12, "ts,open,high,low,close,volume", "100,101,99,100,5")
    written(tmp_path, "BTC_funding.csv", hour - 10 * HOUR_MS, 12, "ts,rate", "0.0001")
    settings = HistorySettings(venue="v", folder=tmp_path, coins=("BTC",))
    home = Home(tmp_path / "home")
    with pytest.raises(DataError, match=r"1 of 12 rows are not over at .*leave out what is in progress"):
        obtain_snapshot(settings, home)
    assert Lake(home.lake).list() == []
