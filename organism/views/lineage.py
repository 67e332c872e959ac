"""Where a genome comes from and what became of it: plain values of the screen of lineages, and of `--json`."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ROWS = 400
"""Of a list; how many there are in all stands beside it."""


@dataclass(frozen=True, slots=True)
class GenomeRow:
    """One genotype of a run. Figures are in sample; None where it had no fitness, or its trial is not there."""

    genotype: str
    """sha256 of its canonical JSON."""
    generation: int | None
    """None if the run has no trial of it: its segment is missing."""
    operator: str
    n_parents: int
    n_children: int
    evidence: float | None
    sharpe: float | None
    stability: float | None
    parts: int | None
    n_trades: int | None
    max_drawdown: float | None
    reason: str
    """Why it has no fitness; empty if it has."""
    is_kept: bool
    """Whether its rule was written down: it was in the population or the hall of fame."""
    distance: int | None = 0
    """Generations of parents (or of children) between it and the genome asked about; None where not known."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search."""

    rows: tuple[GenomeRow, ...]
    """The best first, or in order of generation where the first appearance was asked for."""
    n: int
    """How many there are in all."""
    n_trials: int
    """Among how many was searched."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """A genome among its relatives."""

    genome: GenomeRow
    parents: tuple[GenomeRow, ...]
    """In the order in which they were drawn."""
    ancestors: tuple[GenomeRow, ...]
    """Nearest first, parents included."""
    n_ancestors: int
    children: tuple[GenomeRow, ...]
    descendants: tuple[GenomeRow, ...]
    """Nearest first, children included."""
    n_descendants: int
    siblings: tuple[GenomeRow, ...]
    """Others with a parent in common."""
    n_siblings: int
    rule: str
    """Rendered; empty if it was not written down."""
    explanation: str
    subtrees: tuple[Subtree, ...]
    """Of the rule, the largest first: what a first appearance can be asked for."""
    note: str = ""
    """What is missing, in words."""


@dataclass(frozen=True, slots=True)
class Subtree:
    """A part of a rule."""

    text: str
    """Its canonical JSON, as it stands in the genome's."""
    rendered: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a rule, and what became of it between parent and child."""

    text: str
    kind: str
    """`same`, `changed`, `added` or `removed`."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One root of a rule, or its risk, before and after."""

    name: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def is_same(self) -> bool:
        return all(piece.kind == "same" for piece in (*self.before, *self.after))


@dataclass(frozen=True, slots=True)
class Delta:
    """A figure of parent and child."""

    name: str
    before: float | None
    after: float | None
    verdict: str
    """`better`, `worse`, `same`, or nothing where more is neither."""


@dataclass(frozen=True, slots=True)
class CoinTrades:
    """How the trades of one coin differ."""

    coin: str
    n_same: int
    n_shifted: int
    """The same side at overlapping times, with another entry or exit."""
    n_added: int
    n_removed: int
    profit_before: float
    """USDC after costs, of all trades; NaN where that side's universe has no such coin."""
    profit_after: float


@dataclass(frozen=True, slots=True)
class TradeChange:
    """One trade that differs; times are UTC, profits USDC after costs, None on the side that has no such trade."""

    kind: str
    """`added`, `removed` or `shifted`."""
    coin: str
    side: str
    before: str
    """Entry and exit."""
    after: str
    profit_before: float | None
    profit_after: float | None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a change of a rule did to its trades, on the in-sample bars of the run and on no others."""

    coins: tuple[CoinTrades, ...]
    changes: tuple[TradeChange, ...]
    """In order of time, as many as fit into a list."""
    n_changes: int
    parts_at: str
    """UTC time of the bar at whose close the two equities are different for the first time; empty if they never are."""
    parts_after: float | None
    """Share of the bars that lie before it."""
    equity_before: tuple[float, ...]
    """Summed over coins, the capital being 1; thinned."""
    equity_after: tuple[float, ...]
    first: str
    """UTC day of the first bar, and of the last."""
    last: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A parent beside a child, or any two genomes of a run; or one that was drawn afresh, alone."""

    before: GenomeRow | None
    after: GenomeRow
    operator: str
    """What made the second; and whether the first is a parent of it."""
    is_parent: bool
    n_parents: int
    rule: tuple[RuleLine, ...]
    """Empty if one of the rules was not written down."""
    deltas: tuple[Delta, ...]
    note: str = ""
