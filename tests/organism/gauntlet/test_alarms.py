"""What a run looks like: computed, shown, and nobody's death."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backtest.inference import deflated_sharpe, expected_max_sharpe
from backtest.metrics import daily_log_returns
from data.market import Market, Universe
from data.worlds import make_world
from evolution.evaluator import FeatureStore
from evolution.priors import SearchPriors
from evolution.search.grammar import Grammar
from evolution.search.grow import Shape, random_genome
from organism.gauntlet.alarms import alarms_of, chance_variance, deflated, overfitting
from organism.gauntlet.case import Case
from organism.gauntlet.examination import whole_slice
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.subject import GenomeSubject

N_DAYS, N_WORLDS = 1_000, 100
GRAMMAR = Grammar(SearchPriors())
RNG = np.random.default_rng(4)
"""Drawn from here alone: what a test draws itself must not depend on which tests ran before it."""
SPREAD = RNG.normal(0.0, N_DAYS**-0.5, 5_000)
GOOD = RNG.normal(0.003, 0.01, N_DAYS)
NOISE = [RNG.normal(0.0, 0.01, N_DAYS) for _ in range(12)]
ONE_DAY = np.eye(1, N_DAYS)[0]
UNMEASURABLE = [np.zeros(N_DAYS), np.full(N_DAYS, 0.1), np.full(N_DAYS, np.nan), ONE_DAY, np.empty(0)]


def test_the_deflated_ratio_is_that_of_the_moments_of_the_days() -> None:
    centred = (GOOD - GOOD.mean()) / GOOD.std()
    expected = deflated_sharpe(
        GOOD.mean() / GOOD.std(ddof=1),
        N_DAYS,
        5_000,
        1.0 / N_DAYS,
        skew=float((centred**3).mean()),
        kurtosis=float((centred**4).mean()),
    )
    assert deflated(GOOD, 5_000, chance_variance(N_DAYS)) == pytest.approx(expected)
    assert deflated(NOISE[0], 5_000, chance_variance(N_DAYS)) == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("returns", UNMEASURABLE)
def test_returns_that_say_nothing_have_no_deflated_ratio(returns: np.ndarray) -> None:
    assert deflated(returns, 10, 0.001) is None


@pytest.mark.parametrize(("n_trials", "variance"), [(0, 0.001), (10, 0.0), (10, float("nan"))])
def test_without_trials_or_their_spread_there_is_no_deflated_ratio(n_trials: int, variance: float) -> None:
    assert deflated(GOOD, n_trials, variance) is None


def test_a_single_trial_is_deflated_by_nothing() -> None:
    found = alarms_of({"a": GOOD}, [GOOD], np.array([0.3]), 1)["a"]
    assert found.deflated_sharpe == pytest.approx(deflated(GOOD, 1, 1.0))
    assert found.lucky_sharpe == 0.0
    assert found.deflated_sharpe_observed is found.overfitting is None


def test_worthless_trials_are_as_lucky_as_said_and_their_best_is_no_discovery() -> None:
    worlds = np.random.default_rng(6).standard_t(5, (N_WORLDS, N_DAYS, 100))
    sharpes = worlds.mean(axis=1) / worlds.std(axis=1, ddof=1)
    best = sharpes.argmax(axis=1)
    lucky = alarms_of({"a": GOOD}, [GOOD], SPREAD, 100)["a"].lucky_sharpe
    # 0.43 is the standard deviation of the largest of a hundred normal numbers.
    tolerance = 3.0 * 0.43 * (365.0 / N_DAYS / N_WORLDS) ** 0.5
    assert lucky == pytest.approx(365.0**0.5 * sharpes.max(axis=1).mean(), abs=tolerance)
    chances = [deflated(worlds[i, :, best[i]], 100, chance_variance(N_DAYS)) or 0.0 for i in range(N_WORLDS)]
    # About 0.15 of a hundred such worlds come so far by luck; three or more in one draw of two thousand.
    assert sum(chance >= 0.95 for chance in chances) <= 2
    assert 0.3 < float(np.median(chances)) < 0.6


def test_rules_drawn_at_random_that_pay_nothing_are_as_lucky_as_chance() -> None:
    """However rarely they trade, and though volatility clusters: the mean square of t is one."""
    squares = []
    for seed in range(1, 11):
        universe = Universe(f"garch-{seed}", tuple(map(without_funding, make_world("garch", seed, years=1.0).markets)))
        rng, features = np.random.default_rng(seed), FeatureStore(universe)
        for _ in range(30):
            subject = GenomeSubject(random_genome(GRAMMAR, Shape(), 3, rng))
            case = Case(subject, universe, whole_slice("IS", universe), subject.risk, GauntletPolicy(), features)
            pooled = case.pooled(cost_factor=0.0)
            if pooled.failure is None and pooled.metrics.n_trades >= 10:
                days = daily_log_returns(pooled.returns, universe.time_ms)[1]
                squares.append(days.size * (days.mean() / days.std(ddof=1)) ** 2)
    assert len(squares) > 150
    assert 0.7 < float(np.mean(squares)) < 1.4


def without_funding(market: Market) -> Market:
    nothing = np.zeros(market.n_bars)
    return replace(market, funding_rate=nothing, funding_cost=nothing)


def test_ruin_by_costs_is_not_the_spread_of_luck() -> None:
    ruined = np.concatenate([SPREAD, np.linspace(-50.0, -5.0, 600) / 365.0**0.5])
    honest, with_ruined = (alarms_of({"a": GOOD}, [GOOD], trials, 5_000)["a"] for trials in (SPREAD, ruined))
    assert honest.deflated_sharpe == with_ruined.deflated_sharpe
    assert (with_ruined.deflated_sharpe or 0.0) > 0.99
    assert honest.deflated_sharpe_observed == pytest.approx(honest.deflated_sharpe, abs=0.01)
    assert (with_ruined.deflated_sharpe_observed or 0.0) < 0.01


def test_heirs_of_an_edge_do_not_bury_it() -> None:
    """Half of all trials inherit the edge, as on a planted market."""
    heirs = np.concatenate([SPREAD[:2_500], SPREAD[2_500:] + GOOD.mean() / GOOD.std()])
    found = alarms_of({"a": GOOD}, [GOOD], heirs, 5_000)["a"]
    assert (found.deflated_sharpe or 0.0) > 0.99
    assert (found.deflated_sharpe_observed or 0.0) < 0.5


def test_the_lucky_ratio_is_annual_and_at_all_trials() -> None:
    found = alarms_of({"a": GOOD}, [GOOD], SPREAD, 7_500)["a"]
    assert found.lucky_sharpe == pytest.approx((365.0 / N_DAYS) ** 0.5 * expected_max_sharpe(7_500))


def test_overfitting_needs_two_strategies_that_differ() -> None:
    assert overfitting([]) is overfitting([GOOD]) is overfitting([GOOD, GOOD]) is overfitting([GOOD, 2 * GOOD]) is None
    assert overfitting([GOOD, *UNMEASURABLE]) is None
    search = overfitting([GOOD, *NOISE])
    assert search is not None
    assert search.pbo < 0.05
    assert search.prob_oos_loss < 0.05


def test_candidates_that_are_multiples_of_one_are_one_and_nothing_is_chosen_among_them() -> None:
    found = alarms_of({"a": GOOD, "b": 2.0 * GOOD}, [GOOD, 2.0 * GOOD], SPREAD, 5_000)
    assert found["a"].deflated_sharpe == pytest.approx(found["b"].deflated_sharpe)
    for one in found.values():
        assert one.overfitting is one.loss_after_choice is one.slope_after_choice is None
        assert (one.survives_stepwise, one.n_judged) == (True, 2)


def test_a_single_candidate_was_not_chosen_among_any() -> None:
    found = alarms_of({"a": GOOD}, [GOOD], SPREAD, 5_000)["a"]
    assert found.overfitting is None
    assert (found.survives_stepwise, found.n_judged) == (True, 1)


def test_without_a_trial_nothing_is_deflated() -> None:
    found = alarms_of({"a": GOOD}, [GOOD], np.empty(0), 0)["a"]
    assert found.deflated_sharpe is found.deflated_sharpe_observed is found.lucky_sharpe is None


def test_one_that_says_nothing_does_not_silence_the_others() -> None:
    judged = [GOOD, *NOISE]
    found = alarms_of({"a": GOOD}, [*judged, *UNMEASURABLE], SPREAD, 5_000)
    assert found == alarms_of({"a": GOOD}, judged, SPREAD, 5_000)
    assert found["a"].n_judged == 13


def test_a_good_one_survives_among_noise_and_each_has_its_own_alarms() -> None:
    candidates = {"a" * 64: GOOD, "b" * 64: NOISE[0]}
    found = alarms_of(candidates, [GOOD, *NOISE], SPREAD, 5_000)
    assert [found[key].survives_stepwise for key in candidates] == [True, False]
    first, second = found.values()
    assert first.overfitting == second.overfitting
    assert first.loss_after_choice == second.loss_after_choice
    assert first.slope_after_choice == second.slope_after_choice
    assert (first.deflated_sharpe or 0.0) > (second.deflated_sharpe or 0.0)


def test_survival_counts_all_that_were_judged_not_only_the_registered() -> None:
    """A ratio that one alone would reach by luck in 2 % of cases is no surprise as the best of two hundred."""
    rng = np.random.default_rng(7)
    crowd = [rng.normal(0.0, 0.01, N_DAYS) for _ in range(200)]
    lucky = NOISE[1] - NOISE[1].mean() + 2.1 * NOISE[1].std() / N_DAYS**0.5
    assert alarms_of({"a": lucky}, [lucky], SPREAD, 5_000)["a"].survives_stepwise is True
    assert alarms_of({"a": lucky}, [lucky, *crowd], SPREAD, 5_000)["a"].survives_stepwise is False


@pytest.mark.parametrize("returns", UNMEASURABLE[:-1])
def test_a_candidate_that_says_nothing_has_no_alarms(returns: np.ndarray) -> None:
    found = alarms_of({"a": returns}, [returns], SPREAD, 5_000)["a"]
    assert found.deflated_sharpe is found.deflated_sharpe_observed is found.overfitting is found.survives_stepwise
    assert found.overfitting is None
    assert found.n_judged == 0
