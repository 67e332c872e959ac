"""What a run can have been told is what was known when it began, however late it hands over, or often it stops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from data.snapshot import SnapshotStore
from data.worlds import World
from evolution.genome.genome import Genome
from evolution.genome.hashing import genotype_hash
from evolution.run.layout import STARTED_AT, RunFolder, write_json
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.rows import LineageRecord
from organism.registry.store import Registry
from tests.organism.gauntlet.on_record import answers, judge

DAY = timedelta(days=1)


@pytest.mark.parametrize(("started", "verdict"), [(0, "Pass"), (2, "Watch"), (None, "Watch")])
def test_an_opening_counts_against_descendants_if_it_was_made_before_their_run_began(
    started: int | None,
    verdict: str,
    home: Home,
    two_years: World,
    rules: dict[str, Genome],
    submit: Callable[..., None],
    court_policy: GauntletPolicy,
    judged_at: datetime,
) -> None:
    """The cause is opened on day 1; its child is handed over on day 3, by a run that began on day 0 or 2, or is gone.

    A half of a rule is no near copy of it, and so a question of its own.
    """
    snapshot = SnapshotStore(home.snapshots).save(two_years.markets, two_years.origin)
    submit(home, {"cause": rules["cause"]}, snapshot.id, judged_at)
    judge(home, court_policy, judged_at + DAY)
    assert answers(home)["cause"].verdict == "Pass"
    with Registry.open(home.registry_path) as registry:
        registry.add_lineage(
            [LineageRecord(genotype_hash(rules["short"]), genotype_hash(rules["cause"]), "mutation", 1)], "run-2"
        )
    submit(home, {"short": rules["short"]}, snapshot.id, judged_at + 3 * DAY, "run-2")
    if started is not None:
        folder = RunFolder(home.runs / "run-2")
        folder.path.mkdir(parents=True, exist_ok=True)
        write_json(folder.manifest, {STARTED_AT: (judged_at + started * DAY).isoformat()})
    judge(home, court_policy, judged_at + 4 * DAY, "run-2")
    found = answers(home)["short"]
    assert found.verdict == verdict
    assert found.reason.startswith("it descends from ") is (verdict == "Watch")
