"""Does the compiled simulation of a genome agree with the plain one? What search asks of its best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from backtest.costs import Costs, costs_for
from backtest.parity import Difference, first_difference
from backtest.prepared import prepare
from backtest.reference import simulate_reference
from backtest.result import Trace
from backtest.trace import trace
from data.market import Universe
from evolution.evaluator import signals
from evolution.genome.genome import Genome


@dataclass(frozen=True, slots=True, eq=False)
class Disagreement:
    """Two simulators, one coin, two answers."""

    coin: str
    difference: Difference
    """The first one."""
    kernel: Trace
    reference: Trace


class Check(Protocol):
    """Finds the first coin on which the simulators of a genome part; None if they agree on all."""

    def disagreement(self, genome: Genome) -> Disagreement | None: ...


class ReferenceCheck:
    """Compares kernel and reference on the in-sample history, coin by coin, trade by trade.

    Parameters
    ----------
    universe
        The in-sample history.
    reference_costs
        Costs by coin that the reference is given; the kernel always has `costs_for`.
    """

    def __init__(self, universe: Universe, reference_costs: Callable[[str], Costs] = costs_for) -> None:
        self._universe = universe
        self._reference_costs = reference_costs

    def disagreement(self, genome: Genome) -> Disagreement | None:
        """Return the first coin's first difference to 1e-9, or None."""
        levels, risk = signals(genome, self._universe), genome.risk.to_risk()
        for market in self._universe:
            # Prepared anew each time: a prepared market is several times the size of its history.
            ours = trace(prepare(market, costs_for(market.coin)), levels[market.coin], risk)
            plain = simulate_reference(market, levels[market.coin], risk, self._reference_costs(market.coin))
            difference = first_difference(ours, plain, names=("kernel", "reference"))
            if difference is not None:
                return Disagreement(market.coin, difference, ours, plain)
        return None
