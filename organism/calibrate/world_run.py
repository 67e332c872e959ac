"""One world through the whole foundry: made, searched, judged, and everything counted."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from backtest.costs import costs_for
from backtest.pooling import simulate_pooled
from backtest.prepared import prepare
from backtest.splits import Slices
from data.market import FloatArray, Universe
from data.snapshot import SnapshotStore
from data.worlds import World, make_world
from evolution.evaluator import signals
from evolution.genome.codec import from_json
from evolution.genome.genome import Genome
from evolution.run.layout import RunFolder
from evolution.trials import read_segments
from organism.calibrate.naive import base_policy, naive_gates
from organism.calibrate.outcome import Outcome
from organism.calibrate.plan import CampaignSettings, ClassSettings, WorldTask
from organism.foundry import evolve, start_run
from organism.gauntlet.examination import slices_for
from organism.gauntlet.judge import Judgement, judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.registration import joined_p_value
from organism.gauntlet.subject import GenomeSubject
from organism.home import Home
from organism.registry.states import Verdict
from organism.registry.store import Registry
from organism.settings import FoundrySettings, HistorySettings

CONTINUATION_YEARS = 20.0
ALIKE = 0.5
"""Correlation of in-sample returns with the oracle's above which a strategy has found the cause."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""No result depends on when a world was judged."""


def run_world(settings: CampaignSettings, task: WorldTask, policy: GauntletPolicy, folder: Path) -> Outcome:
    """Make, search and judge a world in a home of its own under `folder`, which is removed afterwards."""
    item = next(one for one in settings.classes if one.name == task.class_name)
    shutil.rmtree(folder, ignore_errors=True)
    home = Home.create(folder)
    started = time.process_time()
    run = start_run(_foundry_settings(settings, item, task), home)
    evolved = evolve(run, home, workers=0, watch=lambda _: None, should_stop=lambda: False, now=NOW)
    searched = time.process_time()
    judgements: list[Judgement] = []
    with Registry.open(home.registry_path) as registry:
        judge_testing(home, registry, policy, NOW, judgements.append)
        genomes = {one.strategy_id: from_json(registry.get(one.strategy_id).genome_json) for one in judgements}
        registered = registry.registrations()
    judged = time.process_time()
    world = _world(item, task.seed)
    in_sample, slices = _cut(home, evolved.snapshot.id)
    gates = naive_gates(
        [GenomeSubject(genome) for genome in genomes.values()],
        evolved.snapshot,
        in_sample,
        slices,
        base_policy(),
        _trial_sharpes(run),
    )
    graduates = [one for one in judgements if one.verdict is Verdict.PASS]
    outcome = Outcome(
        class_name=task.class_name,
        number=task.number,
        seed=task.seed,
        n_trials=evolved.state.n_trials,
        n_judged=len(judgements),
        n_registered=sum(len(one.members) for one in registered),
        n_graduates=len(graduates),
        n_base=gates.n_base,
        n_deflated=gates.n_deflated,
        overfitting=gates.overfitting,
        found_cause=_found_cause(world, judgements, in_sample),
        kills=_kills(judgements),
        joined_p_values=tuple(sorted(_p_values(judgements))),
        announced=tuple((_announced(one), _continued(item, task, genomes[one.strategy_id])) for one in graduates),
        search_seconds=round(searched - started, 2),
        judge_seconds=round(judged - searched, 2),
    )
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


def _foundry_settings(settings: CampaignSettings, item: ClassSettings, task: WorldTask) -> FoundrySettings:
    history = HistorySettings(
        world=item.world, world_seed=task.seed, years=item.years, plant_strength=item.plant_strength
    )
    return FoundrySettings(name=item.name, seed=task.seed, history=history, search=settings.search)


def _world(item: ClassSettings, seed: int, years: float | None = None) -> World:
    return make_world(item.world, seed, years=years or item.years, plant_strength=item.plant_strength)


def _cut(home: Home, snapshot_id: str) -> tuple[Universe, Slices]:
    """Return the in-sample history and the slices of a snapshot."""
    snapshot = SnapshotStore(home.snapshots).open(snapshot_id)
    whole = snapshot.load()
    slices = slices_for(whole.time_ms, whole.interval_ms, 0)
    return snapshot.prefix(slices.in_sample.end_ms).load(), slices


def _trial_sharpes(run: RunFolder) -> FloatArray:
    """Return the Sharpe ratio of every genotype that had a fitness."""
    columns = [table["sharpe"].to_numpy() for table in read_segments(run.trials)]
    sharpes: FloatArray = np.concatenate(columns)
    return sharpes[np.isfinite(sharpes)]


def _kills(judgements: Sequence[Judgement]) -> dict[str, int]:
    """Count by the stage that each of the killed did not pass; those that fell with another count for themselves."""
    reasons: Counter[str] = Counter()
    for judgement in judgements:
        stages = judgement.examination.stages
        if judgement.verdict is Verdict.KILL:
            missed = next((stage for stage in stages if stage.verdict is not Verdict.PASS), None)
            reasons["near copy" if missed is None else f"{missed.slice_name} {missed.stage}"] += 1
    return dict(sorted(reasons.items()))


def _p_values(judgements: Sequence[Judgement]) -> list[float]:
    asked = [one.examination for one in judgements if len(one.examination.slices) == 3]
    return [joined_p_value(examination) for examination in asked]


def _found_cause(world: World, judgements: Sequence[Judgement], in_sample: Universe) -> bool | None:
    """Return whether a strategy moves with who holds what the cause asks for."""
    position = world.oracle_position[: in_sample.n_bars].astype(np.float64)
    if not position.any():
        return None
    moves = np.stack([np.diff(np.log(market.close), prepend=np.nan) for market in in_sample], axis=1)
    oracle = np.nan_to_num(position * moves).sum(axis=1)
    series = [one.examination.slice_record("IS").returns for one in judgements if one.examination.slices]
    return any(float(np.corrcoef(returns, oracle)[0, 1]) > ALIKE for returns in series if returns.std() > 0.0)


def _announced(judgement: Judgement) -> float:
    """Return the annual Sharpe ratio of the days of both held-out slices."""
    parts = [record.daily.strategy for record in judgement.examination.slices if record.slice.name != "IS"]
    days = np.concatenate(parts)
    return float(days.mean() / days.std(ddof=1) * np.sqrt(365.0))


def _continued(item: ClassSettings, task: WorldTask, genome: Genome) -> float:
    """Return a graduate's Sharpe ratio on twenty years of the same kind of world that nobody has seen."""
    seed = int(np.random.SeedSequence(task.seed, spawn_key=(1,)).generate_state(1, np.uint32)[0])
    universe = Universe("continuation", _world(item, seed, CONTINUATION_YEARS).markets)
    levels = signals(genome, universe)
    pooled = simulate_pooled(
        [prepare(market, costs_for(market.coin)) for market in universe],
        [levels[coin] for coin in universe.coins],
        genome.risk.to_risk(),
    )
    return pooled.metrics.sharpe if pooled.failure is None else 0.0
