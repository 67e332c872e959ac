"""`organism evolve`: start, resume, list and show searches."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from organism.cli import completion
from organism.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    WorkersOption,
    compile_once,
    create_home,
    note,
    now_utc,
    open_home,
    print_json,
    say,
)
from organism.cli.limits import Limits

if TYPE_CHECKING:
    from evolution.run.layout import RunFolder
    from organism.home import Home
    from organism.settings import FoundrySettings

app = typer.Typer(help="Breed strategies, steer searches, look at what they found.")

INTERRUPTED = 3
FULL = "Stop when this process holds so much memory (MiB)"
RESUMED, REPEATED = "the run can be resumed", "the same command goes on"
RunArgument = Annotated[
    str, typer.Argument(help="Name of the run, from `organism evolve list`.", autocompletion=completion.runs)
]
HoursOption = Annotated[float | None, typer.Option(min=0.0, help=f"Stop after so many hours; {RESUMED}.")]
MegabytesOption = Annotated[int | None, typer.Option(min=64, help=f"{FULL}; {RESUMED}.")]


@app.command("start")
def start(  # noqa: PLR0913, PLR0917 - its options
    config: Annotated[Path, typer.Argument(help="A configuration file, such as configs/demo.toml.")],
    home: HomeOption = DEFAULT_HOME,
    workers: WorkersOption = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Replaces the seed of the file.")] = None,
    warm_start: Annotated[
        Path | None,
        typer.Option(
            help="Rules to begin with, a genome a line, as `organism registry export` writes one; empty lines and "
            "those that begin with # are left out."
        ),
    ] = None,
    avoid: Annotated[
        Path | None,
        typer.Option(help="Rules not to trade like, a file of the same kind: what earns when they do counts less."),
    ] = None,
    avoid_living: Annotated[bool, typer.Option("--avoid-living", help="Nor like this home's candidates.")] = False,
    avoid_dead: Annotated[
        bool,
        typer.Option("--avoid-dead", help="Nor like what was retired, or rejected for its in-sample bars alone."),
    ] = False,
    forever: Annotated[
        bool,
        typer.Option(
            "--forever",
            help="Breed until stopped, or `evaluations` are used up; a new population whenever one has got no better "
            "for `patience` generations (40, if the configuration names none).",
        ),
    ] = False,
    hours: HoursOption = None,
    megabytes: MegabytesOption = None,
    grammar: Annotated[
        Path | None, typer.Option(help="A file that says which opcodes to use: configs/grammars/no-funding.toml.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Start a run: breed, then hand the best to the gauntlet.

    Ctrl-C or SIGTERM finish the generation, and so does a limit; `organism evolve resume` goes on from there.
    """
    from organism.cli.expected import expected
    from organism.configuration.kind import Kind
    from organism.foundry import start_run
    from organism.kept_rules import rules_of
    from organism.registry.store import Registry
    from organism.rule_file import read_rules
    from organism.settings import load_foundry_settings

    with expected(Kind.GRAMMAR, grammar), expected(Kind.RUN, config):
        settings = load_foundry_settings(config, grammar)
    if seed is not None:
        settings = settings.model_copy(update={"seed": seed})
    if warm_start is not None:
        search = settings.search.model_copy(update={"warm_start": read_rules(warm_start)})
        settings = settings.model_copy(update={"search": search})
    if forever:
        settings = settings.model_copy(update={"search": settings.search.for_ever()})
    place = create_home(home)
    avoided = read_rules(avoid) if avoid is not None else ()
    if avoid_living or avoid_dead:
        with Registry.open(place.registry_path) as registry:
            avoided += rules_of(registry, living=avoid_living, dead=avoid_dead)
    if avoided:
        search = settings.search.model_copy(update={"avoided": tuple(dict.fromkeys(avoided))})
        settings = settings.model_copy(update={"search": search})
    _run(start_run(settings, place), place, settings, workers, Limits(hours, megabytes), as_json)


@app.command("resume")
def resume(
    run: RunArgument,
    home: HomeOption = DEFAULT_HOME,
    workers: WorkersOption = None,
    hours: HoursOption = None,
    megabytes: MegabytesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with an interrupted run.

    The result is the same as without the interruption.
    """
    from data.errors import ConfigError
    from evolution.run.layout import find_run
    from organism.foundry import run_settings

    place = open_home(home)
    folder = find_run(place.runs, run)
    if folder.is_finished:
        raise ConfigError(f"run {run} is finished; judge it with: organism validate")
    _run(folder, place, run_settings(folder), workers, Limits(hours, megabytes), as_json)


@app.command("list")
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


@app.command("show")
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


@app.command("baseline")
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
    from organism.foundry import run_settings
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


@app.command("control")
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


@app.command("compare")
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


def _run(
    folder: RunFolder, home: Home, settings: FoundrySettings, workers: int | None, limits: Limits, as_json: bool
) -> None:
    from organism.cli.progress import evolution_progress
    from organism.foundry import evolve

    compile_once()
    workers = workers or settings.workers
    with stop_on_interrupt() as wanted, evolution_progress(folder.name, settings.search.generations) as watch:
        outcome = evolve(
            folder,
            home,
            workers=workers,
            watch=watch,
            should_stop=lambda: bool(wanted) or limits.is_reached(note),
            now=now_utc(),
            warn=note,
        )
    if not outcome.is_finished:
        note(f"stopped after generation {outcome.state.generation}; go on with: organism evolve resume {folder.name}")
        if as_json:
            print_json({"run": folder.name, "is_finished": False, "generation": outcome.state.generation})
        raise typer.Exit(INTERRUPTED)
    if as_json:
        print_json(
            {
                "run": folder.name,
                "is_finished": True,
                "snapshot_id": outcome.snapshot.id,
                "population_hash": outcome.state.population_hash(),
                "n_trials": outcome.state.n_trials,
                "registered": list(outcome.registered),
            }
        )
        return
    say(f"{folder.name}: {outcome.state.n_trials} genotypes scored, {len(outcome.registered)} handed to the gauntlet")
    if outcome.registered:
        _tell_known(home, folder.name, outcome.registered)
        say("judge them with: organism validate")
    else:
        say(f"there is nothing to judge; what had no fitness, and why: organism evolve show {folder.name}")


def _tell_known(home: Home, run: str, registered: tuple[str, ...]) -> None:
    """Say who of the best will not be judged on this history, and why."""
    from collections import Counter

    from organism.registry.states import LifecycleState
    from organism.registry.store import Registry

    with Registry.open(home.registry_path) as registry:
        ours = {one.id for one in registry.submitted(run_id=run)}
        states = Counter(registry.get(name).state for name in registered)
        elsewhere = [name for name in registered if registry.get(name).state is LifecycleState.TESTING]
    n_elsewhere = len(set(elsewhere) - ours)
    del states[LifecycleState.TESTING]
    if states:
        told = ", ".join(f"{count} {state.value}" for state, count in sorted(states.items()))
        say(f"not in testing any more, and not judged again: {told}")
    if n_elsewhere:
        say(f"{n_elsewhere} found before on another market, or on this history, and judged there alone")


@contextmanager
def stop_on_interrupt() -> Iterator[list[int]]:
    """Collect the first Ctrl-C (or SIGTERM) instead of dying of it; the second one interrupts at once."""
    wanted: list[int] = []

    def remember(number: int, _frame: object) -> None:
        if wanted:
            raise KeyboardInterrupt
        wanted.append(number)
        note("\nfinishing this generation; once more to stop at once")

    former = {number: signal.signal(number, remember) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wanted
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
