"""What a genome is worth in sample: objectives, or a typed reason why it has none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from backtest.costs import costs_for
from backtest.kernel import Workspace
from backtest.pooling import simulate_pooled
from backtest.prepared import PreparedMarket, prepare
from backtest.result import PooledResult
from data.errors import GenomeError
from data.market import Universe
from evolution.evaluator import FeatureStore, signals
from evolution.evaluator.features import DEFAULT_BUDGET_BYTES
from evolution.genome.genome import Genome

N_BLOCKS = 6
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


class Evaluator:
    """Scores genomes on one in-sample universe; one per process.

    Parameters
    ----------
    universe
        The in-sample history alone, with arrays of its own.
    minimum_trades
        Fewer round trips than this, summed over coins, are no fitness.
    feature_bytes
        Budget of the feature store.
    """

    def __init__(self, universe: Universe, *, minimum_trades: int, feature_bytes: int = DEFAULT_BUDGET_BYTES) -> None:
        self._universe = universe
        self._minimum_trades = minimum_trades
        self._prepared: list[PreparedMarket] = [prepare(market, costs_for(market.coin)) for market in universe]
        self._features = FeatureStore(universe, feature_bytes)
        self._workspace = Workspace(universe.n_bars)

    def pooled(self, genome: Genome) -> PooledResult:
        """Simulate one genome on the whole universe at scale 1; without the returns of its pool."""
        levels = signals(genome, self._universe, self._features)
        return simulate_pooled(
            self._prepared,
            list(levels.values()),
            genome.risk.to_risk(),
            start=0,
            stop=self._universe.n_bars,
            n_blocks=N_BLOCKS,
            workspace=self._workspace,
            keep_returns=False,
        )

    def evaluate(self, genome: Genome) -> Evaluation:
        """Score one genome; whatever goes wrong comes back as a value, but an interruption is none of it."""
        try:
            pooled = self.pooled(genome)
        except GenomeError as error:
            return Rejected(Reason.SHORT_HISTORY, str(error))
        except MemoryError as error:
            return Rejected(Reason.OUT_OF_MEMORY, str(error)[:500])
        except Exception as error:  # the evaluation loop: one genome must not stop a night's run
            if _was_interrupted(error):
                raise KeyboardInterrupt from error
            return Rejected(Reason.ERROR, f"{type(error).__name__}: {error}"[:500])
        return score_of(pooled, genome.size, self._minimum_trades)


def _was_interrupted(error: BaseException | None) -> bool:
    """Return whether Ctrl-C is behind an error: struck inside compiled code, it comes out as a SystemError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def score_of(pooled: PooledResult, size: int, minimum_trades: int) -> Evaluation:
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
