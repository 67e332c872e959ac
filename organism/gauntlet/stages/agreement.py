"""Three simulators, one answer: kernel, plain reference, vectorbt."""

from __future__ import annotations

from dataclasses import dataclass

from backtest.costs import costs_for
from backtest.oracle import accounting_parity, without_funding
from backtest.parity import first_difference
from backtest.prepared import prepare
from backtest.reference import simulate_reference
from backtest.trace import trace
from data.market import Market
from organism.gauntlet.case import CAPITAL_USDC, N_BLOCKS, Case
from organism.gauntlet.verdict import StageResult, measure


@dataclass(frozen=True, slots=True)
class ReferenceAgrees:
    """The fused kernel and the slow plain simulator, trade by trade."""

    slice_name: str
    name: str = "coins on which the reference differs"
    cost: int = 1_000

    def judge(self, case: Case) -> StageResult:
        differing = 0
        for market, ours in zip(case.universe, case.traces(), strict=True):
            plain = simulate_reference(
                market,
                case.signals[market.coin],
                case.risk,
                costs_for(market.coin),
                start=case.slice.start,
                stop=case.slice.stop,
                initial_capital=CAPITAL_USDC / len(case.universe.markets),
                n_blocks=N_BLOCKS,
            )
            differing += first_difference(ours, plain) is not None
        return measure(
            self.name,
            self.slice_name,
            float(differing),
            "<",
            1.0,
            meaning="Kernel against the plain reference, to 1e-9.",
        )


@dataclass(frozen=True, slots=True)
class AccountingAgrees:
    """Every order of ours, booked by vectorbt."""

    slice_name: str
    name: str = "coins on which vectorbt differs"
    cost: int = 1_000

    def judge(self, case: Case) -> StageResult:
        differing = sum(1 for market in case.universe if not self._agrees(case, market))
        return measure(
            self.name,
            self.slice_name,
            float(differing),
            "<",
            1.0,
            meaning="Our own orders through vectorbt's books with fixed amounts, funding set aside, to 1e-9.",
        )

    def _agrees(self, case: Case, market: Market) -> bool:
        costs = costs_for(market.coin)
        unfunded = without_funding(market)
        ours = trace(
            prepare(unfunded, costs),
            case.signals[market.coin],
            case.risk,
            start=case.slice.start,
            stop=case.slice.stop,
            initial_capital=CAPITAL_USDC / len(case.universe.markets),
            n_blocks=N_BLOCKS,
        )
        return accounting_parity(unfunded, ours, costs).agrees
