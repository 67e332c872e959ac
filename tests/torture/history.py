"""`make torture`: SIGKILL into everything that brings history in, until it is compared with what nobody killed.

A third of the kills each: `organism data fetch`; a recording, beside another one of the same venue that lives; the
compaction of a journal. Afterwards the lake has the rows of the unbroken one, whatever was acknowledged is there, and
nothing is there twice.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.torture.campaign import Campaign
from tests.torture.history_kills import Outcome, killed_compaction, killed_fetch
from tests.torture.recording_kills import killed_recording

INTERRUPTED = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that are killed."""

    name: str
    attempts: int
    """At a kill, in one scenario; one that comes after the end is none."""
    run: Callable[[Path, np.random.Generator, int], Outcome]
    """Kills so often, lets it come to its end, and says what is wrong."""


PARTS = (
    Part("fetch", 4, killed_fetch),
    Part("recording", 6, killed_recording),
    Part("compaction", 4, killed_compaction),
)


def run(campaign: Campaign, seed: int, parts: Sequence[Part] = PARTS) -> None:
    """Kill until there have been as many kills as asked for, the parts in turn."""
    while campaign.done < campaign.rounds:
        number = sum(count for outcome, count in campaign.outcomes.items() if outcome.startswith("scenario"))
        part = parts[number % len(parts)]
        folder = campaign.work / f"{part.name}-{number}"
        # What an interrupted campaign left of it began with other kills.
        shutil.rmtree(folder, ignore_errors=True)
        outcome = part.run(folder, np.random.default_rng((seed, number)), part.attempts)
        failures = [f"{part.name}, scenario {number}: {problem}" for problem in outcome.problems]
        end = "broken" if failures else "as unbroken"
        kills = [f"kill of a {part.name}"] * outcome.kills
        campaign.record(f"scenario of a {part.name}: {end}", *kills, failures=failures, rounds=outcome.kills)
        if not failures:
            shutil.rmtree(folder)


def main() -> int:
    """Kill as often as asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    campaign = Campaign("history", asked.kills, vars(asked))
    try:
        run(campaign, asked.seed)
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; the same command goes on from there\n")
        return INTERRUPTED
    return campaign.close()


if __name__ == "__main__":
    sys.exit(main())
