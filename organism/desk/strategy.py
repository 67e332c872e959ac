"""Questions about one strategy."""

from __future__ import annotations

from organism.gauntlet.evidence_document import understood
from organism.home import Home
from organism.registry.evidence import read_pack
from organism.registry.store import Registry
from organism.views.strategy import Simulated, StrategyPage
from organism.views.strategy_of import strategy_page

BUSY_S = 3.0


def strategy(home: Home, identifier: str) -> StrategyPage:
    """Return all that the registry and the evidence say of it."""
    with Registry.read(home.registry_path, busy_timeout_s=BUSY_S) as registry:
        return strategy_page(home, registry, registry.get(identifier))


def simulated(home: Home, identifier: str) -> Simulated:
    """Return what is to be simulated for its trades: its rule, at the frozen scale if it was judged."""
    with Registry.read(home.registry_path, busy_timeout_s=BUSY_S) as registry:
        found = registry.get(identifier)
        verdicts = registry.verdicts(strategy_id=found.id)
        judged = registry.submitted(strategy_id=found.id, snapshot_id=verdicts[-1].snapshot_id) if verdicts else []
    scale = 1.0
    if verdicts:
        pack = read_pack(home.evidence, verdicts[-1].evidence_sha256)
        with understood(pack.sha256):
            scale = float(pack.document["scale"] or 1.0)
    # The scale is that of one history; on another it would be another.
    return Simulated(judged[0].run_id if judged else found.run_id, found.genome_json, scale)
