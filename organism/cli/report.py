"""`organism report`: one self-contained page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli import comparison, completion
from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, open_home, print_json, say
from organism.cli.default_verb import GroupWithDefault

if TYPE_CHECKING:
    from organism.home import Home
    from organism.registry.store import Registry

app = typer.Typer(cls=GroupWithDefault, help="Write one page about a strategy or a run.")
app.command("compare")(comparison.compare)


class Format(StrEnum):
    """What a report is written as."""

    HTML = "html"
    PNG = "png"


@app.command("write", hidden=True)
def write(
    name: Annotated[
        str,
        typer.Argument(help="Strategy id (or its beginning), or the name of a run.", autocompletion=completion.reports),
    ],
    home: HomeOption = DEFAULT_HOME,
    to: Annotated[Path | None, typer.Option("--to", help="File to write; default HOME/reports/NAME.FORMAT.")] = None,
    form: Annotated[
        Format, typer.Option("--format", help="html, or png: a picture of the page, taken by Chromium.")
    ] = Format.HTML,
    as_json: JsonOption = False,
) -> None:
    """Write one page about a strategy or a run.

    The verdict comes first, then trades, equity, months, costs, neighbours,
    resampled histories, lineage and luck, each with what it does not say.
    Slices that the vault has not opened are named and not read. The page
    needs no network, prints, and holds its figures; nothing else is written.

    `organism report compare A B` lays two strategies, or two runs, side by
    side, and says whether what differs is more than luck.
    """
    from organism.registry.store import Registry
    from organism.views.provenance import history_view

    place = open_home(home)
    history = None
    with Registry.open(place.registry_path) as registry:
        if (place.runs / name).is_dir():
            path = _write_run(place, registry, name, to, form)
        else:
            path, snapshot_id = _write_strategy(place, registry, name, to, form)
            history = history_view(place, snapshot_id)
    if as_json:
        print_json({"name": name, "path": str(path), "history": history})
        return
    say(f"written to {path}")


def _write_run(place: Home, registry: Registry, run: str, to: Path | None, form: Format) -> Path:
    from data.errors import ConfigError
    from organism.report.data import LeaderboardReport
    from organism.report.leaderboard_page import write_leaderboard
    from organism.views.leaderboard import headline, market_section

    if form is not Format.HTML:
        raise ConfigError(f"the page of a run is html alone, received --format {form}: name one of its strategies")
    section = market_section(place, registry, run)
    path = to or place.reports / f"{run}.html"
    write_leaderboard(LeaderboardReport(run, headline([section]), (section,)), path)
    return path


def _write_strategy(place: Home, registry: Registry, name: str, to: Path | None, form: Format) -> tuple[Path, str]:
    """Write the page of the newest verdict; return where, and the snapshot that it is about."""
    from data.errors import ConfigError
    from organism.report.chromium import find_chromium
    from organism.views.pages import write_page, write_picture

    strategy = registry.get(name)
    verdicts = registry.verdicts(strategy_id=strategy.id)
    if not verdicts:
        raise ConfigError(f"strategy {strategy.id} has no verdict yet; judge it with: organism validate")
    path = to or place.reports / f"{strategy.id}.{form}"
    if form is Format.PNG:
        # Before the work, not after it.
        find_chromium()
    write = write_picture if form is Format.PNG else write_page
    write(place, registry, strategy, verdicts[-1], path)
    return path, verdicts[-1].snapshot_id
