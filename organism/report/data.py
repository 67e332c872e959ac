"""Plain view-models of the reports: what is shown, without how."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MAX_POINTS = 2_000


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of the gauntlet: what was measured against what."""

    name: str
    slice: str
    """Name of the slice that it judged on."""
    measured: str
    """With its unit, as it is to be read."""
    threshold: str
    verdict: str
    """Pass, Marginal, Watch or Kill."""
    meaning: str
    """What the verdict means to a trader, one sentence."""


@dataclass(frozen=True, slots=True)
class CoinRow:
    """One coin's sleeve over one slice."""

    coin: str
    slice: str
    sharpe: float
    """Annual; NaN when it does not exist."""
    net_return: float
    """Fraction of the sleeve's capital after all costs."""
    n_trades: int
    max_drawdown: float
    """Positive fraction."""
    sharpe_without: float | None = None
    """Of the strategy on all coins but this one; None where it does not exist, as in evidence of older versions."""
    difference: float | None = None
    """Sharpe ratio of its days less the mean of the other coins'."""
    p_value: float | None = None
    """Of "the difference is luck", corrected for all coins."""


@dataclass(frozen=True, slots=True)
class RegimeRow:
    """All sleeves over one slice, on the bars on which their coins were in one state."""

    kind: str
    """volatility, trend or hidden."""
    state: str
    """Known at the close before the bar; unknown where the history before it is too short or has a hole."""
    slice: str
    share_bars: float
    """Fraction of the bars of all coins."""
    n_trades: int
    """Entered in this state."""
    net_return: float
    """Fraction of the capital after all costs; those of a kind add up to that of the slice."""
    sharpe: float
    """Annual, of these bars alone; NaN when it does not exist."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One of those that were registered together."""

    strategy_id: str
    p_value: float | None
    """One-sided, of its alpha on both held-out slices; 1 if it was not asked on both, None where it is not known."""
    corrected: float | None
    """After Holm's correction for all questions."""
    is_this_one: bool


@dataclass(frozen=True, slots=True)
class RegistrationTable:
    """Who was to be asked on held-out bars, fixed before any of them was read."""

    sha256: str
    members: tuple[MemberRow, ...]
    n_earlier: int
    """Other genotypes that had seen some of the held-out time before."""
    n_tried: int
    """Genotypes tried in the home by then, and what screens have asked about."""


@dataclass(frozen=True, slots=True, eq=False)
class StrategyReport:
    """What is said of one strategy; coins and regimes of a sealed slice are refused."""

    strategy_id: str
    state: str
    """Lifecycle state."""
    verdict: str
    """The whole gauntlet's word: GRADUATE, WATCH, KILL or QUARANTINE."""
    rendered: str
    """The rule, from `evolution.genome.render`."""
    explanation: str
    """The rule in words, from `evolution.genome.explain`."""
    stages: tuple[StageRow, ...]
    coins: tuple[CoinRow, ...]
    unknowns: tuple[str, ...]
    """What was not known: share of bars with unknown funding per slice, notes."""
    n_tried: int
    """Genotypes tried before this one was judged, and what screens have asked about."""
    snapshot_id: str
    policy_hash: str
    sealed: tuple[str, ...] = ()
    """Names of the slices that the vault has not opened for it."""
    reason: str = ""
    """Why the verdict is what it is, one line."""
    registration: RegistrationTable | None = None
    """None if it was not registered."""
    alarms: tuple[str, ...] = ()
    """What its run looks like, in sentences; gates nobody."""
    stamps: tuple[str, ...] = ()
    """Where the rules were not those that a reader would expect, in sentences."""
    evidence_sha256: str = ""
    regimes: tuple[RegimeRow, ...] = ()
    """Empty if it was judged before they were measured."""
    history: tuple[str, ...] = ()
    """Where the bars that it was judged on are from, in sentences."""

    def __post_init__(self) -> None:
        # A stage that was not reached is listed, so the slice of a stage is no proof of an opening.
        shown = [row.slice for row in self.coins] + [row.slice for row in self.regimes]
        for name in shown:
            if name in self.sealed:
                raise ValueError(f"report of {self.strategy_id!a} shows slice {name!a}, which the vault has not opened")


@dataclass(frozen=True, slots=True)
class LeaderboardRow:
    """One strategy on one market. A slice that the vault has not opened has None, a failure NaN."""

    strategy_id: str
    verdict: str
    rule: str
    """The rule, from `evolution.genome.render`."""
    in_sample_sharpe: float | None
    out_of_sample_sharpe: float | None
    walk_forward_sharpe: float | None
    max_drawdown: float | None
    """Positive fraction, the worst of the slices judged."""
    n_trades: int | None
    """Over the slices judged."""
    remark: str = ""
    """Why it failed, or what speaks for it."""


@dataclass(frozen=True, slots=True)
class MarketSection:
    """The strategies of one market, best first."""

    name: str
    description: str
    rows: tuple[LeaderboardRow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeaderboardReport:
    """Several markets on one page, and the sentence that matters."""

    title: str
    headline: str
    markets: tuple[MarketSection, ...]


def drawdown(equity: FloatArray) -> FloatArray:
    """Return the fall from the highest equity so far as a fraction at or below 0, shape (n_bars,)."""
    peak = np.maximum.accumulate(equity)
    return equity / peak - 1.0


def thinned(values: FloatArray, limit: int = MAX_POINTS) -> IntArray:
    """Return at most `limit` positions, in order, that keep the ends and every stretch's extremes.

    A curve drawn through them shows each peak and trough of the whole one; picking every k-th bar would not.
    """
    if limit < 4:
        raise ValueError(f"limit is {limit}; allowed is 4 or more")
    if values.size <= limit:
        return np.arange(values.size)
    kept = [0, values.size - 1]
    for stretch in np.array_split(np.arange(values.size), (limit - 2) // 2):
        kept += [int(stretch[np.argmin(values[stretch])]), int(stretch[np.argmax(values[stretch])])]
    return np.unique(kept)
