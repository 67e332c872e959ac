"""`make torture`: fetches killed at random until they are done, again and again; the lakes are those of unbroken ones.

Each venue in turn is fetched from until nothing is missing, by processes of which each is killed at a moment drawn
from the seed. After each kill what had been acknowledged is counted in the lake.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from tests.torture.campaign import Campaign
from tests.torture.fetching import VENUES, contents, live, n_rows, served

FOREVER_S = 600.0
MOST_KILLS = 60
"""Of one venue in its turn; the last life may come to its end."""


def main() -> int:
    """Kill as often as asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    campaign = Campaign("fetch_kills", asked.kills, {"kills": asked.kills, "seed": asked.seed})
    with ExitStack() as servers:
        urls = {venue: servers.enter_context(served(venue)) for venue in VENUES}
        turn = 0
        while campaign.done < asked.kills:
            venue = VENUES[turn % len(VENUES)]
            rng = np.random.default_rng((asked.seed, turn))
            n_kills, failures = one_turn(venue, urls[venue], campaign.work / venue, rng)
            turn += 1
            campaign.record(*[f"{venue} killed"] * n_kills, f"{venue} done", failures=failures, rounds=n_kills)
    return campaign.close()


def one_turn(
    venue: str, url: str, work: Path, rng: np.random.Generator, most_kills: int = MOST_KILLS
) -> tuple[int, list[str]]:
    """Fetch everything with kills, and return how many there were, and what was wrong then."""
    unbroken, home = work / "unbroken", work / "killed"
    shutil.rmtree(work, ignore_errors=True)
    whole = live(venue, url, unbroken, FOREVER_S)
    expected = contents(unbroken)
    n_kills, is_done, failures = 0, False, []
    while not is_done:
        before = n_rows(home)
        # Mostly early, so that the way to the end has many deaths in it.
        life_s = whole.seconds * float(rng.random()) ** 2 if n_kills < most_kills else FOREVER_S
        life = live(venue, url, home, life_s)
        n_acknowledged = life.said[-1] if life.said else 0
        if n_rows(home) < before + n_acknowledged:
            failures.append(f"{venue}: of {n_acknowledged} rows acknowledged after {before}, some are lost")
        is_done = life.is_done
        n_kills += not is_done
    if contents(home) != expected:
        failures.append(f"{venue}: after {n_kills} kills the lake is another one")
    return n_kills, failures


if __name__ == "__main__":
    sys.exit(main())
