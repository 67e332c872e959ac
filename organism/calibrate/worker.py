"""A process of a campaign: `python -m organism.calibrate.worker FOLDER SHARE OF` makes every OF-th world."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from data.leash import end_with_parent
from organism.calibrate.campaign import open_campaign
from organism.calibrate.world_run import run_world


def main(folder: Path, share: int, n_shares: int) -> None:
    """Make this share of the worlds that are not done, one after the other."""
    campaign = open_campaign(folder)
    for place, task in enumerate(campaign.tasks):
        if place % n_shares == share and not campaign.is_done(task):
            outcome = run_world(campaign.settings, task, campaign.policy, folder / "work" / task.name)
            outcome.save(campaign.outcomes_folder)


if __name__ == "__main__":
    end_with_parent(os.getppid())
    # Ctrl-C reaches the whole terminal; the parent says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
