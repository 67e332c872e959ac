"""`organism dashboard`: the window in the terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from organism.cli import completion
from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, open_home, print_json


def dashboard(
    run: Annotated[
        str | None,
        typer.Argument(
            help="Name of a run; without one, the run that is worked on, else the newest.",
            autocompletion=completion.runs,
        ),
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Watch runs, lineages, strategies and the registry.

    It reads what is in the home, also while a job works on it; ? says what the keys do.
    In a browser: textual serve --command "organism dashboard". With --json, the figures of the run, once.
    """
    from data.errors import ConfigError
    from evolution.run.layout import find_run
    from organism.views.newest import newest_run
    from organism.views.plain import to_plain
    from organism.views.run_watch import RunReader

    place = open_home(home)
    folder = newest_run(place) if run is None else find_run(place.runs, run)
    if as_json:
        if folder is None:
            raise ConfigError("there is no run yet; start one with: organism evolve start configs/demo.toml")
        print_json(to_plain(RunReader(folder).read()))
        return
    if not sys.stdout.isatty() and not _is_served():
        raise ConfigError("the dashboard draws on a terminal, and stdout is none; use --json, or open a terminal")
    from organism.dashboard.app import OrganismApp

    OrganismApp(place, folder).run()


def _is_served() -> bool:
    """Tell whether a browser is the terminal, as `textual serve` says."""
    import os

    return "TEXTUAL_DRIVER" in os.environ
