"""Rules that an earlier run has handed over, and a run on another history that begins with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.worlds import make_world
from organism.registry.states import LifecycleState
from organism.registry.store import Registry

Organism = Callable[..., Any]

CONFIG = """
name = "{name}"
workers = 1
[history]
venue = "test"
folder = "{folder}"
coins = ["BTC", "ETH"]
{end}
[search]
population = 24
offspring = 24
generations = 1
minimum_trades = 10
simplify = false
"""


def test_rules_that_wait_are_submitted_on_the_history_of_a_run_that_begins_with_them(
    organism: Organism, tmp_path: Path, judged_at: datetime, write_history: Callable[..., Path]
) -> None:
    """One of them was rejected in between: it is named, and not judged again."""
    markets = [one for one in make_world("planted", 4, years=1.0).markets if one.coin in {"BTC", "ETH"}]
    folder, first_day = write_history(tmp_path / "files", markets), int(markets[0].time_ms[0])
    earlier = datetime.fromtimestamp(first_day / 1000 + 300 * 86_400, UTC).date().isoformat()
    for name, end in (("first", f"end = {earlier}"), ("second", "")):
        (tmp_path / f"{name}.toml").write_text(CONFIG.format(name=name, folder=folder, end=end))
    first = organism("evolve", "start", tmp_path / "first.toml", "--json").json
    with Registry.open(tmp_path / "home" / "registry.sqlite") as registry:
        rules = tmp_path / "rules.jsonl"
        rules.write_text("".join(registry.get(name).genome_json + "\n" for name in first["registered"]))
        rejected = registry.get(first["registered"][0])
        registry.transition(rejected.id, expected=rejected, to=LifecycleState.REJECTED, reason="by hand", now=judged_at)
    done = organism("evolve", "start", tmp_path / "second.toml", "--warm-start", rules)
    assert "not in testing any more, and not judged again: 1 rejected" in done.out
    assert "on another market" not in done.out
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


def test_rules_that_wait_on_a_made_market_are_not_submitted_elsewhere(organism: Organism, tmp_path: Path) -> None:
    """What a rule does in another world says nothing of it in this one."""
    made = CONFIG.replace('venue = "test"\nfolder = "{folder}"\ncoins = ["BTC", "ETH"]\n{end}', "{end}")
    for name, years in (("first", 1.0), ("second", 1.25)):
        history = f'world = "planted"\nyears = {years}'
        (tmp_path / f"{name}.toml").write_text(made.format(name=name, end=history))
    first = organism("evolve", "start", tmp_path / "first.toml", "--json").json
    with Registry.open(tmp_path / "home" / "registry.sqlite") as registry:
        rules = tmp_path / "rules.jsonl"
        rules.write_text("".join(registry.get(name).genome_json + "\n" for name in first["registered"]))
    done = organism("evolve", "start", tmp_path / "second.toml", "--warm-start", rules)
    found = re.search(
        r"^(\d+) found before on another market, or on this history, and judged there alone$", done.out, re.M
    )
    assert found is not None, done.out
    with Registry.open(tmp_path / "home" / "registry.sqlite") as registry:
        assert int(found[1]) > 0
        assert len(registry.submitted()) == len(registry.find())
