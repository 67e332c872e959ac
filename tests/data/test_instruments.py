"""Facts of the coins we know, and caution about the others."""

from __future__ import annotations

import pytest

from data.instruments import instrument


@pytest.mark.parametrize(
    ("coin", "lot", "tick", "leverage"),
    [
        ("BTC", 0.00001, 0.1, 40),
        ("ETH", 0.0001, 0.01, 25),
        ("SOL", 0.01, 0.0001, 20),
        ("DOGE", 1.0, 0.000001, 10),
        ("ADA", 1.0, 0.000001, 10),
        ("NOBODY", 1.0, 0.000001, 3),
    ],
)
def test_lot_tick_and_leverage(coin: str, lot: float, tick: float, leverage: int) -> None:
    facts = instrument(coin, "venue")
    assert (facts.coin, facts.venue) == (coin, "venue")
    assert (facts.lot_size, facts.tick_size, facts.max_leverage) == (lot, tick, leverage)


def test_funding_period_is_that_of_the_history_or_an_hour() -> None:
    assert instrument("BTC", "v", funding_period_ms=28_800_000).funding_period_ms == 28_800_000
    assert instrument("BTC", "v").funding_period_ms == 3_600_000
