"""What a request weighs, and that no minute ever holds more than the venue allows."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from data.hyperliquid.limiter import WeightLimiter, weight_of


@pytest.mark.parametrize(
    ("request_body", "n_rows", "weight"),
    [
        ({"type": "meta", "dex": ""}, 0, 20),
        ({"type": "metaAndAssetCtxs"}, 230, 20),
        ({"type": "openOrders"}, 1_000, 20),
        ({"type": "notDocumented"}, 0, 20),
        ({"type": "l2Book", "coin": "BTC"}, 40, 2),
        ({"type": "allMids"}, 500, 2),
        ({"type": "clearinghouseState"}, 0, 2),
        ({"type": "userRole"}, 0, 60),
        ({"type": "candleSnapshot"}, 0, 20),
        ({"type": "candleSnapshot"}, 1, 21),
        ({"type": "candleSnapshot"}, 60, 21),
        ({"type": "candleSnapshot"}, 61, 22),
        ({"type": "candleSnapshot"}, 5_000, 104),
        ({"type": "fundingHistory"}, 0, 20),
        ({"type": "fundingHistory"}, 20, 21),
        ({"type": "fundingHistory"}, 500, 45),
        ({"type": "userFills"}, 2_000, 120),
        ({"action": {"type": "order", "orders": [{}]}, "nonce": 1}, 0, 1),
        ({"action": {"type": "order", "orders": [{}] * 39}}, 0, 1),
        ({"action": {"type": "order", "orders": [{}] * 40}}, 0, 2),
        ({"action": {"type": "cancel", "cancels": [{}] * 80}}, 0, 3),
        ({"action": {"type": "noop"}}, 0, 1),
    ],
)
def test_weights_are_those_of_the_venues_table(request_body: dict[str, Any], n_rows: int, weight: int) -> None:
    assert weight_of(request_body, n_rows) == weight


@pytest.mark.parametrize("request_body", [{}, {"type": None}, {"type": ["meta"]}, {"type": 5}, {"action": 1}])
def test_a_request_without_a_type_weighs_nothing_known(request_body: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"request: type is .*, allowed is text such as 'meta'"):
        weight_of(request_body, 0)


def test_rows_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="n_rows is -1: allowed are 0 and more"):
        weight_of({"type": "meta"}, -1)


def test_room_comes_back_as_the_oldest_weight_leaves_the_window() -> None:
    limiter = WeightLimiter(budget=100, window_s=60.0, margin_s=1.0)
    limiter.spend(60, 0.0)
    limiter.spend(30, 10.0)
    assert limiter.wait_s(10, 20.0) == 0.0
    assert limiter.wait_s(11, 20.0) == 41.0  # until 61, when the 60 leave
    assert limiter.wait_s(70, 20.0) == 41.0
    assert limiter.wait_s(71, 20.0) == 51.0  # until 71, when the 30 leave too
    assert limiter.wait_s(70, 60.5) == 0.5
    assert limiter.wait_s(70, 61.0) == 0.0
    assert limiter.wait_s(100, 71.0) == 0.0


def test_weight_for_which_there_is_no_room_is_not_spent() -> None:
    limiter = WeightLimiter(budget=100)
    limiter.spend(100, 5.0)
    with pytest.raises(ValueError, match=r"weight 1 may not be spent before 61\.000 s have passed"):
        limiter.spend(1, 5.0)
    assert limiter.wait_s(100, 66.0) == 0.0


@pytest.mark.parametrize("weight", [0, -1, 101])
def test_weight_that_could_never_be_spent_is_refused(weight: int) -> None:
    limiter = WeightLimiter(budget=100)
    with pytest.raises(ValueError, match=f"weight is {weight}: allowed is 1 to 100"):
        limiter.acquire(weight)


def test_a_clock_that_runs_back_gives_no_room() -> None:
    limiter = WeightLimiter(budget=100)
    limiter.spend(100, 50.0)
    assert limiter.wait_s(1, -1000.0) == 61.0
    assert limiter.wait_s(1, 49.0) == 61.0


class Clock:
    """Seconds that pass while somebody sleeps: a share of what was asked for, and at least a millisecond."""

    def __init__(self, shares: list[float]) -> None:
        self.now, self.slept = 1_000_000.0, 0.0
        self._shares = shares

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        share = self._shares.pop() if self._shares else 1.0
        self.now += max(seconds * share, 0.001)
        self.slept += seconds * share


def most_in_a_window(spent: list[tuple[float, int]], window_s: float) -> int:
    """Return the most weight in any window, both of whose ends belong to it: it is enough to begin at each spending."""
    return max(sum(weight for at, weight in spent if begin <= at <= begin + window_s) for begin, _weight in spent)


@given(
    asked=st.lists(st.tuples(st.floats(0, 40), st.integers(1, 1200)), min_size=1, max_size=60),
    shares=st.lists(st.floats(0.2, 1.5), max_size=60),
)
def test_no_minute_ever_holds_more_than_the_budget(asked: list[tuple[float, int]], shares: list[float]) -> None:
    clock = Clock(shares)
    limiter = WeightLimiter(clock=clock.read, sleep=clock.sleep)
    spent = []
    for idle, weight in asked:
        clock.now += idle
        limiter.acquire(weight)
        spent.append((clock.now, weight))
    assert most_in_a_window(spent, 60.0) <= 1200


@given(asked=st.lists(st.tuples(st.floats(-30, 60), st.integers(1, 300)), min_size=1, max_size=80))
def test_whoever_waits_as_told_never_spends_too_much_whatever_the_clock(asked: list[tuple[float, int]]) -> None:
    limiter = WeightLimiter(budget=300, margin_s=0.5)
    reading, latest = 0.0, -math.inf
    spent = []
    for step, weight in asked:
        reading += step
        if limiter.wait_s(weight, reading) == 0.0:
            limiter.spend(weight, reading)
            # A clock that runs back tells of no time that has passed.
            latest = max(latest, reading)
            spent.append((latest, weight))
    assert not spent or most_in_a_window(spent, 60.0) <= 300


@given(asked=st.lists(st.integers(1, 1200), min_size=1, max_size=40))
def test_nobody_waits_longer_than_the_window_needs(asked: list[int]) -> None:
    clock = Clock([])
    limiter = WeightLimiter(clock=clock.read, sleep=clock.sleep, margin_s=0.0)
    kept: list[tuple[float, int]] = []
    for weight in asked:
        before = clock.now
        limiter.acquire(weight)
        if clock.now > before:
            just_before = clock.now - 0.002
            held = sum(other for at, other in kept if at + 60.0 > just_before)
            assert held + weight > 1200
        kept.append((clock.now, weight))


def test_many_candle_pages_take_the_minutes_that_the_weights_say() -> None:
    clock = Clock([])
    limiter = WeightLimiter(clock=clock.read, sleep=clock.sleep)
    for _page in range(110):
        limiter.acquire(weight_of({"type": "candleSnapshot"}, 5_000))
    # Eleven pages of weight 104 fit into a window: the last eleven of 110 begin after nine windows of 61 s.
    assert clock.slept == pytest.approx(9 * 61.0)
