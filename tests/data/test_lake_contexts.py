"""Contexts in the lake: added, read, corrected, listed, seen by SQL; what no venue can have said is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.bars import Contexts
from data.context_quality import check_contexts
from data.errors import DataError
from data.intervals import MINUTE_MS
from data.lake import Lake
from data.lake_entries import LakeEntry
from data.lake_layout import BARS, CONTEXTS, FUNDING
from data.lake_views import open_views
from tests.data.conftest import build_bars, build_funding

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
MONTH_MINUTES = 31 * 1440


def build_contexts(minutes: list[int], prices: list[float] | None = None) -> Contexts:
    """Return contexts so many minutes after midnight, with all prices alike."""
    price = np.array([100.0] * len(minutes) if prices is None else prices)
    other = {name: np.full(len(minutes), 1e-5) for name in CONTEXTS.columns if not name.endswith("price")}
    alike = {name: price.copy() for name in CONTEXTS.columns if name.endswith("price")}
    time_ms = MIDNIGHT_MS + MINUTE_MS * np.array(minutes, dtype=np.int64)
    return Contexts(**{**other, **alike, "time_ms": time_ms})


def test_contexts_are_kept_by_month_and_read_back(tmp_path: Path) -> None:
    lake, given = Lake(tmp_path), build_contexts([0, 1, MONTH_MINUTES], [1.0, 2.0, 3.0])
    given = replace(given, mid_price=np.array([1.5, np.nan, 3.5]))
    report = lake.import_contexts("venue", "BTC", given, source="a")
    assert [str(file.parent.relative_to(tmp_path)) for file in report.appended.files] == [
        "contexts/venue=venue/coin=BTC/month=2024-01",
        "contexts/venue=venue/coin=BTC/month=2024-02",
    ]
    read = lake.read_contexts("venue", "BTC")
    assert read is not None
    for name in CONTEXTS.columns:
        np.testing.assert_array_equal(getattr(read, name), getattr(given, name))
    february = lake.read_contexts("venue", "BTC", "2024-02")
    assert february is not None
    assert february.mark_price.tolist() == [3.0]
    assert lake.read_contexts("venue", "BTC", "2024-03") is None
    assert lake.import_contexts("venue", "BTC", given, source="b").appended.n_known == 3


def test_contexts_stand_last_in_the_list_and_in_views_of_their_own(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.import_contexts("venue", "BTC", build_contexts([0, 1], [50.0, 51.0]), source="a")
    changed = build_contexts([1], [61.0])
    assert lake.import_contexts("venue", "BTC", changed, source="b", on_conflict="correct").appended.n_corrected == 1
    lake.import_bars("venue", "BTC", "1h", build_bars([0, 1]), source="a")
    lake.import_funding("venue", "BTC", build_funding([0, 8]), source="a")
    entries = lake.list()
    assert [entry.kind for entry in entries] == [BARS, FUNDING, CONTEXTS]
    assert entries[2] == LakeEntry(CONTEXTS, "venue", "BTC", None, 2, MIDNIGHT_MS, MIDNIGHT_MS + MINUTE_MS, 1)
    with open_views(tmp_path) as connection:
        asked = "SELECT coin, mark_price FROM contexts ORDER BY time_ms"
        assert connection.execute(asked).fetchall() == [("BTC", 50.0), ("BTC", 61.0)]
        assert connection.execute("SELECT max(version) FROM context_versions").fetchall() == [(2,)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time_ms": np.array([5, 5])}, "with the time of the one before"),
        ({"time_ms": np.array([5, 4])}, "unsorted"),
        ({"mark_price": np.array([1.0, np.nan])}, "1 of 2 rows without mark_price; first is row 1"),
        ({"mid_price": np.array([0.0, 1.0])}, "zero or negative mid_price"),
        ({"oracle_price": np.array([100.0, 0.1])}, "more than 10 times apart: mixed units"),
        ({"open_interest": np.array([-1.0, 1.0])}, "negative open_interest"),
        ({"funding_rate": np.array([0.00125, 0.125])}, "above 0.05 an hour: a percentage"),
        ({"premium": np.array([np.inf, 0.0])}, "infinite premium"),
    ],
)
def test_what_no_venue_can_have_said_is_refused(change: dict[str, np.ndarray], said: str, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(DataError, match=said):
        lake.import_contexts("venue", "BTC", replace(build_contexts([0, 1]), **change), source="a")
    assert lake.list() == []


def test_what_was_not_said_is_nan_and_a_gap_lowers_coverage() -> None:
    contexts = build_contexts([0, 1, 2, 5])
    unsaid = np.full(4, np.nan)
    names = ("mid_price", "bid_price", "ask_price", "premium", "funding_rate", "open_interest")
    report = check_contexts(replace(contexts, **dict.fromkeys(names, unsaid)))
    assert report.coverage == pytest.approx(4 / 6)
    with pytest.raises(DataError, match="empty"):
        check_contexts(build_contexts([]))
