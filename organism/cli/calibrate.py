"""`organism calibrate`: the foundry measured on worlds whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organism.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    WorkersOption,
    compile_once,
    create_home,
    print_json,
    say,
)

DEFAULT_CONFIG = Path("configs/calibration.toml")


def calibrate(
    config: Annotated[Path | None, typer.Argument(help="Classes of worlds; default configs/calibration.toml.")] = None,
    home: HomeOption = DEFAULT_HOME,
    workers: WorkersOption = None,
    page: Annotated[Path | None, typer.Option(help="Write the page here as well; such as docs/honesty.md.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Search and judge many made worlds; say how often nothing graduates, and how often what is there.

    Goes on where it was stopped. Sizes and seeds are fixed by the configuration before anything is looked at.
    """
    from dataclasses import asdict

    from data.code_version import ROOT
    from data.settings import load_settings
    from organism.calibrate.campaign import begin, run
    from organism.calibrate.page import page as page_of
    from organism.calibrate.plan import CampaignSettings
    from organism.calibrate.tables import tables_of
    from organism.cli.progress import campaign_progress
    from organism.gauntlet.policy import GauntletPolicy

    settings = load_settings(CampaignSettings, config or ROOT / DEFAULT_CONFIG)
    policy = load_settings(GauntletPolicy, ROOT / "configs/gauntlet.toml")
    folder = create_home(home).root / "calibration" / settings.name
    campaign = begin(folder, settings, policy)
    compile_once()
    with campaign_progress(settings.name) as watch:
        run(campaign, workers or 2, watch)
    tables = tables_of(settings, campaign.outcomes())
    command = "organism calibrate" if config is None else f"organism calibrate {config}"
    text = page_of(settings, tables, command)
    for path in (folder / "honesty.md", page):
        if path is not None:
            path.write_text(text)
    if as_json:
        print_json({"campaign": settings.name, "seed": settings.seed, "classes": [asdict(t) for t in tables]})
    else:
        say(text)
        say(f"page: {folder / 'honesty.md'}")
