"""A search that nobody survives says after its first generation what killed how many, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Organism = Callable[..., Any]

CONFIG = """
name = "nobody"
workers = 1
[history]
world = "planted"
years = 1.0
[search]
population = 24
offspring = 24
generations = 1
minimum_trades = 10
[[search.limit]]
metric = "turnover"
most = 0.001
"""


def test_limits_that_nothing_satisfies_are_named_with_how_many_they_killed(organism: Organism, tmp_path: Path) -> None:
    config = tmp_path / "nobody.toml"
    config.write_text(CONFIG)
    done = organism("evolve", "start", config)
    assert done.code == 0
    found = re.search(
        r"none of the 24 rules of the first generation has fitness "
        r"\((\d+) limit: turnover above 0.001, (\d+) too few trades, (\d+) zero variance\); "
        r"loosen the limits or minimum_trades of \[search\], or give more history",
        done.err,
    )
    assert found is not None, done.err
    assert sum(map(int, found.groups())) == 24
    assert "48 genotypes scored, 0 handed to the gauntlet" in done.out
    told = re.search(r"there is nothing to judge; .*: organism (evolve show nobody-1-\w+)$", done.out, re.MULTILINE)
    assert told is not None, done.out
    assert "without fitness: " in organism(*told[1].split()).out
