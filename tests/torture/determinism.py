"""`make torture`: one run under many circumstances; every hash of what it leaves behind must be the same.

Every circumstance is a fresh process on the real command line. The last rounds are interrupted by signals
at random moments, seeded, and resumed until they are finished.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from dataclasses import dataclass, field

import numpy as np

from tests.torture.campaign import Campaign
from tests.torture.interruptions import PLANS, Moment, allowed_codes, interrupt_until_finished, strike, wait_for
from tests.torture.processes import MARK, survivors
from tests.torture.tiny import ENTRY, Job

CROWDED, BACKWARDS = ("tests/determinism/crowded.py",), ("tests/determinism/backwards.py",)
HITS_PER_RUN = 5
ORPHAN_LIMIT_S = 5.0
GENERATION_S = 0.05


@dataclass(frozen=True)
class Circumstance:
    """What differs from the plain run."""

    name: str
    options: tuple[str, ...] = ()
    entry: tuple[str, ...] = ENTRY
    environment: dict[str, str] = field(default_factory=dict)
    under: tuple[str, ...] = ()


def circumstances() -> list[Circumstance]:
    """Return the matrix, crowd and hash seed with and without worker processes."""
    found = [Circumstance("plain")]
    for count in ("1", "2", "4"):
        found.append(Circumstance(f"--workers {count}", ("--workers", count)))
        found.append(Circumstance(f"ORGANISM_WORKERS={count}", environment={"ORGANISM_WORKERS": count}))
    for count in ("1", "2"):
        options = ("--workers", count)
        for seed in ("0", "1", "12345", "random"):
            found.append(
                Circumstance(f"PYTHONHASHSEED={seed}, {count} workers", options, environment={"PYTHONHASHSEED": seed})
            )
        for crowd in ("100", "3001", "20000"):
            found.append(
                Circumstance(
                    f"{crowd} strange classes, {count} workers",
                    options,
                    CROWDED,
                    {"TORTURE_CROWD": crowd, "PYTHONHASHSEED": crowd},
                )
            )
        found.append(Circumstance(f"imports backwards, {count} workers", options, BACKWARDS))
    found.append(Circumstance("optimised byte code", entry=("-O", *ENTRY)))
    found.append(Circumstance("another locale and time zone", environment={"TZ": "Pacific/Chatham", "LC_ALL": "C"}))
    found.append(Circumstance("another allocator", environment={"PYTHONMALLOC": "malloc"}))
    if shutil.which("setarch"):
        found += [
            Circumstance(f"fixed addresses, {name}", entry=entry, under=("setarch", "-R"))
            for name, entry in (("plain", ENTRY), ("strange classes", CROWDED))
        ]
    return found


def main() -> int:
    """Run the matrix and the interruptions."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--interruptions", type=int, default=20, help="signals that must hit")
    parser.add_argument("--seed", type=int, default=1, help="seed of signals and moments")
    asked = parser.parse_args()
    table = circumstances()
    campaign = Campaign("determinism", len(table) + 1 + asked.interruptions, vars(asked))
    reference = Job(campaign.work / "reference")
    expected = reference.fingerprint() if reference.is_finished else reference.finish()
    started = time.monotonic()
    Job(campaign.work / "measured").finish()
    life_s = time.monotonic() - started
    shutil.rmtree(campaign.work / "measured")
    for circumstance in table[campaign.done :]:
        campaign.record(f"same: {circumstance.name}", failures=_differences(campaign, circumstance, expected))
    if campaign.done == len(table):
        campaign.record("same: stopped, its home copied, resumed in the copy", failures=_moved_run(campaign, expected))
    while campaign.done < campaign.rounds:
        _interrupted_run(campaign, asked.seed, life_s, expected)
    return campaign.close()


def _differences(campaign: Campaign, circumstance: Circumstance, expected: dict[str, str]) -> list[str]:
    folder = campaign.work / "circumstance"
    shutil.rmtree(folder, ignore_errors=True)
    found = Job(folder).finish(
        *circumstance.options,
        entry=circumstance.entry,
        environment=circumstance.environment,
        under=circumstance.under,
    )
    return [f"{circumstance.name}: other {part}" for part in expected if found[part] != expected[part]]


def _moved_run(campaign: Campaign, expected: dict[str, str]) -> list[str]:
    """Stop a run, copy its home, delete the first one, and finish in the copy."""
    job, copy = Job(campaign.work / "stopped"), Job(campaign.work / "copied")
    for folder in (job.folder, copy.folder):
        shutil.rmtree(folder, ignore_errors=True)
    process = job.launch()
    assert wait_for(process, job, Moment(0.0, True)), "a run that ends first moves nothing"
    strike(process, "SIGTERM")
    shutil.copytree(job.home, copy.home)
    shutil.rmtree(job.folder)
    found = copy.finish()
    return [f"copied home: other {part}" for part in expected if found[part] != expected[part]]


def _interrupted_run(campaign: Campaign, seed: int, life_s: float, expected: dict[str, str]) -> None:
    rng = np.random.default_rng((seed, campaign.done))
    folder, mark, n_workers = (
        campaign.work / "interrupted",
        f"determinism-{time.monotonic_ns()}",
        int(rng.choice([1, 2])),
    )
    shutil.rmtree(folder, ignore_errors=True)
    names = sorted(PLANS)
    plans = [
        (names[int(rng.integers(len(names)))], Moment.draw(rng, life_s=life_s, generation_s=GENERATION_S))
        for _ in range(min(HITS_PER_RUN, campaign.rounds - campaign.done))
    ]
    job = Job(folder)
    hits = interrupt_until_finished(job, plans, "--workers", str(n_workers), environment={MARK: mark})
    where = f"seed {seed} round {campaign.done}, {n_workers} workers, {plans}"
    failures = [f"{where}: {plan} ended with {code}" for plan, code in hits if code not in allowed_codes(plan)]
    found = job.fingerprint()
    failures += [f"{where}: other {part}" for part in expected if found[part] != expected[part]]
    failures += [f"{where}: left running {line}" for line in survivors(mark, patience_s=ORPHAN_LIMIT_S)]
    # A run that no signal hit is no round, but is counted, so that an unlucky seed cannot go on for ever.
    campaign.record(*(f"{plan}, exit {code}" for plan, code in hits), failures=failures, rounds=max(1, len(hits)))


if __name__ == "__main__":
    sys.exit(main())
