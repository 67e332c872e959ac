"""What the screen of a strategy shows of its slices, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from data.intervals import DAY_MS
from organism.dashboard.strategy_panels import equity
from organism.views.board import Card
from organism.views.chapters.slices import JudgedSlice
from organism.views.strategy import StrategyPage
from organism.views.strategy_of import slice_curves

START_MS = 1_704_067_200_000  # 2024-01-01 00:00 UTC


def part(name: str, returns: list[float]) -> JudgedSlice:
    """Return daily bars."""
    time_ms = START_MS + DAY_MS * np.arange(len(returns), dtype=np.int64)
    return JudgedSlice(name, START_MS, int(time_ms[-1]) + DAY_MS, time_ms, np.array(returns), 1.0)


def page(slices: tuple[JudgedSlice, ...]) -> StrategyPage:
    card = Card("gp_1_a", "rejected", 2, "run", 1, "a" * 64, "point", 1.0, 9, "KILL", "why", "rule", ())
    ruined = tuple(one.name for one in slices if one.is_ruined)
    return StrategyPage(card, (), "", verdict="KILL", curves=slice_curves(slices), ruined=ruined)


def test_equity_begins_with_the_capital_and_falls_from_its_peak() -> None:
    [curve] = slice_curves((part("IS", [1.0, -0.5, 0.5]),))
    assert curve.equity == pytest.approx((1.0, 2.0, 1.0, 1.5))
    assert curve.drawdown == pytest.approx((0.0, 0.0, -0.5, -0.25))
    assert (curve.net_return, curve.worst) == pytest.approx((0.5, -0.5))
    assert (curve.first, curve.last) == ("2024-01-01", "2024-01-03")


def test_a_ruined_slice_is_named_instead_of_drawn() -> None:
    whole, ruined = part("IS", [0.1, 0.1]), part("OOS", [float("nan")] * 2)
    said = equity(page((whole, ruined)), 80, 40).plain
    assert "IS  2024-01-01 to 2024-01-02" in said
    assert "OOS: a sleeve was ruined, so that there is no equity to draw." in said
    assert "Not judged" not in equity(page((ruined,)), 80, 40).plain
