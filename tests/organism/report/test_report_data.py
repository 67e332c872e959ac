"""The view-models of the reports."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.report.chart import nice_ticks
from organism.report.data import CoinRow, RegimeRow, StrategyReport, drawdown, thinned


def report(**changes: object) -> StrategyReport:
    values = {
        "strategy_id": "nsga2_3_0a1b2c3d",
        "state": "testing",
        "verdict": "Watch",
        "rendered": "long entry: close > sma(close, 24)",
        "explanation": "It goes long.",
        "stages": (),
        "coins": (),
        "unknowns": (),
        "n_tried": 12,
        "snapshot_id": "ab" * 32,
        "policy_hash": "cd" * 32,
    }
    return StrategyReport(**(values | changes))  # type: ignore[arg-type]


def test_drawdown_counts_from_the_highest_equity_so_far() -> None:
    assert drawdown(np.array([100.0, 80.0, 120.0, 60.0, 130.0])).tolist() == pytest.approx([0.0, -0.2, 0.0, -0.5, 0.0])


def test_a_coin_of_a_sealed_slice_is_refused() -> None:
    with pytest.raises(ValueError, match="shows slice 'out-of-sample', which the vault has not opened"):
        report(coins=(CoinRow("BTC", "out-of-sample", 1.0, 0.1, 5, 0.02),), sealed=("out-of-sample",))
    with pytest.raises(ValueError, match="which the vault has not opened"):
        report(regimes=(RegimeRow("trend", "rising", "WF", 0.5, 5, 0.02, 1.0),), sealed=("WF",))


def test_thinning_keeps_a_short_curve_whole() -> None:
    assert thinned(np.array([3.0, 1.0, 2.0]), limit=4).tolist() == [0, 1, 2]


def test_thinning_keeps_a_spike_of_one_bar() -> None:
    values = np.zeros(50_000)
    values[31_337] = -1.0
    assert 31_337 in thinned(values).tolist()


def test_thinning_below_four_points_is_refused() -> None:
    with pytest.raises(ValueError, match="limit is 3; allowed is 4 or more"):
        thinned(np.zeros(9), limit=3)


@given(st.integers(1, 400), st.integers(4, 40), st.integers(0, 2**32 - 1))
def test_thinning_keeps_ends_and_extremes_within_its_limit(size: int, limit: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=size)
    kept = thinned(values, limit)
    assert kept.size <= limit
    assert (kept[0], kept[-1]) == (0, size - 1)
    assert (values[kept].min(), values[kept].max()) == (values.min(), values.max())
    assert (np.diff(kept) > 0).all()


def test_ticks_are_round_numbers_inside_the_range() -> None:
    assert nice_ticks(-3.0, 21.0, 5) == [0.0, 5.0, 10.0, 15.0, 20.0]
    assert nice_ticks(0.0, 0.9, 3) == pytest.approx([0.0, 0.5])
