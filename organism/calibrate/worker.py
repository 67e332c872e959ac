"""A process of a campaign: `python -m organism.calibrate.worker FOLDER ...` makes every n-th world, see `crew`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from organism.calibrate.campaign import open_campaign
from organism.calibrate.world_run import run_world
from organism.crew import work_share


def work(arguments: Sequence[str], share: int, n_shares: int) -> None:
    """Make this share of the worlds that are not done, one after the other."""
    [folder] = map(Path, arguments)
    campaign = open_campaign(folder)
    for place, task in enumerate(campaign.tasks):
        if place % n_shares == share and not campaign.is_done(task):
            outcome = run_world(campaign.settings, task, campaign.policy, folder / "work" / task.name)
            outcome.save(campaign.outcomes_folder)


if __name__ == "__main__":
    work_share(work)
