"""`organism evolve list|show|control|compare`: look at runs, and steer them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from organism.cli import completion
from organism.cli.common import DEFAULT_HOME, HomeOption, JsonOption, open_home, print_json, say

RunArgument = Annotated[
    str, typer.Argument(help="Name of the run, from `organism evolve list`.", autocompletion=completion.runs)
]


def list_all(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """List the runs of a home."""
    from organism.views.runs import run_rows

    rows = run_rows(open_home(home).runs)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        say(f"{row['run']:40} {row['state']:12} {_progress(row):14} {row['n_trials']} genotypes")
    if not rows:
        say("no runs yet: organism evolve start configs/demo.toml")


def show(
    run: RunArgument,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Show one run: progress, rejections, best rules."""
    from evolution.run.layout import find_run
    from organism.views.run_words import run_lines
    from organism.views.runs import run_view

    view = run_view(find_run(open_home(home).runs, run))
    if as_json:
        print_json(view)
        return
    say(f"{view['run']}: {view['state']}, {_progress(view)}, {view['n_trials']} distinct genotypes scored")
    for line in run_lines(view):
        say(line)
    for row in view["best"]:
        say(f"\nSharpe {row['sharpe']:.2f}, {row['n_trades']} trades, {row['size']} nodes\n{row['rendered']}")


def control(
    run: RunArgument,
    wish: Annotated[str, typer.Argument(help="pause, run (after a pause), or stop.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Pause, continue or stop a run after its generation.

    It changes nothing in what the run finds. A run that was stopped goes on with `organism evolve resume`.
    """
    from data.errors import ConfigError
    from data.lock import living_holder
    from evolution.run.control import Wish, write_wish
    from evolution.run.layout import find_run

    folder = find_run(open_home(home).runs, run)
    if wish not in list(Wish):
        raise ConfigError(f"wish {wish!r} is unknown; allowed are {', '.join(Wish)}")
    pid = living_holder(folder.lock)
    if pid is None:
        state = "it is finished" if folder.is_finished else f"go on with: organism evolve resume {folder.name}"
        raise ConfigError(f"no process works on run {folder.name}, so that nobody would read the wish; {state}")
    write_wish(folder, Wish(wish))
    if as_json:
        print_json({"run": folder.name, "wish": wish, "process": pid})
        return
    say(f"{folder.name}: process {pid} is told to {wish}, and reads it after this generation")


def compare(
    run: RunArgument,
    before: Annotated[str, typer.Argument(help="Genotype, or the beginning of one; a parent, most often.")],
    after: Annotated[str, typer.Argument(help="Another one.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Lay two rules of a run side by side: text, figures, trades.

    Trades are simulated anew on the in-sample bars of the run, and on no others.
    """
    from organism.desk import lineage, simulation
    from organism.views.lineage_words import comparison_lines
    from organism.views.plain import to_plain

    place = open_home(home)
    found = lineage.compare(place, run, before, after)
    traded = None
    if found.rule:
        traded = simulation.behaviour(place, run, *lineage.rules(place, run, (before, after)))
    if as_json:
        print_json({"comparison": to_plain(found), "behaviour": to_plain(traded)})
        return
    for line in comparison_lines(found, traded):
        say(line)


def _progress(row: dict[str, Any]) -> str:
    return "not begun" if row["generation"] is None else f"generation {row['generation']}"
