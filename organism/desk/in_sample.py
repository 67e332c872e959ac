"""Trades on the bars that a run was bred on, and on no others: its own snapshot ends where they end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from backtest.costs import costs_for
from backtest.pooling import CAPITAL_USDC
from backtest.prepared import PreparedMarket, prepare
from backtest.result import Trace
from backtest.trace import trace
from data.market import Universe
from data.snapshot import SnapshotStore
from evolution.evaluator import signals
from evolution.genome.genome import Genome
from evolution.run.layout import RunFolder, read_json
from evolution.run.origin import origin_from_plain
from organism.home import Home

REMEMBERED = 2


def in_sample_of(home: Home, folder: RunFolder) -> Universe:
    """Return the history that a run was bred on.

    Raises
    ------
    DataError
        If the manifest or the snapshot is missing or damaged.
    """
    manifest = read_json(folder.manifest, "origin")
    return _universe(home.snapshots, origin_from_plain(manifest["origin"], str(folder.manifest)).snapshot)


def in_sample_traces(universe: Universe, rule: Genome, scale: float = 1.0) -> Sequence[Trace]:
    """Return what a rule does on all bars of a universe, coin by coin, in equal separate sleeves."""
    levels, risk = signals(rule, universe), rule.risk.to_risk(scale)
    return [
        trace(
            market,
            levels[market.market.coin],
            risk,
            start=0,
            stop=universe.n_bars,
            initial_capital=CAPITAL_USDC / len(universe.markets),
        )
        for market in _prepared(universe)
    ]


@lru_cache(REMEMBERED)
def _universe(snapshots: Path, identifier: str) -> Universe:
    return SnapshotStore(snapshots).open(identifier).load()


@lru_cache(REMEMBERED)
def _prepared(universe: Universe) -> tuple[PreparedMarket, ...]:
    return tuple(prepare(market, costs_for(market.coin)) for market in universe)
