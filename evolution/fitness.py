"""What a genome is worth in sample: objectives, or a typed reason why it has none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from backtest.costs import costs_for
from backtest.result import Failure, Metrics
from data.intervals import bars_per_year
from data.market import Universe
from evolution.repetition import repetition_of

NATS_PER_PART = 1.0
"""Logarithm of how many times as many rules there are with a part more, as far as they trade differently."""


class Reason(StrEnum):
    """Why a genome has no fitness."""

    TOO_FEW_TRADES = "too_few_trades"
    RUINED = "ruined"
    ZERO_VARIANCE = "zero_variance"
    SHORT_HISTORY = "short_history"
    NOT_FINITE = "not_finite"
    ERROR = "error"
    """An unexpected exception, kept with its text."""
    WORKER_LOST = "worker_lost"
    """The process that evaluated it died, more than once."""
    TOO_SLOW = "too_slow"
    """It was not done within the limit of time, more than once."""
    OUT_OF_MEMORY = "out_of_memory"
    """It needed more memory than a worker may take."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An evaluation without fitness; it never competes."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """An evaluation with fitness. Everything is in sample, pooled over coins, after costs."""

    sharpe: float
    """Annual; to be maximised."""
    stability: float
    """Mean over standard deviation (ddof=1) of the log returns of six equal blocks, within +-10; to be maximised."""
    size: int
    """Number of nodes; to be minimised."""
    n_trades: int
    net_return: float
    max_drawdown: float
    turnover: float
    exposure: float
    floor: float
    """How even over coins and time: see `repetition_of`; to be maximised."""
    sharpe_before_costs: float
    """About what the Sharpe ratio would be without fees and slippage: see `before_costs`."""
    sketch: int
    """When it earns, in 48 bits: see `repetition_of`."""
    parts: int
    """How much a person has to read to know the rule: see `rows.parts`; to be minimised."""
    evidence: float
    """What speaks for it beyond what as many parts could fit by chance, in nats: see `evidence_of`; to be maximised."""
    promise: float
    """The same of the Sharpe ratio before costs: what would speak for it if it traded less; to be maximised."""


Evaluation = Score | Rejected


class Terms(NamedTuple):
    """What a score needs to know of the history."""

    years: float
    cost_share: float
    """Fee and slippage of a fill, as a fraction of its notional; the mean over coins."""


def terms_of(universe: Universe) -> Terms:
    """Return the terms of a universe under the usual costs."""
    costs = [costs_for(market.coin) for market in universe]
    bps = sum(one.taker_fee_bps + one.slippage_bps for one in costs) / len(costs)
    return Terms(universe.n_bars / bars_per_year(universe.interval_ms), bps / 1e4)


class Pooled(Protocol):
    """What a score is made of."""

    @property
    def metrics(self) -> Metrics: ...

    @property
    def failure(self) -> Failure | None: ...

    @property
    def block_log_returns(self) -> NDArray[np.float64]: ...

    @property
    def case_log_returns(self) -> NDArray[np.float64]: ...


CASES: dict[tuple[int, float], NDArray[np.float64]] = {}
"""Of the experiment alone: log returns of coins and parts over the volatility of a rule, by sketch and Sharpe."""


def score_of(pooled: Pooled, size: int, parts: int, minimum_trades: int, terms: Terms) -> Evaluation:
    """Turn a simulation of `N_BLOCKS` blocks into objectives or a reason; NaN never wins."""
    metrics = pooled.metrics
    if pooled.failure is not None:
        return Rejected(Reason(pooled.failure.value))
    if metrics.n_trades < minimum_trades:
        return Rejected(Reason.TOO_FEW_TRADES, f"{metrics.n_trades} of {minimum_trades}")
    stability, floor, sketch = repetition_of(pooled.block_log_returns, pooled.case_log_returns)
    gross = before_costs(metrics, terms)
    cases = pooled.case_log_returns
    deviation = float(pooled.block_log_returns.std())
    CASES[(sketch, metrics.sharpe)] = cases.reshape(cases.shape[0], 6, -1).sum(axis=2).ravel() / (deviation or 1.0)
    score = Score(
        sharpe=metrics.sharpe,
        stability=stability,
        size=size,
        n_trades=metrics.n_trades,
        net_return=metrics.net_return,
        max_drawdown=metrics.max_drawdown,
        turnover=metrics.turnover,
        exposure=metrics.exposure,
        floor=floor,
        sharpe_before_costs=gross,
        sketch=sketch,
        parts=parts,
        evidence=evidence_of(metrics.sharpe, parts, terms.years),
        promise=evidence_of(gross, parts, terms.years),
    )
    if not all(map(math.isfinite, (score.stability, score.floor, score.promise, score.evidence))):
        return Rejected(Reason.NOT_FINITE, f"sharpe {score.sharpe}, stability {score.stability}")
    return score


def evidence_of(sharpe: float, parts: int, years: float) -> float:
    """Return half the squared t of a Sharpe ratio, with its sign, less what its description costs.

    Of rules that hold nothing, one in exp(t^2 / 2) or so has a t as high, and there are some exp(`NATS_PER_PART`) as
    many rules for every part more: above zero a rule earns more than the best of all that are no longer (minimum
    description length, Rissanen 1978).
    """
    return math.copysign(0.5 * sharpe * sharpe * years, sharpe) - NATS_PER_PART * parts


def t_of(score: Score) -> float:
    """Return the t of a score's Sharpe ratio, which its evidence was made of."""
    nats = score.evidence + NATS_PER_PART * score.parts
    return math.copysign(math.sqrt(2.0 * abs(nats)), nats)


def before_costs(metrics: Metrics, terms: Terms) -> float:
    """Return about the Sharpe ratio that a rule would have without fees and slippage.

    It is a guide for search and no result: the volatility v follows from Sharpe ratio s and annual log growth g by
    g = s v - v^2 / 2, and costs are taken to be spread evenly over an equity that grows at an even rate.
    """
    if not (math.isfinite(metrics.sharpe) and metrics.net_return > -1.0):
        return math.nan
    growth, sharpe = math.log1p(metrics.net_return) / terms.years, metrics.sharpe
    root = math.sqrt(max(0.0, sharpe * sharpe - 2.0 * growth))
    volatility = sharpe - root if growth > 0.0 and sharpe > root else sharpe + root
    if volatility <= 0.0:
        return sharpe
    whole = growth * terms.years
    mean_equity = math.expm1(whole) / whole if abs(whole) > 1e-9 else 1.0
    return sharpe + metrics.turnover * terms.cost_share / mean_equity / volatility
