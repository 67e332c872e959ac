"""`organism evolve baseline`: what random search finds at the budget of a run."""

from __future__ import annotations

from typing import Annotated

import typer

from organism.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    WorkersOption,
    compile_once,
    note,
    open_home,
    print_json,
    say,
)
from organism.cli.interrupt import INTERRUPTED, stop_on_interrupt
from organism.cli.limits import FULL, Limits
from organism.cli.runs import RunArgument

REPEATED = "the same command goes on"


def baseline(
    run: RunArgument,
    home: HomeOption = DEFAULT_HOME,
    workers: WorkersOption = None,
    hours: Annotated[float | None, typer.Option(min=0.0, help=f"Stop after so many hours; {REPEATED}.")] = None,
    megabytes: Annotated[int | None, typer.Option(min=64, help=f"{FULL}; {REPEATED}.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw as many rules afresh as a run has scored.

    That is what random search finds on the same bars at the same budget; what a screen has asked besides is not drawn.
    It takes about as long as the run has, and goes on where it was stopped. Nothing of it is handed to the gauntlet.
    """
    from evolution.run.layout import find_run
    from organism.baseline import draw_baseline, n_generations, n_wanted
    from organism.cli.progress import evolution_progress
    from organism.run_manifest import run_settings
    from organism.views.run_words import baseline_line
    from organism.views.runs import run_view

    place = open_home(home)
    folder = find_run(place.runs, run)
    settings = run_settings(folder)
    n_rules = n_wanted(folder, settings)
    n_planned = n_generations(settings.search, n_rules)
    compile_once()
    limits = Limits(hours, megabytes)
    with stop_on_interrupt() as wanted, evolution_progress(f"{run} drawn afresh", n_planned) as watch:
        is_done = draw_baseline(
            folder,
            place,
            settings,
            n_rules,
            workers=workers or settings.workers,
            watch=watch,
            should_stop=lambda: bool(wanted) or limits.is_reached(note),
            warn=note,
        )
    view = run_view(folder)
    if as_json:
        print_json({"run": run, "is_finished": is_done, "n_trials": view["n_trials"], **view["random_baseline"]})
    elif is_done:
        say(baseline_line(view))
    if not is_done:
        note(f"stopped; go on with: organism evolve baseline {run}")
        raise typer.Exit(INTERRUPTED)
