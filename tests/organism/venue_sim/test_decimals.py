"""Numbers as text, and the grid of prices."""

from __future__ import annotations

import pytest

from organism.venue_sim.decimals import decimal_text, price_decimals, steps_around


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (29295.0, "29295.0"),
        (0.0, "0.0"),
        (0.0000125, "0.0000125"),
        (-1e-10, "-0.0000000001"),
        (1e16, "10000000000000000.0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1.2345678901234567e-7, "0.00000012345678901235"),
    ],
)
def test_a_number_is_plain_decimals(value: float, text: str) -> None:
    assert decimal_text(value) == text


@pytest.mark.parametrize(
    ("price", "size_decimals", "decimals"),
    [(84543.2, 5, 0), (2345.6, 4, 1), (102.0, 5, 1), (102.0, 2, 2), (0.0823, 0, 6), (123456.0, 5, 0)],
)
def test_a_price_has_five_figures_and_six_decimals_less_those_of_the_size(
    price: float, size_decimals: int, decimals: int
) -> None:
    assert price_decimals(price, size_decimals) == decimals


def test_bids_stop_above_nothing() -> None:
    bids, asks = steps_around(0.0000025, 0, 4)
    assert bids == [2e-6, 1e-6]
    assert asks == [3e-6, 4e-6, 5e-6, 6e-6]
