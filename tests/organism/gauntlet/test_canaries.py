"""Subjects that cheat, dawdle or were lucky once: under the rules of the project none of them comes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from backtest.splits import Slice
from data.alignment import cut
from data.market import Market, Universe
from data.worlds import make_world
from organism.gauntlet.examination import Examination, examine_agreement, examine_held_out, examine_in_sample
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.verdict import Verdict

POLICY = GauntletPolicy()
N_IN_SAMPLE = 5_000


@pytest.fixture(scope="module")
def nothing_to_find() -> tuple[Universe, Universe]:
    """Return in-sample history of the empty world, and the same followed by as many bars again."""
    whole = make_world("empty", 5, years=10_000 / 8760)
    border = int(whole.markets[0].time_ms[N_IN_SAMPLE])
    return Universe("in-sample", tuple(cut(whole.markets, end_ms=border))), Universe("whole", whole.markets)


def last_stage(examination: Examination) -> tuple[str, Verdict]:
    assert all(stage.verdict is Verdict.PASS for stage in examination.stages[:-1])
    return examination.stages[-1].stage, examination.stages[-1].verdict


def test_one_that_never_trades_has_no_scale_and_no_measurement(
    nothing_to_find: tuple[Universe, Universe], idle: Any
) -> None:
    examination = examine_in_sample(idle, nothing_to_find[0], POLICY)
    assert last_stage(examination) == ("volatility in sample", Verdict.KILL)
    assert (examination.scale, examination.slices, examination.stages[0].measured) == (None, (), None)
    assert not examination.passed


def test_one_that_bought_once_is_stopped_by_its_trades(
    nothing_to_find: tuple[Universe, Universe], always_long: Any
) -> None:
    examination = examine_in_sample(always_long, nothing_to_find[0], POLICY)
    assert last_stage(examination) == ("round trips", Verdict.KILL)
    assert examination.stages[0].measured == 0.0


def one_lucky_trade(market: Market) -> NDArray[np.int64]:
    """Hold through the best 200 hours of a coin, known afterwards, and never again."""
    wish = np.zeros(market.n_bars, dtype=np.int64)
    start = int(np.argmax(market.open[202:] / market.open[1:-201]))
    wish[start : start + 200] = 1
    return wish


def test_one_lucky_trade_a_coin_is_no_strategy(nothing_to_find: tuple[Universe, Universe], scripted: Any) -> None:
    examination = examine_in_sample(scripted(one_lucky_trade), nothing_to_find[0], POLICY)
    assert last_stage(examination) == ("round trips", Verdict.KILL)
    assert examination.stages[0].measured == 4.0
    assert (examination.slice_record("IS").metrics["sharpe"] or 0.0) > POLICY.in_sample.minimum_sharpe


def large_moves(market: Market) -> NDArray[np.int64]:
    """At the close of t, trade the move from the open of t+1 to the open of t+2 if it is large."""
    wish = np.zeros(market.n_bars, dtype=np.int64)
    move = market.open[2:] / market.open[1:-1] - 1.0
    wish[:-2] = np.where(np.abs(move) > 0.01, np.sign(move), 0.0)
    return wish


def test_one_that_knows_the_next_bar_is_betrayed_by_a_bar_of_delay(
    nothing_to_find: tuple[Universe, Universe], scripted: Any
) -> None:
    """It earns a fortune, doubled costs do not hurt it, and one bar later nothing is left."""
    examination = examine_in_sample(scripted(large_moves), nothing_to_find[0], POLICY)
    assert last_stage(examination) == ("Sharpe kept one bar later", Verdict.KILL)
    measured = {stage.stage: stage.measured or 0.0 for stage in examination.stages}
    assert measured["Sharpe after costs"] > 20.0
    assert measured["Sharpe at doubled costs"] > 10.0
    assert measured["Sharpe kept one bar later"] < 10.0


def remembered_days(market: Market) -> NDArray[np.int64]:
    """Know by heart how every second day of the in-sample history will end, and nothing of what follows."""
    wish = np.zeros(market.n_bars, dtype=np.int64)
    for start in range(0, N_IN_SAMPLE - 50, 48):
        wish[start : start + 24] = np.sign(market.open[start + 25] - market.open[start + 1])
        wish[start + 24 : start + 48] = 0
    # After what it remembers it goes on by the calendar.
    later = np.arange(N_IN_SAMPLE, market.n_bars)
    wish[N_IN_SAMPLE:] = np.where(later // 24 % 2 == 0, np.where(later // 48 % 2 == 0, 1, -1), 0)
    return wish


def test_one_that_learned_history_by_heart_fails_on_bars_it_has_not_seen(
    nothing_to_find: tuple[Universe, Universe], scripted: Any, part_of: Callable[..., Slice]
) -> None:
    in_sample, whole = nothing_to_find
    memory = scripted(remembered_days)
    examination = examine_in_sample(memory, in_sample, POLICY)
    assert examination.passed, examination.stages[-1]
    examination = examine_agreement(examination, memory, in_sample, POLICY)
    assert examination.passed, "our simulators agree about cheats too"
    held_out = part_of(whole, "OOS", N_IN_SAMPLE + 168, whole.n_bars)
    examination = examine_held_out(examination, memory, whole, held_out, POLICY)
    assert last_stage(examination) == ("Sharpe after costs", Verdict.KILL)
    assert examination.stages[-1].slice_name == "OOS"


def test_the_first_miss_ends_the_in_sample_examination(
    nothing_to_find: tuple[Universe, Universe], against_trend: Any
) -> None:
    examination = examine_in_sample(against_trend, nothing_to_find[0], POLICY)
    assert last_stage(examination) == ("Sharpe after costs", Verdict.KILL)
    assert [record.slice.name for record in examination.slices] == ["IS"]
