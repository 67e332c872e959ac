"""What two strategies traded on the in-sample bars of their runs, and what that has cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backtest.result import Trace
from data.errors import FoundryError
from data.market import Universe
from evolution.genome.codec import from_json
from evolution.run.layout import find_run
from organism.comparison.values import CostRow
from organism.desk.in_sample import in_sample_of, in_sample_traces
from organism.home import Home
from organism.registry.evidence import Pack
from organism.registry.rows import Strategy
from organism.views.lineage import Behaviour
from organism.views.trade_diff import behaviour_of

Traces = tuple[Universe, Sequence[Trace]]


def in_sample_trades(home: Home, strategy: Strategy, scale: float | None) -> Traces | str:
    """Return a strategy's trades in sample at its frozen scale; or why they are not known."""
    try:
        universe = in_sample_of(home, find_run(home.runs, strategy.run_id))
    except FoundryError as error:
        return str(error)
    return universe, in_sample_traces(universe, from_json(strategy.genome_json), scale or 1.0)


def trade_difference(a: Traces | str, b: Traces | str) -> tuple[Behaviour | None, str]:
    """Return what differs between the trades of both; or None, and why."""
    for side, found in (("A", a), ("B", b)):
        if isinstance(found, str):
            return None, f"The in-sample trades of {side} are not known: {found}."
    assert not isinstance(a, str)
    assert not isinstance(b, str)
    if a[0] is not b[0]:
        return None, "They were bred on different in-sample bars, so that their trades are not compared."
    return behaviour_of(a[1], b[1], a[0].time_ms), ""


def cost_rows(packs: Sequence[Pack], trades: Sequence[Traces | str], names: Sequence[str]) -> tuple[CostRow, ...]:
    """Return what A and B have paid on the slices named, A's row before B's."""
    return tuple(
        _cost_row(record, side, found)
        for name in names
        for side, pack, found in zip("AB", packs, trades, strict=True)
        for record in pack.document["slices"]
        if record["name"] == name
    )


def _cost_row(record: Mapping[str, Any], side: str, found: Traces | str) -> CostRow:
    metrics = record["metrics"]
    traces = None if isinstance(found, str) or record["name"] != "IS" else found[1]
    return CostRow(
        slice=record["name"],
        side=side,
        turnover=metrics["turnover"],
        n_trades=int(metrics["n_trades"]),
        fees_usdc=None if traces is None else float(sum(trace.trades.fees.sum() for trace in traces)),
        funding_usdc=None if traces is None else float(sum(trace.trades.funding.sum() for trace in traces)),
    )
