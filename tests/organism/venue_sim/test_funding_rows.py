"""Funding rows worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.market import Market
from organism.venue_sim.funding import FundingHistory, premium_of
from organism.venue_sim.lifetime import lifetime

START_MS = 1_704_067_200_000
HOUR_MS = 3_600_000


def history(market: Market, hourly_from_ms: int = 0) -> FundingHistory:
    alive = lifetime(market)
    assert alive is not None
    return FundingHistory(market, alive, 1, hourly_from_ms)


def hours_of(rows: list[dict[str, object]]) -> list[tuple[int, float]]:
    """Return hours since the start and rates, and check that each row is at most 730 ms late."""
    since = [int(str(row["time"])) - START_MS for row in rows]
    assert all(ms % HOUR_MS <= 730 for ms in since)
    return [(ms // HOUR_MS, float(str(row["fundingRate"]))) for ms, row in zip(since, rows, strict=True)]


def test_every_hour_has_its_row_once_it_has_happened(make_coin: Callable[..., Market]) -> None:
    found = history(make_coin([101.0, 102.0, 103.0], rates=[1e-5, 2e-5, -3e-5]))
    assert hours_of(found.between(0, 2**63, START_MS + 9 * HOUR_MS)) == [(0, 1e-5), (1, 2e-5), (2, -3e-5)]
    assert hours_of(found.between(0, 2**63, START_MS + 2 * HOUR_MS - 1)) == [(0, 1e-5), (1, 2e-5)]
    assert found.between(0, 2**63, START_MS - 1) == []


def test_a_row_is_written_as_the_venue_does(make_coin: Callable[..., Market]) -> None:
    (row,) = history(make_coin([101.0], rates=[0.0000125])).between(0, 2**63, START_MS + HOUR_MS)
    assert row == {"coin": "BTC", "fundingRate": "0.0000125", "premium": "0.0", "time": row["time"]}


def test_start_and_end_are_inclusive(make_coin: Callable[..., Market]) -> None:
    found = history(make_coin([101.0, 102.0, 103.0], rates=[1e-5, 2e-5, 3e-5]))
    second = int(found.time_ms[1])
    assert len(found.between(second, second, START_MS + 9 * HOUR_MS)) == 1
    assert hours_of(found.between(second + 1, 2**63, START_MS + 9 * HOUR_MS)) == [(2, 3e-5)]


def test_an_answer_has_500_rows_oldest_first(make_coin: Callable[..., Market]) -> None:
    found = history(make_coin([100.0] * 600, rates=[1e-5] * 600))
    rows = found.between(START_MS + HOUR_MS, 2**63, START_MS + 600 * HOUR_MS)
    hours = [hour for hour, _ in hours_of(rows)]
    assert hours == list(range(1, 501))


def test_the_first_weeks_are_settled_every_eight_hours(make_coin: Callable[..., Market]) -> None:
    market = make_coin([100.0] * 20, rates=[float(hour) * 1e-6 for hour in range(20)])
    rows = history(market, START_MS + 16 * HOUR_MS).between(0, 2**63, START_MS + 20 * HOUR_MS)
    # Hours 1 to 8 sum to 36, 9 to 16 to 100; then each by itself.
    assert [(hour, round(rate * 1e6, 9)) for hour, rate in hours_of(rows)] == [
        (0, 0.0), (8, 36.0), (16, 100.0), (17, 17.0), (18, 18.0), (19, 19.0),
    ]  # fmt: skip


def test_an_eight_hour_settlement_that_is_not_over_is_not_told(make_coin: Callable[..., Market]) -> None:
    market = make_coin([100.0] * 12, rates=[1e-6] * 12)
    rows = history(market, START_MS + 240 * HOUR_MS).between(0, 2**63, START_MS + 99 * HOUR_MS)
    assert [hour for hour, _ in hours_of(rows)] == [0, 8]


def test_a_longer_bar_divides_its_rate_among_its_hours(make_coin: Callable[..., Market]) -> None:
    market = make_coin([100.0] * 3, rates=[1e-5, 8e-5, 4e-5], interval_ms=4 * HOUR_MS)
    rows = history(market).between(0, 2**63, START_MS + 12 * HOUR_MS)
    assert hours_of(rows) == [(0, 1e-5), *((hour, 2e-5) for hour in range(1, 5)), *((h, 1e-5) for h in range(5, 9))]


def test_minutes_are_settled_on_the_hour(make_coin: Callable[..., Market]) -> None:
    rates = [0.0] * 121
    rates[60], rates[120] = 1e-5, 2e-5
    rows = history(make_coin([100.0] * 121, rates=rates, interval_ms=60_000)).between(0, 2**63, START_MS + 3 * HOUR_MS)
    assert hours_of(rows) == [(0, 0.0), (1, 1e-5), (2, 2e-5)]


def test_unknown_rates_and_unlisted_hours_have_no_row(make_coin: Callable[..., Market]) -> None:
    market = make_coin([100.0] * 4, rates=[5e-5, 1e-5, float("nan"), 3e-5], available=[False, True, True, True])
    rows = history(market).between(0, 2**63, START_MS + 9 * HOUR_MS)
    assert hours_of(rows) == [(1, 1e-5), (3, 3e-5)]


@pytest.mark.parametrize(("rate", "premium"), [(0.0000125, 0.0), (0.0001, 0.0013), (-0.0001, -0.0013)])
def test_the_premium_is_one_that_the_formula_turns_into_the_rate(rate: float, premium: float) -> None:
    assert premium_of(rate) == premium
    assert 8.0 * rate == pytest.approx(premium + min(max(0.0001 - premium, -0.0005), 0.0005))
