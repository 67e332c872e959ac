"""Questions about one strategy."""

from __future__ import annotations

from evolution.genome.codec import from_json
from evolution.run.layout import find_run
from organism.desk.in_sample import in_sample_of, in_sample_traces
from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.store import Registry
from organism.views.strategy import StrategyPage, TradeList
from organism.views.strategy_of import strategy_page, trade_list

BUSY_S = 3.0


def strategy(home: Home, identifier: str) -> StrategyPage:
    """Return all that the registry and the evidence say of it."""
    with Registry.open(home.registry_path, busy_timeout_s=BUSY_S) as registry:
        return strategy_page(home, registry, registry.get(identifier))


def trades(home: Home, identifier: str) -> TradeList:
    """Return its trades in sample, at the frozen scale if it was judged."""
    with Registry.open(home.registry_path, busy_timeout_s=BUSY_S) as registry:
        found = registry.get(identifier)
        verdicts = registry.verdicts(strategy_id=found.id)
    universe = in_sample_of(home, find_run(home.runs, found.run_id))
    scale = 1.0
    if verdicts:
        pack = read_pack(home.evidence, verdicts[-1].evidence_sha256)
        with understood(pack.sha256):
            scale = float(pack.document["scale"] or 1.0)
    traces = in_sample_traces(universe, from_json(found.genome_json), scale)
    return trade_list(traces, universe.time_ms, scale)
