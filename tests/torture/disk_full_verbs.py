"""The verbs that write, each on a home in which it has something to do, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np

from data.canonical import sha256_hex
from data.lake import Lake
from data.sources.files import read_bars, read_funding
from evolution.run.layout import list_runs, read_json
from organism.foundry import evolve, start_run
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.home import Home
from organism.registry.store import Registry
from organism.settings import FoundrySettings

CONFIG = """name = "tiny"
workers = 1
[history]
world = "planted"
years = 0.6
[search]
population = 16
offspring = 16
generations = 3
minimum_trades = 5
registered = 6
"""
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
N_BARS = 3_000


@dataclass(frozen=True)
class Verb:
    """One command, and the home it is given."""

    prepare: Callable[[Path], None]
    command: Callable[[Path], list[str]]
    """The arguments; the same call goes on with what an earlier one left."""


def result_of(home: Path) -> object:
    """Return everything that must be as if nothing had happened; moments are left out."""
    place = Home.open(home)
    kept = [path for kind in ("*.parquet", "*.json") for path in place.lake.rglob(kind)]
    lake = sorted((str(path.relative_to(home)), _sha256(path)) for path in kept)
    runs = [(run.name, read_json(run.outcome), _trials(run.trials)) for run in list_runs(place.runs)]
    reports = sorted((path.name, _sha256(path)) for path in place.reports.glob("*.html"))
    return [lake, runs, reports, _registered(place)]


def _registered(place: Home) -> object:
    if not place.registry_path.exists():
        return None
    with Registry.open(place.registry_path) as registry:
        strategies = sorted((found.id, found.state, found.version) for found in registry.find())
        verdicts = sorted((row.strategy_id, row.verdict, row.evidence_sha256) for row in registry.verdicts())
        openings = sorted((row.genotype_hash, row.slice_name, row.start_ms) for row in registry.openings(0, 2**62))
    return [strategies, verdicts, openings]


def _trials(folder: Path) -> list[tuple[str, str]]:
    return sorted((path.name, _sha256(path)) for path in folder.glob("segment-*.parquet"))


def _sha256(path: Path) -> str:
    return sha256_hex(path.read_bytes())


def _history(home: Path) -> None:
    """Write a file of bars and one of funding beside an empty home."""
    Home.create(home)
    hours = 1_704_067_200_000 + 3_600_000 * np.arange(N_BARS, dtype=np.int64)
    close = 100.0 + np.random.default_rng(1).standard_normal(N_BARS).cumsum() / 100
    rows = [f"{t},{c},{c + 1},{c - 1},{c},5" for t, c in zip(hours.tolist(), close.tolist(), strict=True)]
    (home / "bars.csv").write_text("\n".join(["ts,open,high,low,close,volume", *rows]))
    rates = [f"{t},{c / 1e7}" for t, c in zip(hours.tolist(), close.tolist(), strict=True)]
    (home / "funding.csv").write_text("\n".join(["ts,funding_rate", *rates]))


def _import(home: Path) -> list[str]:
    files = [str(home / "bars.csv"), "--funding", str(home / "funding.csv")]
    return ["data", "import", *files, "--coin", "BTC", "--venue", "test", "--home", str(home)]


RECIPE = """name = "two"
coin = "BTC"
[[part]]
venue = "old"
[[part]]
venue = "new"
start = 2024-02-01
"""
FACTS = "name,listed,delisted\n" + "".join(f"C{number},2024-01-01,2024-02-01\n" for number in range(400))


def _two_venues(home: Path) -> None:
    """Import the same bars as of two venues, and write a recipe that puts them end to end."""
    _history(home)
    lake = Lake(home / "lake")
    for venue in ("old", "new"):
        lake.import_bars(venue, "BTC", "1h", read_bars(home / "bars.csv"), source="bars.csv")
        lake.import_funding(venue, "BTC", read_funding(home / "funding.csv"), source="funding.csv")
    (home / "recipe.toml").write_text(RECIPE)


def _splice(home: Path) -> list[str]:
    return ["data", "splice", str(home / "recipe.toml"), "--home", str(home)]


def _written_facts(home: Path) -> None:
    Home.create(home)
    (home / "facts.csv").write_text(FACTS)


def _facts(home: Path) -> list[str]:
    return ["data", "facts", str(home / "facts.csv"), "--home", str(home)]


def _configured(home: Path) -> None:
    Home.create(home)
    (home / "config.toml").write_text(CONFIG)


def _evolve(home: Path) -> list[str]:
    runs = list_runs(home / "runs")
    verb = ["resume", runs[0].name] if runs else ["start", str(home / "config.toml")]
    return ["evolve", *verb, "--home", str(home)]


def _finished(home: Path) -> None:
    settings = FoundrySettings.model_validate(
        {
            "name": "tiny",
            "workers": 1,
            "history": {"world": "planted", "years": 0.6},
            "search": {"population": 16, "offspring": 16, "generations": 2, "minimum_trades": 5, "registered": 6},
        }
    )
    place = Home.create(home)
    folder = start_run(settings, place)
    evolve(folder, place, workers=1, watch=lambda _: None, should_stop=lambda: False, clock=lambda: MOMENT)


def _validate(home: Path) -> list[str]:
    return ["validate", "--home", str(home)]


def _judged(home: Path) -> None:
    _finished(home)
    place = Home.open(home)
    with Registry.open(place.registry_path) as registry:
        judge_testing(place, registry, GauntletPolicy(), MOMENT, lambda _: None)


def _report(home: Path) -> list[str]:
    return ["report", list_runs(home / "runs")[0].name, "--home", str(home)]


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "import": Verb(_history, _import),
        "splice": Verb(_two_venues, _splice),
        "facts": Verb(_written_facts, _facts),
        "evolve": Verb(_configured, _evolve),
        "validate": Verb(_finished, _validate),
        "report": Verb(_judged, _report),
    }
)
