"""Candles in characters, by hand."""

from __future__ import annotations

import numpy as np

from data.bars import Bars, Funding
from data.intervals import HOUR_MS
from organism.report.candles_text import LABEL, NO_BARS, OTHER_ROWS, candles_text, places_of
from organism.report.table import short
from organism.views.candles import candles

MONDAY_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def lines(
    prices: list[tuple[float, float, float, float]],
    hours: list[int],
    volume: list[float],
    funding: Funding | None = None,
    rows: int = 6,
) -> list[str]:
    columns = np.array(prices, dtype=np.float64).T
    times = MONDAY_MS + HOUR_MS * np.array(hours, dtype=np.int64)
    bars = Bars(times, *columns.copy(), np.array(volume, dtype=np.float64))
    shown = candles(bars, funding, HOUR_MS, 40, venue="here", coin="BTC", interval="1h")
    return candles_text(shown, rows + OTHER_ROWS).plain.split("\n")


def drawing(line: str) -> str:
    return line[LABEL + 2 :]


def test_wicks_bodies_and_falls_have_forms_of_their_own() -> None:
    # From 0 to 11 in twelve halves, six rows: half a row is 1. The first rises 3 to 8, the second falls 9 to 2.
    drawn = lines([(3, 11, 0, 8), (9, 10, 1, 2)], [0, 1], [8, 4])
    assert [drawing(line) for line in drawn[2:8]] == ["│╷", "╽╏", "┃╏", "┃╏", "╿╏", "│╵"]
    assert drawn[0] == "BTC 1h of here: 2, -33.33 %"
    assert drawn[1] == "2024-01-01 00:00 to 2024-01-01 02:00 UTC, 2 bars, 1 h a candle"


def test_volume_is_three_rows_of_eighths_and_a_cross_has_no_bars() -> None:
    # 24 eighths are 48: 48, 2 (one eighth), 25 (12.5 eighths, so 13), nothing, 0.
    drawn = lines([(1, 2, 1, 2)] * 4, [0, 1, 2, 4], [48, 2, 25, 0])
    assert [drawing(line) for line in drawn[9:12]] == ["█    ", "█ ▅  ", f"█▁█{NO_BARS} "]
    assert drawn[9].startswith("    48 vol ┤")
    assert f"{NO_BARS} no bars" in drawn[-1]
    assert "funding is unknown" in drawn[-1]


def test_funding_is_above_zero_where_longs_pay_and_below_where_they_receive() -> None:
    funding = Funding(MONDAY_MS + HOUR_MS * np.array([1, 2, 3]), np.array([0.0002, -0.0001, 0.0001]))
    drawn = lines([(1, 2, 1, 2)] * 4, [0, 1, 2, 3], [1] * 4, funding)
    # 0.02 % an hour is 175 % a year and two rows; half of it below zero is one row, and the last is unknown.
    assert [drawing(line) for line in drawn[13:17]] == ["█   ", "█ █·", " █  ", "    "]
    assert drawn[13].startswith("  +175 %/y ┤")
    assert drawn[16].startswith("  -175 %/y ┤")
    assert "· funding unknown" in drawn[-1]


def test_every_row_is_as_wide_as_there_is_room() -> None:
    hours = list(range(40))
    funding = Funding(MONDAY_MS + HOUR_MS * np.arange(41), np.full(41, -0.0001))
    drawn = lines([(100, 120, 90, 110)] * 40, hours, [5] * 40, funding, rows=12)
    assert {len(line) for line in drawn[2:-2]} == {LABEL + 2 + 40}
    assert len(drawn) == 12 + OTHER_ROWS
    assert places_of(LABEL + 2 + 40) == 40


def test_price_labels_are_round_and_dates_stand_under_their_mark() -> None:
    drawn = lines([(100, 120, 90, 110)] * 40, list(range(40)), [5] * 40, rows=13)
    labels = [line[:LABEL].strip() for line in drawn[2:15]]
    assert [label for label in labels if label] == ["120", "110", "100", "90"]
    assert (labels[0], labels[-1]) == ("120", "90")
    axis, dates = drawn[-3], drawn[-2]
    assert "2024-01-02" in dates
    assert axis[dates.index("2024-01-02")] == "┬"


def test_a_single_flat_bar_without_volume_can_be_drawn() -> None:
    drawn = lines([(5, 5, 5, 5)], [0], [0])
    assert drawing(drawn[2]) == "╹"
    assert drawn[2].strip().startswith("5")


def test_short_figures_have_three_digits() -> None:
    assert [short(value) for value in (0, 7.125, 999, 15_840, 2.5e6, 58e9, 1.2e13)] == [
        "0",
        "7.12",
        "999",
        "15.8k",
        "2.5M",
        "58B",
        "12T",
    ]
