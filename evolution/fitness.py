"""What a genome is worth in sample: objectives, or a typed reason why it has none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backtest.result import Failure, Metrics

STABILITY_LIMIT = 10.0


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


Evaluation = Score | Rejected


class Pooled(Protocol):
    """What a score is made of."""

    @property
    def metrics(self) -> Metrics: ...

    @property
    def failure(self) -> Failure | None: ...

    @property
    def block_log_returns(self) -> NDArray[np.float64]: ...


def score_of(pooled: Pooled, size: int, minimum_trades: int) -> Evaluation:
    """Turn a simulation into objectives or a reason; NaN never wins."""
    metrics = pooled.metrics
    if pooled.failure is not None:
        return Rejected(Reason(pooled.failure.value))
    if metrics.n_trades < minimum_trades:
        return Rejected(Reason.TOO_FEW_TRADES, f"{metrics.n_trades} of {minimum_trades}")
    score = Score(
        sharpe=metrics.sharpe,
        stability=stability(pooled.block_log_returns),
        size=size,
        n_trades=metrics.n_trades,
        net_return=metrics.net_return,
        max_drawdown=metrics.max_drawdown,
        turnover=metrics.turnover,
        exposure=metrics.exposure,
    )
    if not (math.isfinite(score.sharpe) and math.isfinite(score.stability)):
        return Rejected(Reason.NOT_FINITE, f"sharpe {score.sharpe}, stability {score.stability}")
    return score


def stability(block_log_returns: NDArray[np.float64]) -> float:
    """Return mean / standard deviation (ddof=1) of block returns, shape (n_blocks,), limited to +-10.

    NaN if any block is NaN.
    """
    # Six numbers: plain arithmetic is ten times as fast as an array's.
    values: list[float] = block_log_returns.tolist()
    mean = sum(values) / len(values)
    if math.isnan(mean):
        return math.nan
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    if deviation == 0.0:
        return math.copysign(STABILITY_LIMIT, mean) if mean else 0.0
    return max(-STABILITY_LIMIT, min(STABILITY_LIMIT, mean / deviation))
