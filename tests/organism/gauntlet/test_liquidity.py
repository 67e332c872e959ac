"""Turnover and capacity, by hand on a few bars."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from data.market import Market, Universe
from organism.gauntlet.case import Case
from organism.gauntlet.stages.liquidity import MaximumTurnover, MinimumCapacity, annual_turnover, capacity_usdc
from organism.gauntlet.verdict import Verdict

N_BARS = 6
BARS_A_YEAR = 8760
FEE, SLIPPAGE = 4.5e-4, 5e-4
QUANTITY = math.floor(10_000.0 / (100.0 * (1 + SLIPPAGE)) * 1e9) / 1e9
"""Coins bought with all of a sleeve of 10,000 USDC at 100, in whole lots of 1e-9."""
EQUITY_BEFORE_SALE = 10_000.0 - QUANTITY * 100.0 * (1 + SLIPPAGE) * FEE - QUANTITY * 100.0 * SLIPPAGE


@pytest.fixture
def quiet(make_market: Callable[..., Market]) -> Callable[..., Universe]:
    """Build coins whose price stays at 100; TEST, which is not liquid, slips by 5 bps."""

    def build(volume: list[float], coins: tuple[str, ...] = ("TEST",)) -> Universe:
        return Universe("quiet", tuple(make_market([100.0] * len(volume), volume=volume, coin=coin) for coin in coins))

    return build


@pytest.fixture
def held_two_bars(scripted: Any) -> Any:
    """Return a subject that buys at the open of bar 2 and sells at the open of bar 4."""
    return scripted(
        lambda market: np.where((np.arange(market.n_bars) == 1) | (np.arange(market.n_bars) == 2), 1.0, 0.0)
    )


@pytest.fixture
def flipping(scripted: Any) -> Any:
    """Return a subject that is long for two bars and flat for two, for ever."""
    return scripted(lambda market: np.where(np.arange(market.n_bars) % 4 < 2, 1.0, 0.0))


def test_turnover_is_every_fill_as_a_share_of_the_equity_before_it(
    quiet: Callable[..., Universe], held_two_bars: Any, case_of: Callable[..., Case]
) -> None:
    case = case_of(held_two_bars, quiet([1e6] * N_BARS))
    bought, sold = QUANTITY * 100.0 * (1 + SLIPPAGE), QUANTITY * 100.0 * (1 - SLIPPAGE)
    expected = (bought / 10_000.0 + sold / EQUITY_BEFORE_SALE) * BARS_A_YEAR / N_BARS
    assert annual_turnover(case) == pytest.approx(expected, rel=1e-12)
    result = MaximumTurnover(expected + 1.0).judge(case)
    assert (result.verdict, result.slice_name, result.unit) == (Verdict.PASS, "IS", "x")
    assert f"{expected / 100:.1f} % of capital a year" in result.meaning
    assert MaximumTurnover(expected - 1.0).judge(case).verdict is Verdict.KILL


def test_turnover_does_not_grow_with_the_profit(
    make_market: Callable[..., Market], held_two_bars: Any, scripted: Any, case_of: Callable[..., Case]
) -> None:
    """The price is tenfold when the first round trip ends: three of four fills are ten times the first capital."""
    universe = Universe("rising", (make_market([100.0] * 4 + [1_000.0] * 4),))
    twice = scripted(lambda market: np.isin(np.arange(market.n_bars), (1, 2, 3, 5)).astype(float))
    case = case_of(twice, universe)
    assert annual_turnover(case) * 8 / BARS_A_YEAR == pytest.approx(4.0, rel=2e-3)
    assert case.pooled().metrics.turnover * 8 / BARS_A_YEAR == pytest.approx(31.0, rel=2e-3)


def test_capacity_is_the_share_of_the_thinnest_bar_that_counts(
    quiet: Callable[..., Universe], held_two_bars: Any, case_of: Callable[..., Case]
) -> None:
    """Bought in a bar of 40,000 coins, sold in one of 5,000; of two fills the thinner is forgiven."""
    case = case_of(held_two_bars, quiet([50_000.0, 50_000.0, 40_000.0, 50_000.0, 5_000.0, 50_000.0]))
    of_entry = 10_000.0 * 0.01 * 40_000.0 / QUANTITY
    assert capacity_usdc(case, 0.01) == math.floor(of_entry) == 40_020
    assert capacity_usdc(case, 0.05) == math.floor(5 * of_entry)
    assert MinimumCapacity(40_020, 0.01).judge(case).verdict is Verdict.PASS
    result = MinimumCapacity(40_021, 0.01).judge(case)
    assert (result.verdict, result.measured) == (Verdict.KILL, 40_020.0)
    assert (result.measured_text, result.threshold_text) == ("40,020 USDC", ">= 40,021 USDC")


def test_capacity_is_that_of_all_sleeves_together(
    quiet: Callable[..., Universe], held_two_bars: Any, case_of: Callable[..., Case]
) -> None:
    """Two sleeves of half the capital each: the same bars bear twice the capital. Of four fills one is forgiven."""
    case = case_of(held_two_bars, quiet([20_000.0] * N_BARS, ("ONE", "TWO")))
    assert capacity_usdc(case, 0.01) == math.floor(2 * EQUITY_BEFORE_SALE * 0.01 * 20_000.0 / QUANTITY) == 39_981


@pytest.mark.parametrize("dead", [0.0, math.nan])
def test_one_bar_without_volume_does_not_decide_and_many_do(
    dead: float, quiet: Callable[..., Universe], flipping: Any, case_of: Callable[..., Case]
) -> None:
    """Twelve bars and six fills: at 1, 3, 5, 7, 9 and, forced, in the last."""

    def capacity(*dead_bars: int) -> float:
        volume = np.full(12, 30_000.0)
        volume[list(dead_bars)] = dead
        return capacity_usdc(case_of(flipping, quiet(list(volume))), 0.01)

    case = case_of(flipping, quiet([30_000.0] * 12))
    [trace] = case.traces()
    assert sorted([*trace.trades.entry_bar, *trace.trades.exit_bar]) == [1, 3, 5, 7, 9, 11]
    assert capacity(3) == capacity() > 29_000.0
    assert capacity(2, 4, 6) == capacity(), "bars without a fill bear nothing and need not"
    assert capacity(3, 7) == 0.0


def test_who_never_trades_has_neither(quiet: Callable[..., Universe], idle: Any, case_of: Callable[..., Case]) -> None:
    case = case_of(idle, quiet([1e6] * N_BARS))
    for result in (MaximumTurnover(2_000.0).judge(case), MinimumCapacity(1.0, 0.01).judge(case)):
        assert (result.verdict, result.measured, result.measured_text) == (Verdict.KILL, None, "not measurable")


def test_capacity_does_not_depend_on_scale_and_turnover_does_in_proportion(
    quiet: Callable[..., Universe], held_two_bars: Any, case_of: Callable[..., Case]
) -> None:
    """Half the size bears twice the capital."""
    universe = quiet([40_000.0] * N_BARS)
    whole, half = (case_of(held_two_bars, universe, scale=scale) for scale in (1.0, 0.5))
    assert annual_turnover(half) == pytest.approx(0.5 * annual_turnover(whole), rel=1e-3)
    assert capacity_usdc(half, 0.01) == pytest.approx(2.0 * capacity_usdc(whole, 0.01), rel=1e-3)
