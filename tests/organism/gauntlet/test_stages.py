"""What holds for every stage of the gauntlet, whatever it measures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from backtest.result import Trace
from backtest.splits import Slice, folds
from data.intervals import DAY_MS, HOUR_MS
from data.market import SERIES, Market, Universe
from organism.gauntlet.case import Case
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.stages.agreement import AccountingAgrees, LogicAgrees, ReferenceAgrees
from organism.gauntlet.stages.base import Stage
from organism.gauntlet.stages.causality import SeesNoFuture, StartsAnywhere
from organism.gauntlet.stages.liquidity import MaximumTurnover, MinimumCapacity
from organism.gauntlet.stages.luck import OneLuckyTrade, OneRegime, volatility_terciles
from organism.gauntlet.stages.neighbours import MissedFills, MovedNumber, NoisyBars
from organism.gauntlet.stages.programme import (
    agreement_stages,
    held_out_stages,
    in_sample_stages,
    robustness_stages,
)
from organism.gauntlet.stages.simple import MinimumSharpe, MinimumTrades
from organism.gauntlet.stages.stress import DoubledCosts, OneBarLater
from organism.gauntlet.stages.walk_forward import PositiveFolds
from organism.gauntlet.verdict import StageResult, Verdict

START, STOP = 40, 580

POLICY = GauntletPolicy.model_validate(
    {
        "in_sample": {"minimum_trades": 4, "maximum_drawdown": 0.2},
        "held_out": {"minimum_trades": 4, "maximum_drawdown": 0.2},
        "robustness": {"copies": 10},
    }
)
PROGRAMMES = {
    "IS": in_sample_stages(POLICY),
    "robustness": tuple(
        replace(stage, warm_up_bars=100) if isinstance(stage, StartsAnywhere) else stage
        for stage in robustness_stages(POLICY)
    ),
    "proof": agreement_stages(),
    "OOS": held_out_stages(POLICY, "OOS"),
    "WF": held_out_stages(POLICY, "WF"),
}
STAGES = [stage for stages in PROGRAMMES.values() for stage in stages]
PROOFS = (ReferenceAgrees, AccountingAgrees, LogicAgrees)
"""They judge our simulation, not the subject."""
MEASURING = [stage for stage in STAGES if not isinstance(stage, PROOFS)]
CONDUCT = (SeesNoFuture, StartsAnywhere)
"""They ask how a subject decides, not what it earns."""
SHARES = (MissedFills, MovedNumber, NoisyBars)
"""They measure what is left of a Sharpe ratio; of a loss nothing can be kept."""


def named(stage: Stage) -> str:
    return f"{stage.slice_name}: {stage.name}"


every_stage = pytest.mark.parametrize("stage", STAGES, ids=named)


@pytest.fixture(scope="module")
def judged_part(waves: Universe, part_of: Callable[..., Slice]) -> Callable[[str], Slice]:
    return lambda name: part_of(waves, name, START, STOP)


def rising_once(market: Market) -> Any:
    """Hold through the rise of one wave, and never again."""
    wish = np.zeros(market.n_bars, dtype=np.int64)
    low = 100 + int(np.argmin(market.close[100:200]))
    wish[low : low + 20] = 1
    return wish


def in_thin_bars(market: Market) -> Any:
    """Trade only where a few coins change hands."""
    bar = np.arange(market.n_bars)
    return np.where(bar >= 560, bar % 3, 0)


def garbled(universe: Universe, stop: int) -> Universe:
    """Return the universe with nonsense in every array from bar `stop` on."""
    rng = np.random.default_rng(7)
    markets = []
    for market in universe:
        changed: dict[str, Any] = {name: np.array(getattr(market, name)) for name in SERIES}
        for values in changed.values():
            values[stop:] = rng.uniform(1e-3, 1e6, values.size - stop)
        markets.append(replace(market, **changed))
    return Universe(f"{universe.snapshot_id}-garbled", tuple(markets))


@every_stage
def test_a_stage_names_itself_its_slice_and_its_cost(stage: Stage) -> None:
    assert stage.name == stage.name.strip() != ""
    assert stage.slice_name in {"IS", "OOS", "WF"}
    assert stage.cost >= 1


@pytest.mark.parametrize("slice_name", PROGRAMMES)
def test_a_programme_runs_cheap_stages_first_and_none_twice(slice_name: str) -> None:
    stages = PROGRAMMES[slice_name]
    assert all(earlier.cost <= later.cost for earlier, later in pairwise(stages))
    assert len({stage.name for stage in stages}) == len(stages)
    assert {stage.slice_name for stage in stages} == {"IS" if slice_name in ("proof", "robustness") else slice_name}


@every_stage
def test_a_good_subject_passes_every_stage(
    stage: Stage, waves: Universe, with_trend: Any, case_of: Callable[..., Case], judged_part: Callable[[str], Slice]
) -> None:
    case = case_of(with_trend, waves, part=judged_part(stage.slice_name), policy=POLICY)
    result = stage.judge(case)
    assert result.verdict is Verdict.PASS, result
    assert (result.stage, result.slice_name) == (stage.name, stage.slice_name)
    assert result.meaning
    assert json.loads(json.dumps(result.to_plain(), allow_nan=False))["verdict"] == "Pass"
    assert stage.judge(case) == result


@pytest.fixture
def bad_for(with_trend: Any, against_trend: Any, idle: Any, clairvoyant: Any, scripted: Any) -> Callable[[Stage], Any]:
    """Return a subject that a stage must kill: most often one that loses."""

    def subject(stage: Stage) -> Any:
        if isinstance(stage, OneRegime):
            return scripted(lambda market: np.where(np.arange(market.n_bars) < 150, with_trend.wish(market), 0))
        return {
            MinimumTrades: idle,
            OneBarLater: clairvoyant,
            SeesNoFuture: clairvoyant,
            OneLuckyTrade: scripted(rising_once),
            MaximumTurnover: scripted(lambda market: np.arange(market.n_bars) % 2 - 0.5),
            MinimumCapacity: scripted(in_thin_bars),
            StartsAnywhere: scripted(lambda market: np.arange(market.n_bars) // 7 % 2),
        }.get(type(stage), against_trend)

    return subject


@pytest.mark.parametrize("stage", MEASURING, ids=named)
def test_a_bad_subject_is_killed_by_every_stage_that_measures_subjects(
    stage: Stage,
    waves: Universe,
    bad_for: Callable[[Stage], Any],
    case_of: Callable[..., Case],
    judged_part: Callable[[str], Slice],
) -> None:
    result = stage.judge(case_of(bad_for(stage), waves, part=judged_part(stage.slice_name), policy=POLICY))
    assert result.verdict is Verdict.KILL, result
    assert (result.measured is None) is isinstance(stage, SHARES)


@every_stage
def test_a_stage_sees_nothing_after_its_slice(
    stage: Stage, waves: Universe, with_trend: Any, case_of: Callable[..., Case], judged_part: Callable[[str], Slice]
) -> None:
    part = judged_part(stage.slice_name)

    def judged_on(universe: Universe) -> StageResult:
        return stage.judge(case_of(with_trend, universe, part=part, policy=POLICY))

    assert judged_on(garbled(waves, STOP)) == judged_on(waves)
    if stage in MEASURING and not isinstance(stage, CONDUCT):
        # The same garbage inside the slice does not go unnoticed, so the line above says something.
        assert judged_on(garbled(waves, STOP - 100)) != judged_on(waves)


@every_stage
def test_a_subject_that_never_trades_passes_no_measuring_stage(
    stage: Stage, waves: Universe, idle: Any, case_of: Callable[..., Case], judged_part: Callable[[str], Slice]
) -> None:
    result = stage.judge(case_of(idle, waves, part=judged_part(stage.slice_name), policy=POLICY))
    unmoved = stage.name == "drawdown at frozen scale" or isinstance(stage, PROOFS + CONDUCT)
    assert result.verdict is (Verdict.PASS if unmoved else Verdict.KILL)


@dataclass(frozen=True, slots=True, eq=False)
class Mistaken(Case):
    """A case whose kernel answered for somebody else."""

    other: Case | None = None

    def traces(self, **wanted: Any) -> tuple[Trace, ...]:
        assert self.other is not None
        return self.other.traces(**wanted)


def test_the_reference_finds_a_kernel_that_simulated_something_else(
    waves: Universe, with_trend: Any, against_trend: Any, case_of: Callable[..., Case]
) -> None:
    honest, other = case_of(with_trend, waves), case_of(against_trend, waves)
    mistaken = Mistaken(with_trend, waves, honest.slice, honest.risk, honest.policy, other=other)
    result = ReferenceAgrees("IS").judge(mistaken)
    assert (result.verdict, result.measured) == (Verdict.KILL, 2.0)
    assert " First difference of BTC: bar " in result.meaning


def test_doubled_costs_take_what_a_thin_edge_earns(
    make_market: Callable[..., Market], scripted: Any, case_of: Callable[..., Case]
) -> None:
    """Bought at 100 and sold at 100.2 every fourth bar: 20 bps, of which a round trip costs 13, or 26 at twice.

    A fill costs 4.5 bps of fee and 2 of slippage.
    """
    universe = Universe("thin", (make_market([100.0, 100.0, 100.2, 100.2] * 150, coin="BTC"),))
    case = case_of(scripted(lambda market: (np.arange(market.n_bars) % 4 == 0).astype(np.int64)), universe)
    result = DoubledCosts(0.0).judge(case)
    assert MinimumSharpe("IS", 0.0).judge(case).verdict is Verdict.PASS
    assert (result.verdict, result.measured) == (Verdict.KILL, case.pooled(cost_factor=2.0).metrics.sharpe)


def test_a_losing_rule_has_no_edge_to_keep_one_bar_later(
    waves: Universe, against_trend: Any, case_of: Callable[..., Case]
) -> None:
    result = OneBarLater(0.5).judge(case_of(against_trend, waves))
    assert (result.verdict, result.measured) == (Verdict.KILL, None)


def test_every_fold_starts_flat_and_closes_at_its_border(
    waves: Universe, always_long: Any, case_of: Callable[..., Case], part_of: Callable[..., Slice]
) -> None:
    """Bought and never sold: each fold has an entry of its own, at its second bar, and one forced close."""
    case = case_of(always_long, waves, part=part_of(waves, "WF", 400, 600))
    for fold, start in zip(folds(case.slice, 4), (400, 450, 500, 550), strict=True):
        for trace in case.traces(part=fold):
            assert trace.trades.entry_bar.tolist() == [start + 1]
            assert trace.trades.exit_bar.tolist() == [start + 49]
            assert (trace.result.counts.n_forced, trace.result.metrics.n_trades) == (1, 0)


@pytest.mark.parametrize(("last_traded", "n_positive"), [(450, 1.0), (550, 3.0), (600, 4.0)])
def test_only_folds_that_earned_something_count(
    last_traded: int,
    n_positive: float,
    waves: Universe,
    with_trend: Any,
    scripted: Any,
    case_of: Callable[..., Case],
    part_of: Callable[..., Slice],
) -> None:
    """Four folds of 50 bars from bar 400; after `last_traded` the subject stays out, which is no profit."""

    def wanted(market: Market) -> Any:
        return np.where(np.arange(market.n_bars) < last_traded, with_trend.wish(market), 0)

    result = PositiveFolds(4, 3).judge(case_of(scripted(wanted), waves, part=part_of(waves, "WF", 400, 600)))
    assert result.measured == n_positive
    assert result.verdict is (Verdict.PASS if n_positive >= 3 else Verdict.KILL)


@pytest.mark.parametrize(("interval_ms", "bars"), [(DAY_MS, 7), (4 * HOUR_MS, 42), (5 * HOUR_MS, 34)])
def test_a_regime_is_sorted_by_the_week_before_however_long_a_bar_is(
    interval_ms: int, bars: int, make_market: Callable[..., Market], idle: Any, case_of: Callable[..., Case]
) -> None:
    """Sorted by hand: the squared moves of as many bars as make 168 hours, rounded up, summed one by one."""
    moves = np.random.default_rng(8).normal(size=300) * 0.01
    hourly = make_market(list(100.0 * np.exp(np.cumsum(moves))))
    times = hourly.time_ms[0] + interval_ms * np.arange(300)
    market = replace(hourly, interval_ms=interval_ms, time_ms=times)
    moves[0] = 0.0
    week = [float(np.sum(moves[max(0, bar - bars) : bar] ** 2)) for bar in range(300)]
    place = np.argsort(np.argsort(week))
    found = volatility_terciles(case_of(idle, Universe("weeks", (market,))))
    assert found.tolist() == (place // 100).tolist()
