"""The whole report of one strategy."""

from __future__ import annotations

from dataclasses import dataclass

from organism.report.data import StrategyReport
from organism.sweep.scenarios import Sweep
from organism.views.chapters.ancestry import Ancestry
from organism.views.chapters.chance import Chance
from organism.views.chapters.costs import CostRow
from organism.views.chapters.distribution import Spreads
from organism.views.chapters.equity import EquityLine
from organism.views.chapters.fan import Fan
from organism.views.chapters.months import YearRow
from organism.views.chapters.rolling import RollingLine
from organism.views.chapters.trades import CoinTrades


@dataclass(frozen=True, slots=True, eq=False)
class WholeReport:
    """All chapters. Each slice in them is one that the vault has opened for the strategy, or the one it was bred on."""

    said: StrategyReport
    """Verdict, gates, rule, registration, coins, regimes, alarms and unknowns."""
    equity: tuple[EquityLine, ...]
    years: tuple[YearRow, ...]
    rolling: tuple[RollingLine, ...]
    spreads: Spreads | None
    fans: tuple[Fan, ...]
    coins: tuple[CoinTrades, ...]
    """Candles and trades; empty if they cannot be told, see `untraced`."""
    costs: tuple[CostRow, ...]
    neighbourhood: Sweep | None
    """In sample; None if it cannot be told, or the rule has no volatility."""
    chance: Chance | None
    ancestry: Ancestry
    untraced: str = ""
    """Why there are no trades, costs and neighbours; empty if there are."""
