"""`make torture`: SIGKILL after SIGKILL into a live search, until what is left is compared with an unhurt one.

Each kill hits the job itself or one of its two workers, at a moment drawn from the seed. A killed job is
started again at once, while its orphans may still be dying; a job that lost a worker must go on.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolution.run.checkpoint import load_checkpoint
from evolution.run.layout import read_json
from evolution.run.origin import Origin
from evolution.trials import read_segments
from organism.views.progress import progress_of
from tests.support.processes import workers_of
from tests.torture.campaign import Campaign
from tests.torture.interruptions import PATIENCE_S, Moment, finished_generation, wait_for
from tests.torture.leftovers import unexplained
from tests.torture.processes import MARK, survivors
from tests.torture.tiny import Job

SEARCH: dict[str, Any] = {"population": 80, "offspring": 80, "generations": 120}
WORKERS = ("--workers", "2")
ORPHAN_LIMIT_S = 5.0
LIFE_S = 8.0
GENERATION_S = 0.4


@dataclass
class Life:
    """One process of the job, from its start to its end."""

    process: subprocess.Popen[bytes]
    mark: str

    @classmethod
    def begin(cls, job: Job) -> Life:
        mark = f"sigkill-{time.monotonic_ns()}"
        return cls(job.launch(*WORKERS, environment={MARK: mark}), mark)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def main() -> int:
    """Kill as often as asked, over as many runs as that takes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    campaign = Campaign("sigkill", asked.kills, vars(asked))
    while campaign.done < asked.kills:
        number = sum(count for outcome, count in campaign.outcomes.items() if outcome.startswith("run "))
        _one_run(campaign, Job(campaign.work / f"run-{number}", seed=number + 1, search=SEARCH), asked.seed)
    return campaign.close()


def _one_run(campaign: Campaign, job: Job, seed: int) -> None:
    """Hurt one run until it is finished or the kills are used up, then compare it with the unhurt one."""
    life = Life.begin(job)
    try:
        while campaign.done < campaign.rounds and life.process.poll() is None:
            rng = np.random.default_rng((seed, campaign.done))
            if rng.random() < 0.5:
                life = _kill_job(campaign, job, life, rng)
            else:
                _kill_worker(campaign, job, life, rng)
        code = life.process.wait()
    finally:
        life.kill()
    if code and not job.is_finished:
        campaign.failures.append(f"{job.folder.name}: unhurt, it ended with {code}: {job.last_words()}")
        raise SystemExit(campaign.close())
    _compare(campaign, job, life)


def _kill_job(campaign: Campaign, job: Job, life: Life, rng: np.random.Generator) -> Life:
    """Kill the job itself; return the next life, begun at once."""
    moment = Moment.draw(rng, life_s=LIFE_S, generation_s=GENERATION_S)
    if not wait_for(life.process, job, moment):
        return life
    before = finished_generation(job.run)
    life.kill()
    where = f"kill {campaign.done}, {job.folder.name}, {moment}"
    failures = [f"{where}: {problem}" for problem in _state_problems(job, before)]
    # Struck after its last write, it has nothing left to resume.
    following = life if job.is_finished else Life.begin(job)
    failures += [f"{where}: left running {line}" for line in survivors(life.mark, patience_s=ORPHAN_LIMIT_S)]
    phase = "while it bred" if moment.after_generation else "anywhere in its life"
    campaign.record(f"job killed {phase}", failures=failures)
    return following


def _kill_worker(campaign: Campaign, job: Job, life: Life, rng: np.random.Generator) -> None:
    """Kill one worker; the job must finish a generation more, or its run."""
    if not wait_for(life.process, job, Moment(float(rng.uniform(0.0, GENERATION_S)), True)):
        return
    workers = workers_of(life.process.pid)
    if not workers:
        # Between two pools, or past the last generation.
        return
    victim = workers[int(rng.integers(len(workers)))]
    before = finished_generation(job.run)
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + PATIENCE_S
    while finished_generation(job.run) <= before and life.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    went_on = finished_generation(job.run) > before or life.process.poll() == 0
    failures = [] if went_on else [f"kill {campaign.done}, {job.folder.name}: stood still after a worker died"]
    campaign.record("worker killed", failures=failures)


def _state_problems(job: Job, before: int) -> list[str]:
    """Return what is wrong with the files of a job that was just killed, `before` being its last checkpoint."""
    if job.run is None:
        return []
    origin = Origin(**read_json(job.run.manifest)["origin"])
    state, damage = load_checkpoint(job.run.checkpoints, origin)
    last = -1 if state is None else state.generation
    problems = list(damage)
    if last < before:
        problems.append(f"generation {before} was lost, the newest is {last}")
    rows = [len(table) for table in read_segments(job.run.trials)]
    if len(rows) - (last + 1) not in (0, 1):
        problems.append(f"{len(rows)} segments beside generation {last}")
    if state is not None and sum(rows[: last + 1]) != state.n_trials:
        problems.append(f"{sum(rows[: last + 1])} trials on disk, {state.n_trials} counted")
    return problems


def _compare(campaign: Campaign, job: Job, life: Life) -> None:
    """Compare a finished run with one that nobody hurt, part by part."""
    reference = Job(job.folder.with_name("reference"), seed=job.seed, search=SEARCH)
    shutil.rmtree(reference.folder, ignore_errors=True)
    expected, found = reference.finish(), job.fingerprint()
    failures = [f"{job.folder.name}: other {part}" for part in expected if found[part] != expected[part]]
    failures += [f"{job.folder.name}: left running {line}" for line in survivors(life.mark, patience_s=ORPHAN_LIMIT_S)]
    failures += [f"{job.folder.name}: {problem}" for problem in unexplained(job.home)]
    n_lost = int(SEARCH["generations"]) + 1 - _lines_of_progress(job)
    failures += [f"{job.folder.name}: {n_lost} lines of progress lost"] * (n_lost > 0)
    outcome = "run differs from the unhurt one" if failures else "run finished as the unhurt one"
    campaign.record(outcome, failures=failures, rounds=0)
    if not failures:
        shutil.rmtree(job.folder)


def _lines_of_progress(job: Job) -> int:
    assert job.run is not None
    return len(progress_of(job.run.generations).points)


if __name__ == "__main__":
    sys.exit(main())
