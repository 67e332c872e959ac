"""The measuring half of the gauntlet: pure, repeatable, used by judging and by replay alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from backtest.costs import Costs
from backtest.oracle import engine_report
from backtest.risk import Risk
from backtest.splits import Slice, Slices, split_60_20_20
from data.intervals import bars_per_year
from data.market import FloatArray, IntArray, Universe
from evolution.evaluator import FeatureStore
from organism.gauntlet.alarms import Alarms
from organism.gauntlet.benchmark import DailyReturns, daily_returns
from organism.gauntlet.case import CAPITAL_USDC, Case
from organism.gauntlet.coin_comparison import compare_coins
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.regimes import regime_rows
from organism.gauntlet.retuning import Retuning, measure_retuning
from organism.gauntlet.scale import NoScale, frozen_scale
from organism.gauntlet.stages.base import Stage
from organism.gauntlet.stages.programme import (
    agreement_stages,
    held_out_stages,
    in_sample_stages,
    robustness_stages,
)
from organism.gauntlet.subject import Subject
from organism.gauntlet.verdict import StageResult, measure
from organism.registry.states import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class SliceRecord:
    """What a strategy did on one slice, for people and for inference."""

    slice: Slice
    returns: FloatArray
    """Shape (n_bars,): pooled returns of the slice."""
    time_ms: IntArray
    """Shape (n_bars,)."""
    metrics: dict[str, float | None]
    daily: DailyReturns
    """Strategy and benchmarks, day by day."""
    coins: tuple[dict[str, Any], ...]
    """One row a coin: its metrics, its trades, its share of bars with unknown funding, how it stands beside others."""
    regimes: tuple[dict[str, Any], ...] = ()
    """One row a state of volatility, of trend and of a hidden model; see `regime_rows`."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the correction for many questions rests on."""

    sha256: str
    """Of the registration."""
    n_earlier: int
    """Other genotypes that had seen some of the held-out time before."""
    p_values: Mapping[str, float]
    """Of every registered candidate, by genotype hash."""


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """Everything measured on one subject so far."""

    scale: float | None
    """The frozen scale; None if the subject has no volatility in sample, or its orders become too small."""
    longest_holding_bars: int
    """Longest round trip in sample."""
    stages: tuple[StageResult, ...]
    slices: tuple[SliceRecord, ...]
    retuning: Retuning | None = None
    """What re-tuning would have done on the walk-forward slice; None until that slice is examined."""
    engine: tuple[dict[str, Any], ...] = ()
    """vectorbt's own statistics of the in-sample sleeves, a row a coin; empty until the simulators were compared."""
    registered: Registered | None = None
    """Who was asked beside it; None unless both held-out slices were passed."""
    alarms: Alarms | None = None
    """What its run looks like; None unless it was registered. A replay of one strategy does not repeat them."""

    @property
    def passed(self) -> bool:
        """Whether every stage so far was passed."""
        return all(stage.verdict is Verdict.PASS for stage in self.stages)

    def slice_record(self, name: str) -> SliceRecord:
        """Return the record of `IS`, `OOS` or `WF`, which must have been examined."""
        return next(record for record in self.slices if record.slice.name == name)


def whole_slice(name: str, universe: Universe) -> Slice:
    """Return all bars of a universe as one slice."""
    end_ms = int(universe.time_ms[-1]) + universe.interval_ms
    return Slice(name, 0, universe.n_bars, int(universe.time_ms[0]), end_ms)


def examine_in_sample(
    subject: Subject, universe: Universe, policy: GauntletPolicy, features: FeatureStore | None = None
) -> Examination:
    """Freeze the scale and run the cheap in-sample stages; the first miss ends it.

    `universe` is the in-sample history alone.
    """
    case = Case(subject, universe, whole_slice("IS", universe), subject.risk, policy, features)
    scale = frozen_scale(case)
    longest = max((_longest(trace.trades.exit_bar - trace.trades.entry_bar) for trace in case.traces()), default=0)
    if isinstance(scale, NoScale):
        return Examination(None, longest, (_without_scale(scale, len(universe.coins)),), ())
    scaled = replace(case, risk=replace(case.risk, scale=scale))
    record = _record(scaled, n_fitted=scaled.slice.stop)
    return Examination(scale, longest, _run(scaled, in_sample_stages(policy)), (record,))


def _without_scale(found: NoScale, n_coins: int) -> StageResult:
    """Return the stage that a subject without a frozen scale has not passed."""
    if not found.n_too_small:
        meaning = "Without a varying equity there is nothing to judge."
        return measure("volatility in sample", "IS", float("nan"), ">", 0.0, meaning=meaning)
    share, smallest = CAPITAL_USDC / n_coins, Costs().minimum_order_usdc
    return measure(
        "orders above the smallest",
        "IS",
        0.0,
        ">",
        0.0,
        meaning=f"{CAPITAL_USDC:,.0f} USDC over {n_coins} coins are {share:,.2f} USDC a coin, and "
        f"{share * found.tried:,.2f} at scale {found.tried:.2g}, which the risk target asks for: none of its "
        f"{found.n_too_small:,} orders comes to {smallest:g} USDC, the smallest that are made. This says nothing of "
        "the rule; on fewer coins it can be judged.",
    )


def examine_robustness(
    examination: Examination,
    subject: Subject,
    universe: Universe,
    policy: GauntletPolicy,
    features: FeatureStore | None = None,
) -> Examination:
    """Let a subject prove in sample that it knows no future and has good neighbours; see `robustness_stages`."""
    case = Case(subject, universe, whole_slice("IS", universe), _scaled(subject, examination), policy, features)
    return replace(examination, stages=examination.stages + _run(case, robustness_stages(policy)))


def agreement_case(examination: Examination, subject: Subject, universe: Universe, policy: GauntletPolicy) -> Case:
    """Return what the simulators are compared on: the in-sample slice at the frozen scale."""
    return Case(subject, universe, whole_slice("IS", universe), _scaled(subject, examination), policy)


def examine_agreement(
    examination: Examination, subject: Subject, universe: Universe, policy: GauntletPolicy
) -> Examination:
    """Let the reference and vectorbt repeat the in-sample slice."""
    case = agreement_case(examination, subject, universe, policy)
    repeated = replace(examination, stages=examination.stages + _run(case, agreement_stages()))
    if not repeated.passed:
        return repeated
    rows = tuple(
        {"coin": market.coin, **_finite(engine_report(market, trace))}
        for market, trace in zip(universe, case.traces(), strict=True)
    )
    return replace(repeated, engine=rows)


def examine_held_out(
    examination: Examination, subject: Subject, universe: Universe, part: Slice, policy: GauntletPolicy
) -> Examination:
    """Run the stages of a held-out slice; `universe` must end where the slice ends."""
    case = Case(subject, universe, part, _scaled(subject, examination), policy)
    return replace(
        examination,
        stages=examination.stages + _run(case, held_out_stages(policy, part.name)),
        slices=(*examination.slices, _record(case, n_fitted=examination.slice_record("IS").slice.stop)),
        retuning=measure_retuning(case, policy.walk_forward.folds) if part.name == "WF" else None,
    )


def slices_for(time_ms: IntArray, interval_ms: int, longest_holding_bars: int) -> Slices:
    """Return the slices of a whole calendar for a subject that held at most this long in sample."""
    return split_60_20_20(time_ms, interval_ms, longest_holding_bars)


def _scaled(subject: Subject, examination: Examination) -> Risk:
    assert examination.scale is not None
    return replace(subject.risk, scale=examination.scale)


def _run(case: Case, stages: tuple[Stage, ...]) -> tuple[StageResult, ...]:
    results: list[StageResult] = []
    for stage in stages:
        results.append(stage.judge(case))
        if results[-1].verdict is not Verdict.PASS:
            break
    return tuple(results)


def _longest(held_bars: IntArray) -> int:
    return int(held_bars.max()) if held_bars.size else 0


def _record(case: Case, *, n_fitted: int) -> SliceRecord:
    pooled = case.pooled()
    bars = slice(case.slice.start, case.slice.stop)
    year = bars_per_year(case.universe.interval_ms)
    compared = compare_coins(case.traces(), case.universe.time_ms[bars], year)
    coins = tuple(
        {
            "coin": market.coin,
            "metrics": _plain(sleeve.metrics),
            "n_forced": sleeve.counts.n_forced,
            "n_skipped": sleeve.counts.n_skipped,
            "n_capped": sleeve.counts.n_capped,
            "n_liquidations": sleeve.counts.n_liquidations,
            "capital_usdc": CAPITAL_USDC / len(case.universe.markets),
            "share_unavailable": float(np.mean(~market.is_available[bars])),
            "share_funding_unknown": float(np.mean(np.isnan(market.funding_cost[bars]))),
            "beside_others": asdict(comparison),
        }
        for market, sleeve, comparison in zip(case.universe, pooled.sleeves, compared, strict=True)
    )
    return SliceRecord(
        case.slice,
        np.array(pooled.returns),
        np.array(case.universe.time_ms[bars]),
        _plain(pooled.metrics),
        daily_returns(case),
        coins,
        regime_rows(case, n_fitted),
    )


def _plain(metrics: Any) -> dict[str, float | None]:
    """Return the metrics as JSON values; a statistic that does not exist is None."""
    return _finite({name: float(getattr(metrics, name)) for name in metrics.__dataclass_fields__})


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in values.items()}
