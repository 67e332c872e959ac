"""Who moves like a candidate that failed: on days that both have, and on enough of them."""

from __future__ import annotations

import numpy as np
import pytest

from organism.gauntlet.failed import LEAST_DAYS, Failed, alike

N = 2 * LEAST_DAYS * 24
TIME = np.arange(N, dtype=np.int64) * 3_600_000
RETURNS = np.random.default_rng(1).normal(0.0, 0.01, N)
NOISE = np.random.default_rng(2).normal(0.0, 0.01, N)
FAILED = [Failed("other", TIME, NOISE), Failed("gone", TIME, RETURNS)]


def test_a_copy_is_found_and_a_stranger_is_not() -> None:
    assert alike(TIME, RETURNS, FAILED, 0.8) == "gone"
    assert alike(TIME, -RETURNS, FAILED, 0.8) is None
    assert alike(TIME, RETURNS, [], 0.8) is None


@pytest.mark.parametrize(("weight", "found"), [(0.5, "gone"), (1.0, None)])
def test_the_correlation_decides(weight: float, found: str | None) -> None:
    """With noise of half the size it is 1 / sqrt(1.25) = 0.894, with as much 1 / sqrt(2) = 0.707."""
    assert alike(TIME, RETURNS + weight * NOISE, FAILED[1:], 0.8) == found


def test_only_days_that_both_have_are_compared() -> None:
    shifted = TIME + 480 * 3_600_000
    later = np.concatenate((RETURNS[480:], np.zeros(480)))
    assert alike(shifted, later, FAILED, 0.8) == "gone"
    assert alike(shifted, RETURNS, FAILED, 0.8) is None


def test_the_same_rule_is_recognised_on_bars_of_another_length() -> None:
    """Bars of a day hold the 24 hours of theirs; a bar of four hours four."""
    for hours in (4, 24):
        assert alike(TIME[::hours], RETURNS.reshape(-1, hours).sum(axis=1), FAILED, 0.8) == "gone"


def test_too_few_days_in_common_say_nothing() -> None:
    start = N - (LEAST_DAYS - 1) * 24
    assert alike(TIME[start:], RETURNS[start:], FAILED, 0.8) is None
    assert alike(TIME[start - 24 :], RETURNS[start - 24 :], FAILED, 0.8) == "gone"


def test_one_that_never_moved_is_like_nobody() -> None:
    assert alike(TIME, np.zeros(N), FAILED, 0.8) is None
