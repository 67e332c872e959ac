"""All that is known of one strategy, as the screen of a strategy shows it."""

from __future__ import annotations

from dataclasses import dataclass

from organism.report.data import CoinRow, MemberRow, RegimeRow, StageRow
from organism.views.board import Card, EventRow


@dataclass(frozen=True, slots=True)
class SliceCurve:
    """Equity and drawdown over a slice that the vault has opened for it, or over the one that it was bred on."""

    slice: str
    first: str
    """UTC day of the first bar, and of the last."""
    last: str
    equity: tuple[float, ...]
    """The capital being 1; thinned, with every peak and trough kept."""
    drawdown: tuple[float, ...]
    """Fraction below the highest equity so far, at or below 0."""
    net_return: float
    worst: float


@dataclass(frozen=True, slots=True)
class StrategyPage:
    """What the registry and the evidence say."""

    card: Card
    events: tuple[EventRow, ...]
    explanation: str
    n_tried: int | None = None
    """Distinct genomes scored, or asked about by a screen, before it was judged; None if it was not judged."""
    verdict: str = ""
    reason: str = ""
    stages: tuple[StageRow, ...] = ()
    curves: tuple[SliceCurve, ...] = ()
    sealed: tuple[str, ...] = ()
    """Slices that the vault has not opened for it."""
    ruined: tuple[str, ...] = ()
    """Slices that were judged and have no equity, as a sleeve was ruined there."""
    coins: tuple[CoinRow, ...] = ()
    regimes: tuple[RegimeRow, ...] = ()
    alarms: tuple[str, ...] = ()
    """What is known of its run: alarms of its verdict, and of the whole search on permuted bars."""
    unknowns: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    members: tuple[MemberRow, ...] = ()
    """Who was registered with it."""
    n_earlier: int = 0
    snapshot_id: str = ""
    policy_hash: str = ""
    evidence_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What has to be simulated for the trades of a strategy."""

    run: str
    """On whose in-sample bars."""
    rule: str
    """Canonical JSON."""
    scale: float
    """Of the risk; 1 before the gauntlet has frozen it."""


@dataclass(frozen=True, slots=True)
class TradeRow:
    """One round trip in sample."""

    coin: str
    side: str
    entry: str
    """UTC."""
    leave: str
    entry_price: float
    exit_price: float
    profit: float
    """USDC after fees and funding."""
    reason: str
    """What closed it."""


@dataclass(frozen=True, slots=True)
class TradeList:
    """The newest round trips in sample."""

    rows: tuple[TradeRow, ...]
    """The newest first."""
    n: int
    n_profitable: int
    profit: float
    scale: float
    """Of the risk; 1 before the gauntlet has frozen it."""
    first: str
    last: str
