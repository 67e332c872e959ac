"""The planted session, day by day by hand."""

from __future__ import annotations

import numpy as np

from data.worlds import make_world
from data.worlds.drifts import Ground, Prices, session_drift


def ground_of(fair: np.ndarray) -> Ground:
    bars = Prices(fair, fair, fair, fair, fair)
    return Ground(np.ones(fair.shape), np.zeros(fair.shape), fair, fair, np.random.default_rng(1), lambda drift: bars)


def test_a_large_move_of_the_night_is_taken_back_from_eleven_to_twenty_one() -> None:
    fair = np.zeros((96, 2))
    # Bar 34 closes at 11:00 of the second day; its night began with bar 23.
    fair[23, 0], fair[34, 0] = 0.006, 0.006
    # The move of another coin is too small, and on the third day too old by a bar.
    fair[30, 1], fair[46, 1] = 0.009, -0.2
    # The night of the fourth day falls.
    fair[75, 1] = -0.011
    drift, position = session_drift(ground_of(fair), 0.5)
    assert np.flatnonzero(position[:, 0]).tolist() == list(range(35, 45))
    assert set(position[35:45, 0]) == {-1}
    assert np.flatnonzero(position[:, 1]).tolist() == list(range(83, 93))
    assert set(position[83:93, 1]) == {1}
    assert np.array_equal(drift, 0.5 * position)


def test_the_first_morning_has_no_whole_night_before_it() -> None:
    fair = np.full((30, 1), 0.01)
    assert not session_drift(ground_of(fair), 0.5).position[:20].any()


def test_the_plant_changes_prices_by_its_drift_and_nothing_else() -> None:
    planted, plain = make_world("planted-session", 3, years=0.2), make_world("empty", 3, years=0.2)
    assert 0.1 < np.mean(planted.oracle_position != 0) < 0.4
    for coin, (market, without) in enumerate(zip(planted.markets, plain.markets, strict=True)):
        gained = np.log(market.close / market.open) - np.log(without.close / without.open)
        held = planted.oracle_position[:, coin] != 0
        assert np.allclose(gained[~held], 0.0, atol=1e-12)
        assert (np.sign(gained[held]) == planted.oracle_position[held, coin]).all()
        assert np.array_equal(market.funding_rate, without.funding_rate)
