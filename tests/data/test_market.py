"""Several markets are one universe, or are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.errors import DataError
from data.market import Market, Universe


def test_a_universe_of_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="universe is empty: give at least one market"):
        Universe("x", ())


@pytest.mark.parametrize("coins", [["B", "A"], ["A", "A"], ["A", "C", "B"]])
def test_coins_out_of_order_or_there_twice_are_refused(coins: list[str], make_market: Callable[..., Market]) -> None:
    markets = tuple(make_market([1.0, 2.0], coin=coin) for coin in coins)
    with pytest.raises(DataError) as refused:
        Universe("x", markets)
    assert str(refused.value) == f"universe: coins must be distinct and sorted by name, received {coins}"


@pytest.mark.parametrize("n_bars", [1, 3])
def test_markets_of_another_calendar_are_refused(n_bars: int, make_market: Callable[..., Market]) -> None:
    one, other = make_market([1.0, 2.0], coin="A"), make_market([1.0] * n_bars, coin="B")
    with pytest.raises(DataError, match="universe: B does not share the calendar of A; build both from one snapshot"):
        Universe("x", (one, other))


def test_a_coin_is_found_by_its_name_and_a_missing_one_is_told(make_market: Callable[..., Market]) -> None:
    markets = tuple(make_market([1.0, 2.0], coin=coin) for coin in ("A", "B"))
    universe = Universe("x", markets)
    assert universe["B"] is markets[1]
    with pytest.raises(DataError, match="coin 'Z' is not in this universe: choose one of A, B"):
        universe["Z"]
