"""Streamed sums give the numbers that all worlds at once would give."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.regression.linear_model import OLS

from organism.proof.estimate import Measured, estimate, least_alpha, pooled_alpha, pooled_sharpe
from organism.proof.sums import MARKET, MATCHED, Sums, matrices, moments_of

FloatArray = NDArray[np.float64]
NO_DAYS = (0.0,) * 10


def bars(*worlds: list[float]) -> list[Sums]:
    """Return sums of worlds of a few bars, without days."""
    return [Sums(len(w), sum(w), sum(r * r for r in w), 0, NO_DAYS, NO_DAYS) for w in worlds]


def drawn(n_worlds: int = 7, n_days: int = 200) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Return rule, market and matched days of worlds whose rule remembers."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(n_worlds):
        market = rng.normal(0.001, 0.02, n_days)
        matched = 0.4 * market + rng.normal(0.0, 0.004, n_days)
        own = np.convolve(rng.normal(0.0, 0.01, n_days + 9), np.ones(10) / 10.0, mode="valid")
        found.append((0.3 * market + own + 0.002, market, matched))
    return found


def test_moments_of_three_days_by_hand() -> None:
    found = moments_of(np.array([1.0, 2.0, 0.0]), np.array([2.0, 0.0, 1.0]), np.array([0.0, 0.0, 3.0]))
    # 1*1, 1*rule, 1*market, 1*matched, rule*rule, rule*market, rule*matched, market^2, market*matched, matched^2
    assert found == (3.0, 3.0, 3.0, 3.0, 5.0, 2.0, 0.0, 5.0, 3.0, 9.0)
    matrix = matrices([found])[0]
    assert matrix.tolist() == [[3, 3, 3, 3], [3, 5, 2, 0], [3, 2, 5, 3], [3, 0, 3, 9]]


def test_sharpe_of_two_worlds_by_hand() -> None:
    # Mean 0.02, variance 0.0001 * (9 + 1 + 1 + 9) / 4 = 0.0005: sqrt(8760) * 0.02 / sqrt(0.0005).
    measured = pooled_sharpe(bars([0.05, 0.03], [0.01, -0.01]))
    assert measured.value == pytest.approx(math.sqrt(8760.0) * 0.02 / math.sqrt(0.0005), rel=1e-12)
    # z sums are +-4 * 0.01 / sqrt(0.0005), those of z^2 are 2 in both, as many as bars.
    influence = 0.04 / math.sqrt(0.0005)
    expected = math.sqrt(8760.0) * math.sqrt(2.0 * influence**2 * 2.0 / 1.0) / 4.0
    assert measured.error == pytest.approx(expected, rel=1e-12)


def test_error_of_sharpe_is_that_of_independent_bars_when_they_are() -> None:
    rng = np.random.default_rng(2)
    worlds = [rng.normal(0.01, 1.0, 50) for _ in range(4_000)]
    sums = [Sums(50, float(w.sum()), float(w @ w), 0, NO_DAYS, NO_DAYS) for w in worlds]
    assert pooled_sharpe(sums).error == pytest.approx(math.sqrt(8760.0 / 200_000.0), rel=0.04)


@pytest.mark.parametrize(("benchmark_place", "series"), [(MARKET, 1), (MATCHED, 2)])
def test_alpha_is_that_of_statsmodels_with_worlds_as_clusters(benchmark_place: int, series: int) -> None:
    worlds = drawn()
    measured = pooled_alpha(matrices([moments_of(*world) for world in worlds]), benchmark_place)
    rule = np.concatenate([world[0] for world in worlds])
    benchmark = np.concatenate([world[series] for world in worlds])
    groups = np.repeat(np.arange(len(worlds)), worlds[0][0].size)
    fit = OLS(rule, np.column_stack([np.ones(rule.size), benchmark])).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True}
    )
    assert measured.value == pytest.approx(365.0 * fit.params[0], rel=1e-9)
    assert measured.error == pytest.approx(365.0 * fit.bse[0], rel=1e-9)


def test_the_least_sure_alpha_counts() -> None:
    moments = matrices([moments_of(*world) for world in drawn()])
    found = {benchmark: pooled_alpha(moments, benchmark) for benchmark in (None, MARKET, MATCHED)}
    assert len({alpha.t for alpha in found.values()}) == 3
    assert least_alpha(moments, (None, MARKET, MATCHED)).t == min(alpha.t for alpha in found.values())
    assert least_alpha(moments, (MARKET,)) == found[MARKET]


def test_over_nothing_at_all_alpha_is_the_mean() -> None:
    worlds = drawn()
    means = np.array([world[0].mean() for world in worlds])
    measured = pooled_alpha(matrices([moments_of(*world) for world in worlds]), None)
    assert measured.value == pytest.approx(365.0 * means.mean(), rel=1e-12)
    # Worlds of equal length: the error of a mean of means.
    assert measured.error == pytest.approx(365.0 * means.std(ddof=1) / math.sqrt(means.size), rel=1e-9)


def test_a_loss_hedged_by_a_benchmark_that_nobody_can_hold_is_no_alpha() -> None:
    rng = np.random.default_rng(3)
    worlds = []
    for _ in range(9):
        shock = rng.normal(0.0, 0.02, 300)
        # The benchmark earns what the rule, short of it, does not lose.
        worlds.append((-shock, shock + 0.001, shock + 0.001))
    moments = matrices([moments_of(*world) for world in worlds])
    assert pooled_alpha(moments, MARKET).value == pytest.approx(0.365)
    assert abs(least_alpha(moments, (None, MARKET, MATCHED)).t) < 3.0


def test_a_benchmark_without_spread_explains_nothing() -> None:
    worlds = [(rule, market, np.zeros(rule.size)) for rule, market, _ in drawn()]
    measured = pooled_alpha(matrices([moments_of(*world) for world in worlds]), MATCHED)
    assert measured.value == pytest.approx(365.0 * np.mean([world[0] for world in worlds]), rel=1e-12)


def test_a_part_of_the_market_has_an_alpha_of_logs_that_nobody_earns() -> None:
    rng = np.random.default_rng(4)
    share, simple, log = 0.35, [], []
    for _ in range(9):
        market = rng.normal(0.0, 0.005, (365, 24))
        for found, by_day in ((simple, np.sum), (log, lambda bars, axis: np.log1p(bars).sum(axis=axis))):
            rule, held = by_day(share * market, axis=1), by_day(market, axis=1)
            found.append(moments_of(rule, held, held))
    assert abs(pooled_alpha(matrices(simple), MARKET).value) < 1e-12
    worthless = pooled_alpha(matrices(log), MARKET)
    assert worthless.value == pytest.approx(share * (1.0 - share) * 8760.0 * 0.005**2 / 2.0, rel=0.02)
    assert worthless.t > 50.0


def test_a_rule_that_never_trades_has_no_alpha_and_no_error() -> None:
    still = [moments_of(np.zeros(200), market, 0.0 * market) for _, market, _ in drawn()]
    found = estimate([Sums(4_800, 0.0, 0.0, 0, one, one) for one in still])
    assert (found.sharpe, found.alpha, found.log_alpha) == (Measured(0.0, 0.0),) * 3
    assert found.alpha.t == 0.0


def test_one_world_has_no_error() -> None:
    with pytest.raises(ValueError, match="received 1; allowed are at least 2"):
        pooled_sharpe(bars([0.01, 0.02]))
