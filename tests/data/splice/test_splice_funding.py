"""Settlements of venues that settle every eight hours and every hour, as those of one market."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from data.bars import Funding
from data.intervals import HOUR_MS
from data.lake import Lake
from data.splice.build import splice
from data.splice.funding import Meaning, joined, settlements_of
from data.splice.recipe import PartFunding, Recipe
from tests.data.splice.venues import MIDNIGHT_MS, settled


def at(hour: int) -> int:
    return MIDNIGHT_MS + HOUR_MS * hour


def hours(funding: Funding) -> list[int]:
    return ((funding.time_ms - MIDNIGHT_MS) // HOUR_MS).tolist()


EIGHT = settled([0, 8, 16, 24], [0.0008, 0.0016, 0.0024, 0.0032])
ONE = settled([24, 25, 26], [0.0001, 0.0002, 0.0003])


def meaning(kind: str, length: int | None = None, factor: float = 1.0) -> Meaning:
    return Meaning(PartFunding(kind), length, factor)


def test_between_settlements_of_eight_hours_there_are_settlements_of_nothing() -> None:
    early = settlements_of(EIGHT, at(0), at(24), meaning("settled"))
    late = settlements_of(ONE, at(24), at(27), meaning("settled"))
    found = joined([early, late], [at(24), at(27)])
    assert found is not None
    assert hours(found) == list(range(27))
    own = {0: 0.0008, 8: 0.0016, 16: 0.0024, 24: 0.0001, 25: 0.0002, 26: 0.0003}
    assert found.rate.tolist() == [own.get(hour, 0.0) for hour in range(27)]


def test_by_the_hour_a_settlement_is_paid_in_parts_that_follow_it() -> None:
    found = settlements_of(EIGHT, at(4), at(20), meaning("hourly"))
    assert found.period_ms == HOUR_MS
    assert hours(found.funding) == list(range(4, 20))
    # What was settled at midnight is paid until eight; nothing is paid before it is known.
    assert found.funding.rate == pytest.approx([0.0001] * 4 + [0.0002] * 8 + [0.0003] * 4)


def test_a_missing_settlement_stays_missing() -> None:
    holed = settled([0, 8, 24, 32], [0.001] * 4)
    early = settlements_of(holed, at(0), at(40), meaning("settled"))
    late = settlements_of(settled([40, 41], [0.0, 0.0]), at(40), at(42), meaning("settled"))
    found = joined([early, late], [at(40), at(42)])
    assert found is not None
    assert hours(found) == [*range(16), *range(24, 42)]
    assert hours(settlements_of(holed, at(0), at(40), meaning("hourly")).funding) == [*range(16), *range(24, 40)]


def test_venues_with_one_period_are_left_as_they_are() -> None:
    later = settled([24, 32, 40], [0.0001] * 3)
    parts = [
        settlements_of(EIGHT, at(0), at(24), meaning("settled")),
        settlements_of(later, at(24), at(48), meaning("settled")),
    ]
    found = joined(parts, [at(24), at(48)])
    assert found is not None
    assert hours(found) == [0, 8, 16, 24, 32, 40]


def test_a_period_that_is_said_goes_before_the_usual_one() -> None:
    # Hyperliquid in its first weeks: settled every eight hours, stamped like all later ones.
    found = settlements_of(EIGHT, at(0), at(24), meaning("settled", 4))
    filled = joined([found, settlements_of(ONE, at(24), at(27), meaning("settled"))], [at(24), at(27)])
    assert filled is not None
    # Of four hours each: the hours 4 to 7 of every eight are not known.
    assert hours(filled) == [*range(4), *range(8, 12), *range(16, 20), *range(24, 27)]


def test_a_venue_that_came_to_settle_every_hour_is_one_part() -> None:
    # Hyperliquid in 2023: every eight hours at first, every hour later.
    both = settled([0, 8, 16, 24, *range(25, 40)], [0.0008] * 4 + [0.0001] * 15)
    by_the_hour = settlements_of(both, at(4), at(40), meaning("hourly"))
    assert hours(by_the_hour.funding) == list(range(4, 40))
    # What was settled at 24 is followed by the next an hour later: all of it is paid by then.
    assert by_the_hour.funding.rate == pytest.approx([0.0001] * 20 + [0.0008] + [0.0001] * 15)
    later = settlements_of(settled([40, 41], [0.0, 0.0]), at(40), at(42), meaning("settled"))
    found = joined([settlements_of(both, at(0), at(40), meaning("settled")), later], [at(40), at(42)])
    assert found is not None
    assert hours(found) == list(range(42))
    assert found.rate[:25].tolist() == [0.0008 if hour % 8 == 0 else 0.0 for hour in range(25)]


def test_oracle_prices_are_scaled_with_the_prices_and_unknown_where_nothing_is_settled() -> None:
    priced = Funding(EIGHT.time_ms, EIGHT.rate, np.array([10.0, 20.0, 30.0, 40.0]))
    early = settlements_of(priced, at(0), at(16), meaning("settled", factor=2.0))
    late = settlements_of(ONE, at(24), at(27), meaning("settled"))
    found = joined([early, late], [at(16), at(27)])
    assert found is not None
    assert found.oracle_price is not None
    assert found.oracle_price[[0, 8]].tolist() == [20.0, 40.0]
    assert np.isnan(found.oracle_price[[1, 7, 9, 16, 17, 18]]).all()


def test_without_any_funding_there_is_none() -> None:
    nothing = settlements_of(EIGHT, at(0), at(24), meaning("none"))
    assert joined([nothing, settlements_of(None, at(0), at(24), meaning("settled"))], [at(24), at(24)]) is None


def test_a_spliced_market_knows_the_funding_of_both_venues(lake: Lake, recipe: Callable[..., Recipe]) -> None:
    lake.import_funding("old", "BTC", settled([*range(0, 96, 8)], [0.0008] * 12), source="a")
    lake.import_funding("new", "BTC", settled([*range(24, 120)], [0.0001] * 96), source="b")
    made = splice(recipe(), lake)
    assert made.funding is not None
    assert hours(made.funding) == list(range(120))
    # Six settlements of the old venue in two days, and one an hour of the new one in three.
    assert made.funding.rate.sum() == pytest.approx(6 * 0.0008 + 72 * 0.0001)
    assert [(one.n_settlements, one.funding_hours) for one in made.stretches] == [(6, 8.0), (72, 1.0)]
