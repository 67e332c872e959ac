"""Two strategies side by side: plain values, for the terminal, the page, Markdown and JSON alike.

A and B are the two in the order in which they were named. What does not exist, or is not known, is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from organism.views.chapters.costs import CostRow
from organism.views.lineage import Behaviour, RuleLine

SCHEMA = 1
"""Of the JSON form."""
EARNED_THE_SAME = "they earned the same on every day"


class Finding(StrEnum):
    """What is said of the difference."""

    A_HIGHER = "A is higher"
    B_HIGHER = "B is higher"
    LUCK = "not more than luck"
    IN_SAMPLE_ONLY = "in sample only"
    """More than luck, but on bars on which both were chosen."""
    SAME = "the same"
    UNKNOWN = "not comparable"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, by its newest verdict."""

    id: str
    state: str
    verdict: str
    """GRADUATE, WATCH, KILL or QUARANTINE, or the state of one that has graduated and left."""
    reason: str
    run: str
    generation: int
    operator: str
    """What made it."""
    rendered: str
    snapshot_id: str
    policy_hash: str
    code_version: str
    evidence_sha256: str
    scale: float | None
    """Frozen from in-sample returns; None if it has no volatility."""
    n_tried: int
    """Genotypes tried before it was judged, and what screens have asked about."""
    n_openings: int
    """Other looks at the same held-out time before."""
    slices: tuple[str, ...]
    """Those that were judged."""
    stamps: tuple[str, ...] = ()
    """Where the rules of its verdict were not those that a reader would expect, in sentences."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One stage of the gauntlet; texts are empty for who did not come so far."""

    slice: str
    stage: str
    threshold_a: str
    threshold_b: str
    measured_a: str
    measured_b: str
    passed_a: bool | None
    passed_b: bool | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One strategy on the bars that both have."""

    net_return: float | None
    """Fraction, after all costs."""
    sharpe: float | None
    """Annual, of UTC days."""
    max_drawdown: float | None
    """Positive fraction, close to close."""


@dataclass(frozen=True, slots=True)
class SharpeTest:
    """B's annual Sharpe ratio less A's, and what luck makes of it."""

    difference: float
    low: float
    """Ends of the 95 % interval."""
    high: float
    p_value: float
    """Two-sided; see `backtest.inference.sharpe_difference`."""
    n_days: int
    block_days: int


@dataclass(frozen=True, slots=True)
class SliceComparison:
    """One slice that was judged for both, on the bars that both have."""

    name: str
    """IS, OOS, WF, or OOS+WF: both held-out slices put together."""
    first: str
    """UTC day of the first bar in common, and of the last."""
    last: str
    n_bars: int
    n_left_out: int
    """Bars of the slice that only one of the two has: its embargo was shorter."""
    a: Figures
    b: Figures
    correlation: float | None
    """Of the returns of days."""
    test: SharpeTest | None
    untested: str = ""
    """Why there is no test."""


@dataclass(frozen=True, slots=True)
class PairOfCurves:
    """Equity of both over one slice, 1 at its first bar in common; thinned."""

    slice: str
    time_ms: tuple[int, ...]
    a: tuple[float, ...]
    b: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TradeDifference:
    """What differs between the trades of both on one slice, each at its frozen scale."""

    slice: str
    behaviour: Behaviour
    """A is before, B after."""


@dataclass(frozen=True, slots=True)
class CostPair:
    """What both have paid on one slice, all coins together."""

    slice: str
    a: CostRow
    b: CostRow


@dataclass(frozen=True, slots=True)
class StrategyComparison:
    """All that is said of two strategies."""

    finding: Finding
    sentence: str
    """The answer in plain words."""
    decided_on: str
    """Name of the slice that the answer is about; empty without one."""
    cautions: tuple[str, ...]
    """What the answer does not say."""
    a: Side
    b: Side
    rule: tuple[RuleLine, ...]
    gates: tuple[GateRow, ...]
    slices: tuple[SliceComparison, ...]
    curves: tuple[PairOfCurves, ...]
    sealed: tuple[str, ...]
    """Of each slice that is not shown: why, in a sentence."""
    history: tuple[str, ...]
    """Whether both were judged on the same bars, in sentences."""
    trades: tuple[TradeDifference, ...]
    trades_note: str
    """Why trades of some slices are not compared; empty if all are."""
    costs: tuple[CostPair, ...]
    schema: int = SCHEMA
