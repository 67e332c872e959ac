"""The frozen rule traced again on the slices that the vault has opened for it, and on no other bar.

Evidence keeps returns, not trades. Trading the same bars again is no new opening, as with `organism replay`; whoever
reads them shows first that the vault's record and the evidence agree, and afterwards that the returns are the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backtest.costs import Costs, costs_for
from backtest.pooling import CAPITAL_USDC, pool
from backtest.prepared import PreparedMarket, prepare
from backtest.result import Trace
from backtest.risk import Risk
from backtest.signals import Signals
from backtest.trace import trace
from data.errors import DataError
from data.intervals import bars_per_year
from data.market import IntArray, Market, Universe
from data.snapshot import Snapshot, SnapshotStore
from evolution.evaluator import signals
from evolution.genome.codec import decode
from evolution.genome.genome import Genome
from organism.registry.evidence import Pack
from organism.registry.rows import Opening
from organism.views.chapters.slices import SLICE_NAMES, JudgedSlice, judged_slices

TOLERANCE = 1e-9
"""Of a return: what another family of processors may change."""


@dataclass(frozen=True, slots=True, eq=False)
class TracedSlice:
    """What the rule did on one slice, coin by coin."""

    name: str
    start_ms: int
    end_ms: int
    markets: tuple[Market, ...]
    """They end where the slice ends."""
    costs: tuple[Costs, ...]
    traces: tuple[Trace, ...]
    """In the order of the markets."""

    @property
    def time_ms(self) -> IntArray:
        return self.markets[0].time_ms


def check_openings(slices: Sequence[JudgedSlice], genotype_hash: str, openings: Sequence[Opening]) -> None:
    """Refuse evidence of held-out slices that the vault has no record of opening for this genotype.

    Raises
    ------
    DataError
        If there is one.
    """
    mine = [(opening.start_ms, opening.end_ms) for opening in openings if opening.genotype_hash == genotype_hash]
    for part in slices:
        if part.name != "IS" and not any(start <= part.start_ms and part.end_ms <= end for start, end in mine):
            raise DataError(
                f"the evidence has returns of slice {part.name}, which the vault has not opened for genotype "
                f"{genotype_hash[:8]}: restore the registry from a backup, or move the evidence away"
            )


def retraced(store: SnapshotStore, pack: Pack, names: Collection[str] = SLICE_NAMES) -> tuple[TracedSlice, ...]:
    """Trace the rule of a pack on each slice that it has returns of; see `check_openings`.

    Parameters
    ----------
    names
        Of the slices that are wanted; nothing is read after the last of them.

    Raises
    ------
    DataError
        If the snapshot is missing or damaged, or the returns are not those of the evidence.
    """
    document: Mapping[str, Any] = pack.document
    rule, slices = decode(document["genome"]), judged_slices(pack)
    snapshot, risk = store.open(document["snapshot_id"]), rule.risk.to_risk(float(document["scale"] or 1.0))
    return tuple(_traced(snapshot, part, rule, risk) for part in slices if part.name in names and not part.is_ruined)


def _traced(snapshot: Snapshot, part: JudgedSlice, rule: Genome, risk: Risk) -> TracedSlice:
    universe = snapshot.prefix(part.end_ms).load()
    start = int(np.searchsorted(universe.time_ms, part.start_ms))
    prepared = [prepare(market, costs_for(market.coin)) for market in universe]
    traces = trace_all(prepared, signals(rule, universe), risk, start, universe.n_bars)
    _check_returns(part, traces, universe)
    return TracedSlice(
        part.name,
        part.start_ms,
        part.end_ms,
        universe.markets,
        tuple(market.costs for market in prepared),
        traces,
    )


def trace_all(
    prepared: Sequence[PreparedMarket], levels: Mapping[str, Signals], risk: Risk, start: int, stop: int
) -> tuple[Trace, ...]:
    """Trace every coin over the bars [start, stop), in equal separate sleeves."""
    capital = CAPITAL_USDC / len(prepared)
    return tuple(
        trace(market, levels[market.market.coin], risk, start=start, stop=stop, initial_capital=capital)
        for market in prepared
    )


def _check_returns(part: JudgedSlice, traces: Sequence[Trace], universe: Universe) -> None:
    again = pool([one.result for one in traces], bars_per_year=bars_per_year(universe.interval_ms)).returns
    if again.shape != part.returns.shape or not np.allclose(again, part.returns, rtol=0.0, atol=TOLERANCE):
        raise DataError(
            f"this version of the code trades slice {part.name} otherwise than the one that judged it, so that its "
            "trades are not those of the verdict"
        )
