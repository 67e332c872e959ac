"""Signals at random moments of a run's life, and going on until it is finished."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolution.run.layout import RunFolder
from tests.torture.tiny import Job

PLANS: dict[str, tuple[int, ...]] = {
    "SIGINT": (signal.SIGINT,),
    "SIGTERM": (signal.SIGTERM,),
    "SIGKILL": (signal.SIGKILL,),
    "SIGINT twice": (signal.SIGINT, signal.SIGINT),
}
"""What reaches the job, by name; Ctrl-C reaches its whole group, as in a terminal."""
FINISHED, STOPPED = 0, 3
PATIENCE_S = 90.0


@dataclass(frozen=True)
class Moment:
    """When to strike: after a time, or a while after the job has finished one generation more."""

    delay_s: float
    after_generation: bool

    @classmethod
    def draw(cls, rng: np.random.Generator, *, life_s: float, generation_s: float) -> Moment:
        """Draw one: half anywhere in a life, the start of the program included, half while it breeds."""
        after_generation = bool(rng.random() < 0.5)
        return cls(float(rng.uniform(0.0, generation_s if after_generation else life_s)), after_generation)


def finished_generation(run: RunFolder | None) -> int:
    """Return the newest generation with a checkpoint, -1 before the first."""
    names = [] if run is None else sorted(path.stem for path in run.checkpoints.glob("generation-*.json"))
    return int(names[-1].split("-")[1]) if names else -1


def wait_for(process: subprocess.Popen[bytes], job: Job, moment: Moment) -> bool:
    """Wait for the moment; return False if the process ended before it came."""
    deadline = time.monotonic() + PATIENCE_S
    if moment.after_generation:
        before = finished_generation(job.run)
        while finished_generation(job.run) <= before and process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"no generation finished in {PATIENCE_S} s after {before}: {job.last_words()}")
            time.sleep(0.001)
    try:
        process.wait(moment.delay_s)
    except subprocess.TimeoutExpired:
        return True
    return False


def strike(process: subprocess.Popen[bytes], plan: str) -> int:
    """Send what the plan says and return the exit code."""
    for number in PLANS[plan]:
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        time.sleep(0.01)
    return process.wait(PATIENCE_S)


def interrupt_until_finished(
    job: Job, plans: list[tuple[str, Moment]], *options: str, **launching: Any
) -> list[tuple[str, int]]:
    """Run the job, struck as often as there are plans, then to its end; return (plan, exit code) of each hit.

    A job that is finished before the plans are used up leaves the rest unused.
    """
    hits: list[tuple[str, int]] = []
    for plan, moment in plans:
        if job.is_finished:
            return hits
        process = job.launch(*options, **launching)
        if wait_for(process, job, moment):
            hits.append((plan, strike(process, plan)))
        elif process.returncode != FINISHED:
            raise AssertionError(f"unhurt, it ended with {process.returncode}: {job.last_words()}")
    while not job.is_finished:
        job.finish(*options, **launching)
    return hits


def allowed_codes(plan: str) -> set[int]:
    """Return how a job may end that was struck by this; before it listens, a signal ends it as any program."""
    number = PLANS[plan][0]
    if number == signal.SIGKILL:
        return {-signal.SIGKILL}
    by_default = {-signal.SIGTERM} if number == signal.SIGTERM else {-signal.SIGINT, 1, 130}
    return {FINISHED, STOPPED} | by_default
