"""Simulated time."""

from __future__ import annotations

import pytest

from data.errors import ConfigError
from organism.venue_sim import VenueClock


def test_the_clock_runs_at_its_speed() -> None:
    seconds = iter([10.0, 10.5, 12.0])
    clock = VenueClock(1_000_000, 60.0, lambda: next(seconds))
    assert clock.now_ms() == 1_030_000
    assert clock.now_ms() == 1_120_000


def test_a_clock_of_speed_0_stands_until_it_is_moved() -> None:
    clock = VenueClock(5_000, 0.0)
    assert clock.now_ms() == 5_000
    clock.advance(250)
    assert clock.now_ms() == 5_250


def test_time_never_goes_back() -> None:
    with pytest.raises(ConfigError, match="cannot go back by 1 ms"):
        VenueClock(0).advance(-1)


@pytest.mark.parametrize("speed", [-1.0, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(ConfigError, match="speed of the venue's clock is"):
        VenueClock(0, speed)
