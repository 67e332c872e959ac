"""`organism report`: one self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from organism.cli import comparison, completion
from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, open_home, print_json, say
from organism.cli.default_verb import GroupWithDefault

app = typer.Typer(cls=GroupWithDefault, help="Write one HTML page about a strategy or a run.")
app.command("compare")(comparison.compare)


@app.command("write", hidden=True)
def write(
    name: Annotated[
        str,
        typer.Argument(help="Strategy id (or its beginning), or the name of a run.", autocompletion=completion.reports),
    ],
    home: HomeOption = DEFAULT_HOME,
    to: Annotated[Path | None, typer.Option("--to", help="File to write; default HOME/reports/NAME.html.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write one HTML page about a strategy or a run.

    The verdict comes first, and equity only where the vault has judged. `organism report compare A B` lays two
    strategies, or two runs, side by side, and says whether what differs is more than luck.
    """
    from data.errors import ConfigError
    from organism.registry.store import Registry
    from organism.report.data import LeaderboardReport
    from organism.report.html import write_leaderboard
    from organism.views.leaderboard import headline, market_section
    from organism.views.pages import write_page
    from organism.views.provenance import history_view

    place = open_home(home)
    history = None
    with Registry.open(place.registry_path) as registry:
        if (place.runs / name).is_dir():
            section = market_section(place, registry, name)
            path = to or place.reports / f"{name}.html"
            write_leaderboard(LeaderboardReport(name, headline([section]), (section,)), path)
        else:
            strategy = registry.get(name)
            verdicts = registry.verdicts(strategy_id=strategy.id)
            if not verdicts:
                raise ConfigError(f"strategy {strategy.id} has no verdict yet; judge it with: organism validate")
            path = write_page(place, registry, strategy, verdicts[-1], to)
            history = history_view(place, verdicts[-1].snapshot_id)
    if as_json:
        print_json({"name": name, "path": str(path), "history": history})
        return
    say(f"written to {path}")
