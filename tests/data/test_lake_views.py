"""What SQL sees is what the lake reads: of each time the newest, from files of every layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data.errors import DataError
from data.lake import Lake
from data.lake_views import open_views
from tests.data.test_lake_layout import BAR_COLUMNS, write_as_format_1

MIDNIGHT_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
FEBRUARY = 31 * 24
Make = Callable[..., Any]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake's [1] *")


def rows(lake: Lake, query: str) -> list[tuple[Any, ...]]:
    with open_views(lake.root) as connection:
        found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    return found


def test_an_empty_lake_has_empty_views(lake: Lake) -> None:
    for view in ("bars", "bar_versions", "funding", "funding_versions"):
        assert rows(lake, f"SELECT * FROM {view}") == []


def test_each_time_is_there_once_with_its_newest_value(lake: Lake, make_bars: Make, make_funding: Make) -> None:
    lake.import_bars("venue", "007", "1h", make_bars([0, 1, FEBRUARY], [50.0, 51.0, 52.0]), source="a")
    lake.import_bars("venue", "007", "1h", make_bars([1, 2], [61.0, 53.0]), source="b", on_conflict="correct")
    folder = lake.root / "bars" / "venue=venue" / "coin=OLD" / "interval=1h"
    write_as_format_1(folder, make_bars([0, 1], [7.0, 8.0]), BAR_COLUMNS, "first")
    lake.import_funding("venue", "007", make_funding([0, 8], [0.001, 0.002]), source="f")
    query = "SELECT venue, coin, interval, (time_ms - 1704067200000) // 3600000, close FROM bars ORDER BY ALL"
    assert rows(lake, query) == [
        ("venue", "007", "1h", 0, 50.0),
        ("venue", "007", "1h", 1, 61.0),
        ("venue", "007", "1h", 2, 53.0),
        ("venue", "007", "1h", FEBRUARY, 52.0),
        ("venue", "OLD", "1h", 0, 7.0),
        ("venue", "OLD", "1h", 1, 8.0),
    ]
    versions = "SELECT version, close FROM bar_versions WHERE coin = '007' AND time_ms = 1704070800000 ORDER BY ALL"
    assert rows(lake, versions) == [(1, 51.0), (2, 61.0)]
    assert rows(lake, "SELECT coin, sum(rate) FROM funding GROUP BY coin") == [("007", 0.003)]


def test_corrected_funding_is_there_once(lake: Lake, make_funding: Make) -> None:
    lake.import_funding("venue", "BTC", make_funding([-8, 0, 8], [0.001, 0.002, 0.003]), source="f")
    changed = make_funding([0, 8], [0.002, 0.007])
    lake.import_funding("venue", "BTC", changed, source="g", on_conflict="correct")
    assert rows(lake, "SELECT rate FROM funding ORDER BY time_ms") == [(0.001,), (0.002,), (0.007,)]
    assert rows(lake, "SELECT version, rate FROM funding_versions WHERE version > 1") == [(2, 0.007)]


def test_a_half_moved_history_is_there_once(lake: Lake, make_bars: Make) -> None:
    folder = lake.root / "bars" / "venue=venue" / "coin=BTC" / "interval=1h"
    old = write_as_format_1(folder, make_bars([0, 1]), BAR_COLUMNS, "first")
    content = old.read_bytes()
    lake.import_bars("venue", "BTC", "1h", make_bars([1, 2]), source="b")
    old.write_bytes(content)
    assert rows(lake, "SELECT count(*) FROM bars") == [(3,)]


def test_damage_and_newer_lakes_are_named(lake: Lake, make_bars: Make) -> None:
    [file] = lake.import_bars("venue", "BTC", "1h", make_bars([0, 1]), source="a").appended.files
    file.write_bytes(b"no Parquet")
    with pytest.raises(DataError, match=r"has a damaged file: .*run `organism doctor`"):
        open_views(lake.root)
    (lake.root / "lake.json").write_text('{"format":3}')
    with pytest.raises(DataError, match="made by a newer version"):
        open_views(lake.root)
