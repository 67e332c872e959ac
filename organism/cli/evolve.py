"""`organism evolve`: start and resume searches; the other verbs about runs are put together here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli import baseline, runs
from organism.cli.common import (
    DEFAULT_HOME,
    LARGEST_SEED,
    HomeOption,
    JsonOption,
    WorkersOption,
    create_home,
    note,
    open_home,
)
from organism.cli.interrupt import goes_on
from organism.cli.limits import HoursOption, Limits, MegabytesOption
from organism.cli.runs import RunArgument
from organism.cli.searching import again, search

if TYPE_CHECKING:
    from organism.home import Home
    from organism.settings import FoundrySettings

app = typer.Typer(help="Breed strategies, steer searches, look at what they found.")


@app.command("start")
@goes_on
def start(  # noqa: PLR0913, PLR0917 - its options
    config: Annotated[Path, typer.Argument(help="A configuration file, such as configs/demo.toml.")],
    home: HomeOption = DEFAULT_HOME,
    workers: WorkersOption = None,
    seed: Annotated[int | None, typer.Option(min=0, max=LARGEST_SEED, help="Replaces the seed of the file.")] = None,
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
        typer.Option(
            "--avoid-dead",
            help="Nor like what was retired, or rejected for its in-sample bars alone; of very many, the newest.",
        ),
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
    from organism.foundry import start_run

    settings = _settings(config, grammar, seed, warm_start, forever=forever)
    place = create_home(home)
    settings = _avoiding(settings, place, avoid, living=avoid_living, dead=avoid_dead)
    search(start_run(settings, place, warn=note), place, settings, workers, Limits(hours, megabytes), as_json)


@app.command("resume")
@goes_on
def resume(
    run: RunArgument,
    home: HomeOption = DEFAULT_HOME,
    workers: WorkersOption = None,
    hours: HoursOption = None,
    megabytes: MegabytesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with an interrupted run.

    The result is the same as without the interruption. Of a finished run, strategies that the registry does not know
    any more, as after `organism registry restore`, are handed over again.
    """
    from evolution.run.layout import find_run
    from organism.run_manifest import run_settings

    place = open_home(home)
    folder = find_run(place.runs, run)
    if folder.is_finished:
        again(folder, place, as_json)
        return
    search(folder, place, run_settings(folder), workers, Limits(hours, megabytes), as_json)


app.command("list")(runs.list_all)
app.command("show")(runs.show)
app.command("baseline")(goes_on(baseline.baseline))
app.command("control")(runs.control)
app.command("compare")(runs.compare)


def _settings(
    config: Path, grammar: Path | None, seed: int | None, warm_start: Path | None, *, forever: bool
) -> FoundrySettings:
    """Return what a file asks for, with what the options say instead."""
    from organism.cli.expected import expected
    from organism.configuration.kind import Kind
    from organism.rule_file import read_rules
    from organism.settings import load_foundry_settings

    with expected(Kind.GRAMMAR, grammar), expected(Kind.RUN, config):
        settings = load_foundry_settings(config, grammar)
    asked = settings.search
    if warm_start is not None:
        asked = asked.model_copy(update={"warm_start": read_rules(warm_start)})
    if forever:
        asked = asked.for_ever()
    return settings.model_copy(update={"search": asked, "seed": settings.seed if seed is None else seed})


def _avoiding(
    settings: FoundrySettings, home: Home, avoid: Path | None, *, living: bool, dead: bool
) -> FoundrySettings:
    """Return the settings with the rules to keep away from, each once: those of the configuration before all others."""
    from evolution.run.settings import MOST_AVOIDED
    from organism.kept_rules import fitting, rules_of
    from organism.registry.store import Registry
    from organism.rule_file import read_rules

    if avoid is None and not (living or dead):
        return settings
    named = (*settings.search.avoided, *(read_rules(avoid) if avoid is not None else ()))
    groups: tuple[tuple[str, ...], ...] = ()
    if living or dead:
        with Registry.read(home.registry_path) as registry:
            groups = rules_of(registry, living=living, dead=dead)
    avoided, n_left_out = fitting(named, groups, MOST_AVOIDED)
    if n_left_out:
        note(f"a search keeps away from {MOST_AVOIDED:,} rules at most; older ones left out: {n_left_out:,}")
    asked = settings.search.model_copy(update={"avoided": avoided})
    return settings.model_copy(update={"search": asked})
