"""The pages about history: what stands on them, and that they are whole and closed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from data.bars import Bars, Funding
from data.coverage import coverage
from data.intervals import HOUR_MS
from organism.report.candles_page import candle_chart, candles_page
from organism.report.coverage_page import coverage_page
from organism.report.day_calendar import LEVELS, day_calendar, level_of
from organism.views.candles import Candles, candles
from organism.views.coverage import Check
from organism.views.coverage_tables import Calendar, check_page

MONDAY_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC
VOID = {"meta", "line", "path", "rect"}


class Tags(HTMLParser):
    """Collects elements, and fails on one that is not closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return the elements of a page that is balanced and fetches and runs nothing."""
    reader = Tags()
    reader.feed(page)
    assert reader.open == []
    names = {name for name, _ in reader.seen}
    assert not names & {"script", "link", "img", "iframe"}
    assert not re.search(r"(href|src)=|url\(|@import", page)
    return reader.seen


def flat_bars(hours: list[int]) -> Bars:
    price = np.full(len(hours), 100.0)
    return Bars(
        MONDAY_MS + HOUR_MS * np.array(hours, dtype=np.int64), price, price + 1, price - 1, price, np.ones(len(hours))
    )


@pytest.mark.parametrize(
    ("share", "name"),
    [
        (1.0, "whole"),
        (0.9999, "90 % or more"),
        (0.9, "90 % or more"),
        (0.89, "half or more"),
        (0.5, "half or more"),
        (0.49, "less than half"),
        (1 / 1440, "less than half"),
        (0.0, "nothing"),
    ],
)
def test_only_a_whole_day_looks_whole(share: float, name: str) -> None:
    assert LEVELS[level_of(share)][1] == name


def test_a_day_is_in_the_column_of_its_week_and_the_row_of_its_year() -> None:
    # Sunday 2023-12-31, Monday to Wednesday 2024-01-01 to 03, each with a share of its own.
    calendar = Calendar("bars", MONDAY_MS - 24 * HOUR_MS, np.array([0.95, 0.6, 0.1, 0.95]))
    cells = [
        attributes
        for name, attributes in tags(day_calendar((calendar,)))
        if name == "rect" and float(attributes["y"] or 0) < 230
    ]
    sunday, wednesday, monday, tuesday = ((float(c["x"] or 0), float(c["y"] or 0)) for c in cells)
    # One calendar has steps of 13: 36 for the year, and 2023, which began on a Sunday, ends in its 53rd week.
    assert sunday == (36 + 52 * 13, 32 + 6 * 13)
    assert monday == (36, 32 + 7 * 13 + 10)
    assert tuesday == (36, monday[1] + 13)
    assert wednesday == (36, monday[1] + 26)


def test_a_day_that_is_not_whole_says_its_share() -> None:
    drawn = day_calendar((Calendar("bars", MONDAY_MS, np.array([1.0, 23 / 24, 0.0])),))
    assert "<title>2024-01-02: 95.83 %</title>" in drawn
    assert drawn.count("<title>") == 1 + 3


def test_two_calendars_stand_side_by_side() -> None:
    shares = np.array([0.95])
    pair = (Calendar("bars", MONDAY_MS, shares), Calendar("funding", MONDAY_MS, shares))
    cells = [a for name, a in tags(day_calendar(pair)) if name == "rect"][:2]
    # (960 - 36 - 24) / 2 / 54 wide is a week.
    step = 900 / 2 / 54
    assert [float(cell["x"] or 0) for cell in cells] == [36, pytest.approx(36 + 54 * step + 24, abs=0.06)]


def test_the_page_of_ten_years_is_small() -> None:
    hours = np.arange(10 * 365 * 24)
    kept = hours[hours % 997 != 0]
    found = coverage(flat_bars(kept.tolist()), HOUR_MS)
    page = coverage_page(check_page(Check("here", "BTC", "1h", found)))
    seen = tags(page)
    assert sum(name == "rect" for name, _ in seen) == len(found.gaps) + len(LEVELS)
    assert len(page) < 200_000
    assert "prefers-color-scheme: dark" in page
    assert "not clean" in page


def test_a_name_cannot_write_on_the_page() -> None:
    found = coverage(flat_bars([0, 1]), HOUR_MS)
    page = coverage_page(check_page(Check("<script>", "<b>", "1h", found)))
    assert "&lt;b&gt; 1h of &lt;script&gt;" in page
    tags(page)


def candle(
    prices: list[tuple[float, float, float, float]], hours: list[int], funding: Funding | None = None
) -> Candles:
    columns = np.array(prices).T
    bars = Bars(MONDAY_MS + HOUR_MS * np.array(hours, dtype=np.int64), *columns.copy(), np.full(len(hours), 5.0))
    return candles(bars, funding, HOUR_MS, 240, venue="here", coin="BTC", interval="1h")


def test_candles_are_two_paths_of_bodies_and_two_of_wicks() -> None:
    shown = candle([(100, 112, 98, 110), (110, 111, 95, 97), (97, 99, 96, 98)], [0, 1, 3])
    drawn = [attributes for name, attributes in tags(candle_chart(shown)) if name == "path"]
    bodies = [path["d"] or "" for path in drawn if path.get("class") in {"up", "down"}]
    # Bodies of price, then columns of volume; funding is unknown everywhere.
    assert [path.count("M") for path in bodies] == [2, 1, 2, 1]
    wicks = [path["d"] or "" for path in drawn if str(path.get("class")).startswith("wick")]
    assert [path.count("M") for path in wicks] == [4, 2]
    # Four places of 220 from 64 on; a body is 16 wide. The price goes from 95 to 112, and 3 % of that beyond.
    assert bodies[0].startswith("M166.0 ")
    high, low = 112 + 0.51, 95 - 0.51
    top = 10 + (high - 110) / (high - low) * 300
    assert bodies[0].startswith(f"M166.0 {top:.1f}h16.0v{10 / (high - low) * 300:.1f}")


def test_a_flat_price_and_no_volume_can_be_drawn() -> None:
    bars = flat_bars([0])
    still = Bars(bars.time_ms, bars.open, bars.open, bars.open, bars.open, np.zeros(1))
    page = candles_page(candles(still, None, HOUR_MS, 240, venue="here", coin="BTC", interval="1h"))
    tags(page)
    assert not re.search(r"\b(nan|inf)\b", page)
    assert "unknown" in page


def test_unknown_funding_is_grey_and_paid_funding_has_its_sign() -> None:
    funding = Funding(MONDAY_MS + HOUR_MS * np.array([1, 2]), np.array([0.0001, -0.0001]))
    shown = candle([(100, 101, 99, 100)] * 4, [0, 1, 2, 3], funding)
    drawn = [attributes for name, attributes in tags(candle_chart(shown)) if name == "path"]
    grey = [path["d"] or "" for path in drawn if "fill-opacity" in path]
    assert [path.count("M") for path in grey] == [2]
    assert [path.get("class") for path in drawn[-2:]] == ["up", "down"]
    assert "mean, paid by longs" in candles_page(shown)
