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
    note,
    print_json,
    say,
)

DEFAULT_CONFIG = Path("configs/calibration.toml")


def calibrate(
    config: Annotated[Path | None, typer.Argument(help="Classes of worlds; default configs/calibration.toml.")] = None,
    home: HomeOption = DEFAULT_HOME,
    workers: WorkersOption = None,
    show: Annotated[bool, typer.Option("--show", help="Only say what is done so far; make no world.")] = False,
    page: Annotated[Path | None, typer.Option(help="Write the page here as well; such as docs/honesty.md.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how often the foundry is wrong, on made worlds.

    It searches and judges many of them, and says how often a world that holds nothing has a graduate, and how often a
    planted cause is found. Goes on where it was stopped. Sizes and seeds are fixed by the configuration before anything
    is looked at.
    """
    from data.code_version import ROOT
    from data.settings import load_settings
    from organism.calibrate.campaign import begin, open_campaign, run
    from organism.calibrate.page import page as page_of
    from organism.calibrate.plan import CampaignSettings
    from organism.calibrate.records import document, findings_of, write_page, write_records
    from organism.cli.expected import expected
    from organism.cli.progress import campaign_progress
    from organism.configuration.kind import Kind
    from organism.gauntlet.policy import GauntletPolicy

    with expected(Kind.CAMPAIGN, config):
        settings = load_settings(CampaignSettings, config or ROOT / DEFAULT_CONFIG)
    policy = load_settings(GauntletPolicy, ROOT / "configs/gauntlet.toml")
    folder = create_home(home).root / "calibration" / settings.name
    campaign = open_campaign(folder) if show else begin(folder, settings, policy)
    if campaign.absent:
        note(f"left out, as their history is not here: {', '.join(campaign.absent)}")
    if not show:
        compile_once()
        with campaign_progress(settings.name) as watch:
            run(campaign, workers or 2, watch)
    command = "organism calibrate" if config is None else f"organism calibrate {config}"
    written, findings = write_records(campaign, command), findings_of(campaign)
    if page is not None:
        write_page(findings, command, page)
    if as_json:
        print_json(document(findings))
    else:
        say(page_of(findings, command))
        say(f"page: {written}")
