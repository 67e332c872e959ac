"""The one evaluator, for search, gauntlet and executor alike."""

from __future__ import annotations

import numpy as np

from backtest.signals import Signals, n_words
from data.errors import GenomeError
from data.market import Market, Universe
from evolution.evaluator.features import FeatureStore, Value
from evolution.genome.genome import Genome
from evolution.genome.node import Node
from evolution.opcodes.catalogue import CATALOGUE
from evolution.opcodes.truth import Truth
from evolution.opcodes.types import ValueType

ALL_BITS = (1 << 64) - 1
LOGIC = frozenset({"and", "or", "not"})
"""Cheaper to compute again than to look up."""


def signals(genome: Genome, universe: Universe, features: FeatureStore | None = None) -> dict[str, Signals]:
    """Compute the four levels of every coin.

    The level at bar t uses bars up to t, its own close included. Unknown is False, and so is every
    bar before the genome's warm-up.

    Parameters
    ----------
    genome
        The rule; the same for every coin.
    universe
        The history it is read on.
    features
        Values computed before on the same universe; optional, and without influence on the result.

    Raises
    ------
    GenomeError
        If the history is not longer than the genome's warm-up.
    ValueError
        If `features` belongs to another snapshot.
    """
    if features is not None and features.snapshot_id != universe.snapshot_id:
        raise ValueError(
            f"features belong to snapshot {features.snapshot_id[:12]}, the universe to {universe.snapshot_id[:12]}; "
            "make one FeatureStore for each universe"
        )
    warm_up_bars = genome.warm_up_bars
    if universe.n_bars <= warm_up_bars:
        raise GenomeError(
            f"history of {universe.n_bars} bars is not longer than the genome's warm-up of {warm_up_bars}; "
            "give more history or shorter windows"
        )
    return {market.coin: _coin_signals(genome, market, features, warm_up_bars) for market in universe}


def _coin_signals(genome: Genome, market: Market, features: FeatureStore | None, warm_up_bars: int) -> Signals:
    levels = np.empty((4, n_words(market.n_bars)), dtype=np.uint64)
    for row, root in enumerate(genome.roots):
        levels[row] = _truth(root, market, features).true
    # Whatever was True before the warm-up is cleared.
    whole, rest = divmod(warm_up_bars, 64)
    levels[:, :whole] = 0
    if rest:
        levels[:, whole] &= np.uint64(ALL_BITS << rest & ALL_BITS)
    return Signals(market.n_bars, *levels)


def _truth(node: Node, market: Market, features: FeatureStore | None) -> Truth:
    value = _evaluate(node, market, features)
    assert isinstance(value, Truth)
    return value


def _evaluate(node: Node, market: Market, features: FeatureStore | None) -> Value:
    if node.opcode in LOGIC or features is None:
        return _compute(node, market, features)
    value = features.get(market.coin, node)
    if value is None:
        value = _compute(node, market, features)
        features.put(market.coin, node, value)
    return value


def _compute(node: Node, market: Market, features: FeatureStore | None) -> Value:
    arguments = [_argument(child, market, features) for child in node.children]
    value: Value = CATALOGUE[node.opcode].compute(market, *arguments)
    return value


def _argument(node: Node, market: Market, features: FeatureStore | None) -> Value | float | int:
    if node.type is ValueType.WINDOW:
        return int(node.value)
    return node.value if node.is_constant else _evaluate(node, market, features)
