"""One world through the whole foundry: made, searched, judged, and everything counted."""

from __future__ import annotations

import math
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backtest.splits import Slices
from data.market import Universe
from data.snapshot import Snapshot
from evolution.agreement import Disagreement
from evolution.evaluator import FeatureStore
from evolution.fitness import Score
from evolution.genome.codec import from_json
from evolution.genome.genome import Genome
from organism.calibrate.naive import NaiveGates, base_policy, naive_gates
from organism.calibrate.oracles import ORACLES
from organism.calibrate.outcome import Outcome
from organism.calibrate.plan import CampaignSettings, WorldTask
from organism.calibrate.probe import Answer, probe
from organism.calibrate.truth import announced, found_cause
from organism.calibrate.ungated import ungated_p_value
from organism.foundry import evolve, start_run
from organism.gauntlet.examination import slices_for
from organism.gauntlet.judge import judge_testing
from organism.gauntlet.policy import GauntletPolicy
from organism.gauntlet.recording import Judgement
from organism.gauntlet.registration import joined_p_value
from organism.gauntlet.subject import GenomeSubject
from organism.home import Home
from organism.registry.states import Verdict
from organism.registry.store import Registry
from organism.settings import HistorySettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""No result depends on when a world was judged."""


class NothingAsked:
    """Takes the score of a generation's best as it is.

    The plain simulation takes as long as a search, and can only stop it: no verdict depends on it. The gauntlet asks it
    about every candidate all the same.
    """

    def __init__(self, universe: Universe) -> None:
        pass

    def disagreement(self, genome: Genome, score: Score) -> Disagreement | None:
        """Return None."""
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What search and gauntlet have left of a world."""

    judgements: Sequence[Judgement]
    genomes: dict[str, Genome]
    """By strategy id."""
    n_registered: int
    in_sample: Universe
    held_out: tuple[Universe, Universe]
    """Ending where the out-of-sample and the walk-forward slice end."""
    slices: Slices
    """Of the whole history, with the least embargo."""
    features: FeatureStore
    """Of the in-sample history."""

    @property
    def best(self) -> Judgement | None:
        """Whichever has the highest Sharpe ratio in sample; None if nothing that was judged has one."""
        return max((one for one in self.judgements if math.isfinite(_sharpe(one))), key=_sharpe, default=None)

    def subject(self, judgement: Judgement) -> GenomeSubject:
        """Return what was judged."""
        return GenomeSubject(self.genomes[judgement.strategy_id])


def run_world(settings: CampaignSettings, task: WorldTask, policy: GauntletPolicy, folder: Path) -> Outcome:
    """Make, search and judge a world in a home of its own under `folder`, which is removed afterwards."""
    item = settings.class_of(task)
    shutil.rmtree(folder, ignore_errors=True)
    home = Home.create(folder)
    foundry = settings.foundry_settings(task)
    started = time.process_time()
    run = start_run(foundry, home)
    evolved = evolve(
        run, home, workers=0, watch=lambda _: None, should_stop=lambda: False, clock=lambda: NOW, check=NothingAsked
    )
    searched = time.process_time()
    judgements: list[Judgement] = []
    with Registry.open(home.registry_path) as registry:
        trials = judge_testing(home, registry, policy, NOW, judgements.append)
        genomes = {one.strategy_id: from_json(registry.get(one.strategy_id).genome_json) for one in judgements}
        n_registered = sum(len(one.members) for one in registry.registrations())
    seconds = time.process_time() - searched
    judged = _judged(judgements, genomes, n_registered, evolved.snapshot)
    gates = _naive(judged, trials.tried)
    graduates = [one for one in judgements if one.verdict is Verdict.PASS]
    outcome = Outcome(
        class_name=task.class_name,
        number=task.number,
        seed=task.seed,
        n_trials=evolved.state.n_trials,
        n_judged=len(judgements),
        n_registered=n_registered,
        n_graduates=len(graduates),
        n_base=gates.n_base,
        n_deflated=gates.n_deflated,
        overfitting=gates.overfitting,
        found_cause=None if item.is_null else found_cause(foundry.history, judgements, judged.in_sample),
        kills=_kills(judgements),
        joined_p_values=tuple(sorted(_p_values(judgements))),
        ungated_p_value=_ungated(judged, policy),
        announced=announced(foundry.history, graduates, genomes),
        answers=_answers(judged, foundry.history, policy, is_null=item.is_null),
        search_seconds=round(searched - started, 2),
        judge_seconds=round(seconds, 2),
    )
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


def _judged(
    judgements: Sequence[Judgement], genomes: dict[str, Genome], n_registered: int, snapshot: Snapshot
) -> Judged:
    whole = snapshot.load()
    slices = slices_for(whole.time_ms, whole.interval_ms, 0)
    in_sample, first, second = (
        snapshot.prefix(part.end_ms).load() for part in (slices.in_sample, slices.out_of_sample, slices.walk_forward)
    )
    return Judged(judgements, genomes, n_registered, in_sample, (first, second), slices, FeatureStore(in_sample))


def _naive(judged: Judged, n_trials: int) -> NaiveGates:
    return naive_gates(
        [judged.subject(one) for one in judged.judgements],
        judged.in_sample,
        judged.held_out,
        judged.slices,
        judged.features,
        base_policy(),
        n_trials,
    )


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


def _ungated(judged: Judged, policy: GauntletPolicy) -> float | None:
    best = judged.best
    if best is None:
        return None
    scale = best.examination.scale
    assert scale is not None
    return ungated_p_value(judged.subject(best), scale, judged.held_out, judged.slices, policy)


def _answers(judged: Judged, history: HistorySettings, policy: GauntletPolicy, *, is_null: bool) -> tuple[Answer, ...]:
    """Ask every stage about the oracle, or about the best-looking of nothing."""
    oracle = None if is_null or history.world is None else ORACLES.get(history.world)
    best = judged.best
    if oracle is not None:
        subject = GenomeSubject(oracle)
    elif is_null and best is not None and _sharpe(best) > policy.in_sample.minimum_sharpe:
        subject = judged.subject(best)
    else:
        return ()
    return probe(subject, judged.in_sample, judged.held_out, judged.slices, policy, judged.features)


def _sharpe(judgement: Judgement) -> float:
    """Return the in-sample Sharpe ratio at the frozen scale; NaN where there is none."""
    if not judgement.examination.slices:
        return math.nan
    sharpe = judgement.examination.slice_record("IS").metrics["sharpe"]
    return math.nan if sharpe is None else sharpe
