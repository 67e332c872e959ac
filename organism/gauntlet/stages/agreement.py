"""Three simulators, one answer: kernel, plain reference, vectorbt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backtest.costs import costs_for
from backtest.oracle import accounting_parity, logic_parity, without_funding
from backtest.parity import Difference, first_difference
from backtest.prepared import prepare
from backtest.reference import simulate_reference
from backtest.result import Trace
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
        ours = dict(zip(case.universe.coins, case.traces(), strict=True))
        return _count(
            self,
            case,
            lambda market: _against_reference(case, market, ours[market.coin]),
            "Kernel against the plain reference, to 1e-9.",
        )


@dataclass(frozen=True, slots=True)
class AccountingAgrees:
    """Every order of ours, booked by vectorbt."""

    slice_name: str
    name: str = "coins on which vectorbt differs"
    cost: int = 1_000

    def judge(self, case: Case) -> StageResult:
        return _count(
            self,
            case,
            lambda market: _against_books(case, market),
            "Our own orders through vectorbt's books with fixed amounts, funding set aside, to 1e-9.",
        )


@dataclass(frozen=True, slots=True)
class LogicAgrees:
    """vectorbt's own decisions on the same signals, on the rules that both simulators know."""

    slice_name: str
    name: str = "coins on which vectorbt's logic differs"
    cost: int = 1_000

    def judge(self, case: Case) -> StageResult:
        return _count(
            self,
            case,
            lambda market: _against_logic(case, market),
            "vectorbt trades the same signals by itself: entries, exits, reversals, stops and targets at a fixed "
            "share of cash, without funding, liquidation and time exit, to 1e-9.",
        )


def _count(
    stage: ReferenceAgrees | AccountingAgrees | LogicAgrees,
    case: Case,
    compare: Callable[[Market], Difference | None],
    meaning: str,
) -> StageResult:
    """Count the coins with a difference, and say what the first one is."""
    found = [(market.coin, compare(market)) for market in case.universe]
    differing = [f"{coin}: {difference}" for coin, difference in found if difference is not None]
    if differing:
        meaning = f"{meaning} First difference of {differing[0]}."
    return measure(stage.name, stage.slice_name, float(len(differing)), "<", 1.0, meaning=meaning)


def _against_reference(case: Case, market: Market, ours: Trace) -> Difference | None:
    plain = simulate_reference(
        market, case.signals[market.coin], case.risk, costs_for(market.coin), n_blocks=N_BLOCKS, **_sleeve(case)
    )
    return first_difference(ours, plain, names=("kernel", "reference"))


def _against_books(case: Case, market: Market) -> Difference | None:
    costs = costs_for(market.coin)
    unfunded = without_funding(market)
    ours = trace(prepare(unfunded, costs), case.signals[market.coin], case.risk, n_blocks=N_BLOCKS, **_sleeve(case))
    return accounting_parity(unfunded, ours, costs).first_difference


def _against_logic(case: Case, market: Market) -> Difference | None:
    return logic_parity(
        market, case.signals[market.coin], case.risk, costs_for(market.coin), **_sleeve(case)
    ).first_difference


def _sleeve(case: Case) -> dict[str, Any]:
    """Return the slice and the capital of one coin, under the names of every simulator."""
    return {
        "start": case.slice.start,
        "stop": case.slice.stop,
        "initial_capital": CAPITAL_USDC / len(case.universe.markets),
    }
