"""Waits between attempts, by hand."""

from __future__ import annotations

import numpy as np

from data.hyperliquid.backoff import Backoff


def bounds(backoff: Backoff, n: int) -> list[float]:
    """Return the power of two that each wait is at most; the wait is at least half of it."""
    return [2.0 ** np.ceil(np.log2(backoff.after(0.0))) for _ in range(n)]


def test_waits_double_up_to_a_minute() -> None:
    waits = [Backoff(np.random.default_rng(seed)) for seed in range(50)]
    assert {tuple(bounds(one, 7)) for one in waits} == {(0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)}
    assert all(30.0 <= one.after(0.0) <= 60.0 for one in waits for _ in range(100))


def test_no_two_clients_wait_alike() -> None:
    assert len({Backoff(np.random.default_rng(seed)).after(0.0) for seed in range(50)}) == 50


def test_a_connection_that_held_makes_the_wait_short_again() -> None:
    backoff = Backoff(np.random.default_rng(1))
    bounds(backoff, 5)
    assert backoff.after(59.9) > 4.0
    assert backoff.after(60.0) <= 0.5
    assert 0.5 <= backoff.after(0.0) <= 1.0


def test_whoever_is_turned_away_waits_eight_seconds_at_least() -> None:
    backoff = Backoff(np.random.default_rng(1))
    assert 8.0 <= backoff.after(0.0, turned_away=True) <= 16.0
    assert 16.0 <= backoff.after(0.0, turned_away=True) <= 32.0
