"""The demonstration: one market with a cause, one with nothing, the same budget, one leaderboard."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from data.lock import exclusive
from data.market import Universe
from data.worlds import make_world
from evolution.evaluator import signals
from evolution.genome.codec import from_json
from evolution.genome.genome import Genome
from evolution.run.generation import Generation
from evolution.run.layout import write_json
from organism.foundry import RunOutcome, evolve, start_run
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.recording import Judgement
from organism.home import Home
from organism.registry.states import Verdict
from organism.registry.store import Registry
from organism.report.data import LeaderboardReport, MarketSection
from organism.report.leaderboard_page import write_leaderboard
from organism.settings import FoundrySettings
from organism.views.leaderboard import headline, market_section

WORLDS = ("planted", "empty")
CAUSE_SHARPE = 0.5
"""A graduate uses the cause if its Sharpe ratio falls below this where the plant is switched off."""

Progress = Callable[[str, int], AbstractContextManager[Callable[[Generation], None]]]
"""Shows a search: from its name and its number of generations, something that sees each generation."""
Judging = Callable[[str, int], AbstractContextManager[Callable[[Judgement], None]]]
"""Shows a judging: from its name and the number of strategies, something that sees each answer."""


@dataclass(frozen=True, slots=True)
class WorldOutcome:
    """What one world came to."""

    run: RunOutcome
    graduates: tuple[str, ...]
    sharpe_without_cause: dict[str, float | None]
    """By graduate, on the same world with the plant switched off; only for the planted world."""
    section: MarketSection
    seconds: dict[str, float]

    def uses_cause(self) -> bool:
        """Whether at least one graduate loses its edge without the cause."""
        return any(value is None or value < CAUSE_SHARPE for value in self.sharpe_without_cause.values())

    def to_plain(self) -> dict[str, Any]:
        """Return the world's part of `summary.json`."""
        return {
            "evaluated": self.run.state.n_trials,
            "graduates": len(self.graduates),
            "graduate_ids": list(self.graduates),
            "uses_cause": self.uses_cause(),
            "sharpe_without_cause": self.sharpe_without_cause,
            "population_hash": self.run.state.population_hash(),
            "snapshot_id": self.run.snapshot.id,
        }


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """Both worlds, and where the page is."""

    planted: WorldOutcome
    empty: WorldOutcome
    report: Path
    summary: dict[str, Any]

    @property
    def sections(self) -> tuple[MarketSection, MarketSection]:
        return self.planted.section, self.empty.section


def run_demo(
    settings: FoundrySettings,
    policy: GauntletPolicy,
    folder: Path,
    *,
    seed: int,
    workers: int,
    now: datetime,
    progress: Progress,
    judging: Judging,
) -> DemoOutcome:
    """Evolve and judge both worlds in homes of their own under `folder`, which is made anew.

    Raises
    ------
    ConfigError
        If another process is making it.
    """
    with exclusive(folder.with_name(f".{folder.name}.lock"), f"demo in {folder.parent}"):
        shutil.rmtree(folder, ignore_errors=True)
        return _run_worlds(settings, policy, folder, seed, workers, now, progress, judging)


def _run_worlds(
    settings: FoundrySettings,
    policy: GauntletPolicy,
    folder: Path,
    seed: int,
    workers: int,
    now: datetime,
    progress: Progress,
    judging: Judging,
) -> DemoOutcome:
    started = time.monotonic()
    planted, empty = (
        _run_world(
            _for_world(settings, name, seed), policy, Home.create(folder / name), workers, now, progress, judging
        )
        for name in WORLDS
    )
    report = folder / "report.html"
    sections = (planted.section, empty.section)
    write_leaderboard(LeaderboardReport("Planted and empty market", headline(sections), sections), report)
    summary = {
        "seed": seed,
        "planted": planted.to_plain(),
        "empty": empty.to_plain(),
        "seconds": {
            "planted": planted.seconds,
            "empty": empty.seconds,
            "total": round(time.monotonic() - started, 2),
        },
    }
    write_json(folder / "summary.json", summary)
    return DemoOutcome(planted, empty, report, summary)


def _for_world(settings: FoundrySettings, name: str, seed: int) -> FoundrySettings:
    history = settings.history.model_copy(update={"world": name, "world_seed": seed})
    return settings.model_copy(update={"name": f"demo-{name}", "seed": seed, "history": history})


def _run_world(
    settings: FoundrySettings,
    policy: GauntletPolicy,
    home: Home,
    workers: int,
    now: datetime,
    progress: Progress,
    judging: Judging,
) -> WorldOutcome:
    world = str(settings.history.world)
    marks = [time.monotonic()]
    folder = start_run(settings, home)
    marks.append(time.monotonic())
    with progress(f"{world} market", settings.search.generations) as watch:
        run = evolve(folder, home, workers=workers, watch=watch, should_stop=lambda: False, clock=lambda: now)
    marks.append(time.monotonic())
    judgements: list[Judgement] = []
    with Registry.open(home.registry_path) as registry:
        with judging(f"{world} market, judging", len(run.registered)) as show:

            def watch_judgement(judgement: Judgement) -> None:
                judgements.append(judgement)
                show(judgement)

            judge_testing(home, registry, policy, now, watch_judgement)
        marks.append(time.monotonic())
        graduates = [item.strategy_id for item in judgements if item.verdict is Verdict.PASS]
        genomes = {name: from_json(registry.get(name).genome_json) for name in graduates}
        sharpes = _without_cause(settings, genomes) if world == "planted" else {}
        remarks = {name: _remark(value) for name, value in sharpes.items()}
        section = market_section(home, registry, folder.name, name=f"{world} market", remarks=remarks)
    seconds = dict(
        zip(
            ("history", "evolving", "judging"),
            (round(b - a, 2) for a, b in pairwise(marks)),
            strict=True,
        )
    )
    return WorldOutcome(run, tuple(graduates), sharpes, section, seconds)


def _without_cause(settings: FoundrySettings, genomes: dict[str, Genome]) -> dict[str, float | None]:
    """Return each graduate's Sharpe ratio over the whole world with the plant switched off."""
    history = settings.history
    world = make_world("planted", history.world_seed, years=history.years, plant_strength=0.0)
    universe = Universe("planted-without-cause", world.markets)
    prepared = [prepare(market, costs_for(market.coin)) for market in universe]
    sharpes: dict[str, float | None] = {}
    for name, genome in genomes.items():
        levels = signals(genome, universe)
        pooled = simulate_pooled(
            prepared, [levels[coin] for coin in universe.coins], genome.risk.to_risk(), start=0, stop=universe.n_bars
        )
        sharpes[name] = None if pooled.failure is not None else pooled.metrics.sharpe
    return sharpes


def _remark(sharpe_without_cause: float | None) -> str:
    if sharpe_without_cause is None:
        return "passed every stage; without the planted cause it has no Sharpe ratio"
    verb = "uses" if sharpe_without_cause < CAUSE_SHARPE else "does not need"
    return f"passed every stage; {verb} the planted cause (Sharpe {sharpe_without_cause:.2f} without it)"
