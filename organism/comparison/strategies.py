"""From two names to all that is said of the two."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from data.errors import ConfigError
from data.market import IntArray
from data.snapshot import SnapshotStore
from organism.comparison.answer import answer, cautions, decided_on
from organism.comparison.gates import gate_rows
from organism.comparison.history import SharedHistory, shared_history
from organism.comparison.reading import Judged, newest_verdicts, read_judged
from organism.comparison.slices import Common, common_slices, compared, curves_of, joined
from organism.comparison.trades import Traced, cost_pairs, traced_pair, trade_differences
from organism.comparison.values import Side, StrategyComparison
from organism.home import Home
from organism.registry.store import Registry
from organism.views.chapters.slices import SLICE_NAMES
from organism.views.rule_diff import rule_diff


def compare_strategies(home: Home, registry: Registry, first: str, second: str) -> StrategyComparison:
    """Lay two judged strategies side by side, the first being A.

    Slices that the vault has not shown to both are named, and nothing is read of them.

    Raises
    ------
    ConfigError
        If a name is unknown, both are the same strategy, or one has no verdict.
    DataError
        If evidence is missing or damaged.
    """
    strategies = registry.get(first), registry.get(second)
    if strategies[0].id == strategies[1].id:
        raise ConfigError(f"{first!a} and {second!a} are both {strategies[0].id}: name two different strategies")
    rows = newest_verdicts(registry, *strategies)
    a, b = (read_judged(home, registry, strategy, row) for strategy, row in zip(strategies, rows, strict=True))
    return _compared(SnapshotStore(home.snapshots), a, b)


def _compared(store: SnapshotStore, a: Judged, b: Judged) -> StrategyComparison:
    common = common_slices(a.slices, b.slices)
    history = shared_history(store, a.side.snapshot_id, b.side.snapshot_id, _times(common))
    parts = common if history.is_shared else ()
    slices = tuple(compared(part) for part in joined(parts))
    decided = decided_on(slices)
    finding, sentence = answer(decided)
    traced = traced_pair(store, (a.pack, b.pack), [part.name for part in parts])
    differences = () if isinstance(traced, str) else tuple(trade_differences(*traced))
    return StrategyComparison(
        finding=finding,
        sentence=sentence,
        decided_on="" if decided is None else decided.name,
        cautions=tuple(cautions(a.side, b.side, decided)),
        a=a.side,
        b=b.side,
        rule=rule_diff(a.genome, b.genome),
        gates=gate_rows(a.stages, b.stages),
        slices=slices,
        curves=tuple(curves_of(part) for part in parts),
        sealed=tuple(_sealed(a.side, b.side, {part.name for part in parts})),
        history=history.words,
        trades=differences,
        trades_note=_trades_note(history, traced, {one.slice for one in differences}),
        costs=() if isinstance(traced, str) else tuple(cost_pairs(*traced)),
    )


def _times(common: tuple[Common, ...]) -> IntArray:
    return np.concatenate([part.time_ms for part in common]) if common else np.zeros(0, dtype=np.int64)


def _sealed(a: Side, b: Side, shown: Collection[str]) -> Iterator[str]:
    """Yield why each slice that is not shown is not."""
    for name in SLICE_NAMES:
        judged = [letter for letter, side in (("A", a), ("B", b)) if name in side.slices]
        if name == "IS" and len(judged) < 2:
            yield "IS: " + " and ".join(sorted({"A", "B"} - set(judged))) + " has no returns there: it never varied."
        elif not judged:
            yield f"{name}: sealed for both."
        elif len(judged) == 1:
            yield f"{name}: judged for {judged[0]}, sealed for {'B' if judged == ['A'] else 'A'}; not looked at here."
        elif name not in shown:
            yield f"{name}: judged for both, on no bar that they have in common."


def _trades_note(history: SharedHistory, traced: tuple[Traced, Traced] | str, told: Collection[str]) -> str:
    """Return why the trades of a slice are not compared."""
    if isinstance(traced, str):
        return traced
    if not history.is_shared:
        return "They have no bar in common, so that their trades are not compared."
    left = [name for name in traced[0] if name in traced[1] and name not in told]
    return f"{', '.join(left)}: their slices do not begin and end on the same bars." if left else ""
