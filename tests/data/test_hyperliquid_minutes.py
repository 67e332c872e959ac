"""Bars and settlements from samples, by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from data.bars import Contexts
from data.hyperliquid.minutes import HOURLY_FROM_MS, minute_bars, settlements
from data.intervals import HOUR_MS, MINUTE_MS

TEN_MS = 1_704_067_200_000 + 10 * HOUR_MS  # 2024-01-01 10:00 UTC


def samples(seconds: Sequence[int], prices: Sequence[float], first_ms: int = TEN_MS, rate: float = 1e-5) -> Contexts:
    """Return samples so many seconds after ten, all prices alike, with 1,440,000 USDC traded in a day."""
    price = np.array(prices, dtype=np.float64)
    count = price.size
    return Contexts(
        time_ms=first_ms + 1000 * np.array(seconds, dtype=np.int64),
        mark_price=price.copy(),
        mid_price=price.copy(),
        oracle_price=price + 1.0,
        funding_rate=rate * np.arange(1, count + 1),
        open_interest=np.ones(count),
        premium=np.zeros(count),
        day_notional_volume=np.full(count, 1_440_000.0),
        bid_price=price.copy(),
        ask_price=price.copy(),
    )


def test_a_bar_is_made_of_the_samples_from_its_first_moment_to_its_last() -> None:
    """Off the minute are 20 s and 150 s; 120 s and 240 s are missing."""
    contexts = samples([0, 20, 60, 150, 180, 300], [100.0, 103.0, 101.0, 99.0, 98.0, 97.0])
    bars = minute_bars(contexts, contexts.mid_price)
    assert ((bars.time_ms - TEN_MS) // MINUTE_MS).tolist() == [0, 2]
    assert bars.open.tolist() == [100.0, 99.0]
    assert bars.high.tolist() == [103.0, 99.0]
    assert bars.low.tolist() == [100.0, 98.0]
    assert bars.close.tolist() == [101.0, 98.0]
    # 1,440,000 USDC a day are 1,000 a minute, in coins of 101 and of 98.
    assert bars.volume.tolist() == pytest.approx([1000 / 101, 1000 / 98])


def test_on_an_unbroken_grid_each_bar_opens_where_the_one_before_closed() -> None:
    contexts = samples([60 * minute for minute in range(5)], [1.0, 2.0, 4.0, 3.0, 5.0])
    bars = minute_bars(contexts, contexts.mark_price)
    assert bars.open.tolist() == [1.0, 2.0, 4.0, 3.0]
    assert bars.close.tolist() == [2.0, 4.0, 3.0, 5.0]
    assert bars.high.tolist() == [2.0, 4.0, 4.0, 5.0]


def test_no_bar_knows_what_comes_after_it() -> None:
    rng = np.random.default_rng(5)
    seconds = np.sort(rng.choice(3_600, 200, replace=False) // 20 * 20)
    seconds = np.unique(seconds)
    prices = 100 + rng.random(seconds.size)
    contexts = samples(seconds.tolist(), prices.tolist())
    whole = minute_bars(contexts, contexts.mid_price)
    for cut_ms in (TEN_MS + 20 * MINUTE_MS, TEN_MS + 41 * MINUTE_MS):
        known = seconds * 1000 + TEN_MS <= cut_ms
        part = samples(seconds[known].tolist(), prices[known].tolist())
        early = minute_bars(part, part.mid_price)
        over = whole.time_ms + MINUTE_MS <= cut_ms
        # What is over by then is the same; one bar more may be made of what is known of it so far.
        assert early.close[: np.count_nonzero(over)].tolist() == whole.close[over].tolist()
        assert early.high[: np.count_nonzero(over)].tolist() == whole.high[over].tolist()


def test_a_sample_without_the_price_is_none_and_no_samples_make_no_bars() -> None:
    contexts = samples([0, 60, 120], [1.0, np.nan, 3.0])
    assert len(minute_bars(contexts, contexts.mid_price)) == 0
    nothing = samples([], [])
    assert len(minute_bars(nothing, nothing.mid_price)) == 0
    assert len(settlements(nothing)) == 0


def test_a_settlement_is_what_was_said_last_before_it() -> None:
    """Samples at 10:30, 10:58, 10:59, 11:00, 11:57 and 12:59:30; of noon's none is near enough."""
    contexts = samples([1800, 3480, 3540, 3600, 7020, 10_770], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    funding = settlements(contexts)
    assert ((funding.time_ms - TEN_MS) // HOUR_MS).tolist() == [1, 3]
    assert funding.rate.tolist() == pytest.approx([3e-5, 6e-5])
    assert funding.oracle_price is not None
    assert funding.oracle_price.tolist() == [4.0, 7.0]


def test_before_june_2023_each_eighth_hour_settles_eight_hours() -> None:
    """The last hour of 2023-06-07 and the first of 2023-06-08."""
    contexts = samples([0, 3540, 3600, 7140], [1.0, 2.0, 3.0, 4.0], HOURLY_FROM_MS - HOUR_MS)
    funding = settlements(contexts)
    assert ((funding.time_ms - HOURLY_FROM_MS) // HOUR_MS).tolist() == [0, 1]
    assert funding.rate.tolist() == pytest.approx([8 * 2e-5, 4e-5])
