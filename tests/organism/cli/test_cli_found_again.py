"""Rules that an earlier run has handed over, and a run on another history that begins with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from organism.registry.states import LifecycleState
from organism.registry.store import Registry

Organism = Callable[..., Any]

CONFIG = """
name = "{name}"
workers = 1
[history]
world = "planted"
years = {years}
[search]
population = 24
offspring = 24
generations = 1
minimum_trades = 10
simplify = false
"""


def test_rules_that_wait_are_submitted_on_the_history_of_a_run_that_begins_with_them(
    organism: Organism, tmp_path: Path, judged_at: datetime
) -> None:
    """One of them was rejected in between: it is named, and not judged again."""
    for name, years in (("first", 1.0), ("second", 1.25)):
        (tmp_path / f"{name}.toml").write_text(CONFIG.format(name=name, years=years))
    first = organism("evolve", "start", tmp_path / "first.toml", "--json").json
    with Registry.open(tmp_path / "home" / "registry.sqlite") as registry:
        rules = tmp_path / "rules.jsonl"
        rules.write_text("".join(registry.get(name).genome_json + "\n" for name in first["registered"]))
        rejected = registry.get(first["registered"][0])
        registry.transition(rejected.id, expected=rejected, to=LifecycleState.REJECTED, reason="by hand", now=judged_at)
    done = organism("evolve", "start", tmp_path / "second.toml", "--warm-start", rules)
    assert "known from before, or in quarantine, and not judged again: 1 rejected" in done.out
    with Registry.open(tmp_path / "home" / "registry.sqlite") as registry:
        again = [
            one for one in registry.submitted() if one.run_id.startswith("second-") and one.id in first["registered"]
        ]
    assert again
    assert rejected.id not in {one.id for one in again}
    one = again[0]
    told = organism("registry", "show", one.id)
    assert re.search(rf"^found again by run {one.run_id}, on snapshot {one.snapshot_id[:12]}$", told.out, re.MULTILINE)
    submitted = organism("registry", "show", one.id, "--json").json["submitted"]
    assert submitted[1] == {"run": one.run_id, "snapshot_id": one.snapshot_id}
    assert submitted[0]["run"] == first["run"]
