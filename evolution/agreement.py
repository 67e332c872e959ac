"""Is the score of a genome the one that the plain simulation gives it? What search asks about its best.

Three things are proved of one genotype, coin by coin and together: that the compiled simulation and the plain one
agree on every trade and on the equity of every bar; that the score by which search ranks it is that of the plain
equity; and, since the levels are computed here for this genome alone, that what the evaluator remembers of other
genomes has changed none of them. Not proved is the worth of the opcodes, which both sides ask: their own tests do that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

from backtest.costs import Costs, costs_for
from backtest.parity import Difference, first_difference
from backtest.pooling import CAPITAL_USDC
from backtest.prepared import prepare
from backtest.reference import pool_reference, simulate_reference
from backtest.result import Trace
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.trace import trace
from data.intervals import bars_per_year
from data.market import Market, Universe
from evolution.evaluator import signals
from evolution.evaluator.task import task_of
from evolution.fitness import Score, score_of, terms_of
from evolution.genome.genome import Genome
from evolution.repetition import N_BLOCKS

TOLERANCE = 1e-9
TURNED_BITS = 2
"""Of a sketch, in which two simulations may differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Disagreement:
    """Two simulators, one coin, two answers."""

    coin: str
    """The first coin of all where only the score differs."""
    difference: Difference
    """The first one."""
    kernel: Trace
    reference: Trace


class Check(Protocol):
    """Finds where the simulators of a genome part, or where its score is not theirs; None if all agree."""

    def disagreement(self, genome: Genome, score: Score) -> Disagreement | None: ...


class ReferenceCheck:
    """Compares kernel and reference on the in-sample history, trade by trade, and their score with that of search.

    Parameters
    ----------
    universe
        The in-sample history.
    reference_costs
        Costs by coin that the reference is given; the kernel always has `costs_for`.
    """

    def __init__(self, universe: Universe, reference_costs: Callable[[str], Costs] = costs_for) -> None:
        self.universe = universe
        """The in-sample history."""
        self._reference_costs = reference_costs

    def disagreement(self, genome: Genome, score: Score | None = None) -> Disagreement | None:
        """Return the first coin's first difference to 1e-9, then that of the score if one is given, or None."""
        levels, risk = signals(genome, self.universe), genome.risk.to_risk()
        plain: list[Trace] = []
        for market in self.universe:
            plain.append(self._reference(market, levels[market.coin], risk))
            ours = self._kernel(market, levels[market.coin], risk)
            difference = first_difference(ours, plain[-1], TOLERANCE, names=("kernel", "reference"))
            if difference is not None:
                return Disagreement(market.coin, difference, ours, plain[-1])
        difference = None if score is None else self._difference_of_score(genome, score, plain)
        if difference is None:
            return None
        first = self.universe.markets[0]
        return Disagreement(first.coin, difference, self._kernel(first, levels[first.coin], risk), plain[0])

    @property
    def _capital_usdc(self) -> float:
        return CAPITAL_USDC / len(self.universe.markets)

    def _reference(self, market: Market, levels: Signals, risk: Risk) -> Trace:
        costs = self._reference_costs(market.coin)
        return simulate_reference(market, levels, risk, costs, initial_capital=self._capital_usdc, n_blocks=N_BLOCKS)

    def _kernel(self, market: Market, levels: Signals, risk: Risk) -> Trace:
        # Prepared anew each time: a prepared market is larger than its history.
        prepared = prepare(market, costs_for(market.coin))
        return trace(prepared, levels, risk, initial_capital=self._capital_usdc, n_blocks=N_BLOCKS)

    def _difference_of_score(self, genome: Genome, score: Score, plain: Sequence[Trace]) -> Difference | None:
        pooled = pool_reference(plain, bars_per_year(self.universe.interval_ms))
        task = task_of(genome)
        expected = score_of(pooled, task.size, task.parts, 0, terms_of(self.universe))
        if not isinstance(expected, Score):
            return Difference(None, "score", "sharpe", score.sharpe, expected.reason.value, ("search", "reference"))
        for field in fields(Score):
            found, wanted = getattr(score, field.name), getattr(expected, field.name)
            if not _agree(field.name, found, wanted):
                return Difference(None, "score", field.name, found, wanted, ("search", "reference"))
        return None


def _agree(name: str, found: float, wanted: float) -> bool:
    if name == "sketch":
        # A bit turns where a block earned the mean to the last digit.
        return (int(found) ^ int(wanted)).bit_count() <= TURNED_BITS
    allowed = TOLERANCE * max(1.0, abs(wanted)) if isinstance(wanted, float) else 0
    # Written so that NaN is no agreement.
    return abs(found - wanted) <= allowed
