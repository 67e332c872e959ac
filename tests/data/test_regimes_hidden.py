"""Hidden states: the filter is Bayes' rule, and fitting finds what was planted, the same each time."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from math import exp

import numpy as np
import pytest

from data.errors import DataError
from data.market import FloatArray
from data.regimes.hidden import RegimeModel, filter_regimes, fit_regimes, forward

MODEL = RegimeModel((0.01, 0.03), ((0.9, 0.1), (0.2, 0.8)), (0.6, 0.4))
NAN = float("nan")


def by_all_paths(model: RegimeModel, returns: list[float]) -> tuple[list[float], float]:
    """Return the chances of the last state, and the likelihood, from every path that there can be."""
    chances = [0.0] * len(model.deviations)
    for path in product(range(len(chances)), repeat=len(returns)):
        chance = model.start[path[0]]
        for former, state in pairwise(path):
            chance *= model.transition[former][state]
        for state, value in zip(path, returns, strict=True):
            if value == value:
                deviation = model.deviations[state]
                chance *= exp(-0.5 * (value / deviation) ** 2) / deviation
        chances[path[-1]] += chance
    return [chance / sum(chances) for chance in chances], sum(chances)


@pytest.mark.parametrize("returns", [[0.01], [0.0, 0.05, -0.02], [0.02, NAN, NAN, -0.06, 0.001, 0.0]])
def test_the_filter_weighs_every_path(returns: list[float]) -> None:
    values = np.array(returns)
    chances, likelihood = by_all_paths(MODEL, returns)
    np.testing.assert_allclose(filter_regimes(MODEL, values)[-1], chances, rtol=1e-12)
    _, found = forward(values, np.array(MODEL.deviations), np.array(MODEL.transition), np.array(MODEL.start))
    assert found == pytest.approx(np.log(likelihood), rel=1e-12)


def planted(n_bars: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return states that last some 100 and 50 bars, and returns of 0.5 and 2 percent in them."""
    rng = np.random.default_rng(seed)
    states = np.zeros(n_bars)
    for t in range(1, n_bars):
        leaves = rng.random() < (0.01, 0.02)[int(states[t - 1])]
        states[t] = 1.0 - states[t - 1] if leaves else states[t - 1]
    return states, rng.normal(size=n_bars) * np.where(states == 1.0, 0.02, 0.005)


def test_fitting_finds_what_was_planted() -> None:
    states, returns = planted(20_000, 1)
    model = fit_regimes(returns)
    assert model is not None
    np.testing.assert_allclose(model.deviations, (0.005, 0.02), rtol=0.05)
    np.testing.assert_allclose(np.diag(model.transition), (0.99, 0.98), atol=0.005)
    likeliest = filter_regimes(model, returns).argmax(axis=1)
    assert (likeliest == states).mean() > 0.95


def test_each_round_of_fitting_makes_the_returns_likelier() -> None:
    _, returns = planted(3_000, 2)
    model = fit_regimes(returns)
    assert model is not None
    parts = [np.array(part) for part in (model.deviations, model.transition, model.start)]
    best = forward(returns, *parts)[1]
    for factor in (0.9, 1.1):
        assert forward(returns, parts[0] * factor, *parts[1:])[1] < best


def test_the_filter_does_not_know_the_future_and_holes_tell_nothing() -> None:
    _, returns = planted(2_000, 3)
    returns[500:520] = NAN
    chances = filter_regimes(MODEL, returns)
    assert filter_regimes(MODEL, returns[:700]).tobytes() == chances[:700].tobytes()
    # Without news chances go to where the chain rests: a third against two thirds.
    rest = filter_regimes(MODEL, np.concatenate((returns[:500], np.full(200, NAN))))[-1]
    np.testing.assert_allclose(rest, [2 / 3, 1 / 3], rtol=1e-9)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, rtol=1e-12)


def test_too_little_or_nothing_that_varies_is_not_fitted() -> None:
    assert fit_regimes(np.full(5_000, NAN)) is None
    assert fit_regimes(np.zeros(5_000)) is None
    assert fit_regimes(np.random.default_rng(4).normal(size=400)) is None


def test_the_same_returns_give_the_same_model() -> None:
    model = fit_regimes(planted(2_000, 5)[1])
    assert model is not None
    assert fit_regimes(planted(2_000, 5)[1]) == model


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": (0.5,)}, "allowed are 2 . 1 rows of 2"),
        ({"start": (0.7, 0.7)}, "do not add up to 1"),
        ({"start": (1.5, -0.5)}, "allowed are 2 . 1 rows of 2"),
        ({"deviations": (0.03, 0.01)}, "allowed are ascending ones above 0"),
        ({"deviations": (0.0, 0.01)}, "allowed are ascending ones above 0"),
        ({"transition": ((NAN, 1.0), (0.5, 0.5))}, "allowed are 2 . 1 rows of 2"),
    ],
)
def test_what_is_no_model_is_refused(changes: dict[str, tuple[float, ...]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        replace(MODEL, **changes)


def test_densities_far_out_are_not_lost() -> None:
    chances = filter_regimes(MODEL, np.array([0.0, 3.0]))
    np.testing.assert_allclose(chances[1], [0.0, 1.0], atol=1e-12)
