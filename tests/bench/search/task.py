"""One pair from its seed to outcomes: made, searched by each arm, judged on centuries."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from data.snapshot import Snapshot, SnapshotStore
from data.worlds import make_world
from evolution.evaluator import Evaluator
from evolution.fitness import Score
from organism.calibrate.oracles import oracle_of
from organism.foundry import in_sample_end_ms
from tests.bench.search.climb import Climb, EnoughError
from tests.bench.search.continuation import Continuation
from tests.bench.search.ea_simple import evolve_by_ea_simple
from tests.bench.search.judged import best_of
from tests.bench.search.outcome import Outcome
from tests.bench.search.plan import CONTINUATION, SEARCH, WORLD, ArmSettings, Pair, PlanSettings
from tests.bench.search.searched import evolve_by_search
from tests.bench.search.strengths import strengthened


class Arena:
    """What all arms of a pair share; each part is made when it is first asked for.

    Parameters
    ----------
    plan
        The plan.
    pair
        Kind and seed.
    folder
        For the history and for runs; the caller removes it.
    strengths
        Where strengths are kept.
    """

    def __init__(self, plan: PlanSettings, pair: Pair, folder: Path, strengths: Path) -> None:
        self._plan, self._pair, self._folder = plan, pair, folder
        self.cause = strengthened(pair, plan, strengths)
        self._oracle = oracle_of(self.cause)
        self._continuation = Continuation(pair, self.cause, plan.continuation, CONTINUATION)

    def run(self, arm: ArmSettings) -> Outcome:
        """Let an arm search, and judge it after every rung."""
        plan, settings = self._plan, self._plan.search_of(arm)
        seed, history = self._pair.draw(SEARCH), self._in_sample.path
        oracle, in_sample = self._continuation.sharpe(self._oracle), self._oracle_in_sample
        climb = Climb(plan, lambda candidates: best_of(candidates, self._continuation, oracle))
        try:
            if arm.method == "ea-simple":
                evolve_by_ea_simple(settings, seed, history, plan.limit, climb.watch)
            else:
                evolve_by_search(settings, seed, history, self._folder / f"run-{arm.name}", climb.watch)
        except EnoughError:
            pass
        return Outcome(
            self._pair.kind, self._pair.seed, arm.name, asdict(self.cause), oracle, in_sample, climb.finish()
        )

    @cached_property
    def _oracle_in_sample(self) -> float | None:
        """Return the oracle's Sharpe ratio on the bars that are searched; None if it trades too little there."""
        evaluator = Evaluator(self._in_sample.load(), minimum_trades=self._plan.search.minimum_trades)
        found = evaluator.evaluate(self._oracle)
        return found.sharpe if isinstance(found, Score) else None

    @cached_property
    def _in_sample(self) -> Snapshot:
        """Return the part of the world that a search sees, as a history of its own."""
        plan, pair = self._plan, self._pair
        world = make_world(pair.kind, pair.draw(WORLD), years=plan.years, cause=self.cause)
        whole = SnapshotStore(self._folder / "snapshots").save(world.markets, world.origin)
        return whole.prefix(in_sample_end_ms(whole.load()))


def run_pair(
    plan: PlanSettings, pair: Pair, arms: Sequence[ArmSettings], folder: Path, strengths: Path
) -> Iterator[Outcome]:
    """Yield what these arms find on a pair, one after the other; `folder` is removed afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        arena = Arena(plan, pair, folder, strengths)
        for arm in arms:
            yield arena.run(arm)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
