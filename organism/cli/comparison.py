"""`organism report compare`: what differs between two strategies or two runs, and whether it is more than luck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli import completion
from organism.cli.common import DEFAULT_HOME, HomeOption, compile_once, open_home, say
from organism.cli.page_format import PageFormat, WordFormat, hand_out, is_stdout, is_text, json_text

if TYPE_CHECKING:
    from organism.comparison.run_values import RunComparison
    from organism.comparison.values import StrategyComparison
    from organism.home import Home
    from organism.registry.store import Registry

    Found = StrategyComparison | RunComparison


def compare(
    first: Annotated[
        str,
        typer.Argument(
            help="A: a strategy id (or its beginning), or the name of a run.",
            autocompletion=completion.runs_and_strategies,
        ),
    ],
    second: Annotated[
        str, typer.Argument(help="B: another of the same kind.", autocompletion=completion.runs_and_strategies)
    ],
    home: HomeOption = DEFAULT_HOME,
    page_format: Annotated[
        WordFormat | None,
        typer.Option(
            "--format", help="Only this: html is a file, md and json go to stdout. Default: words here and a page."
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="File to write; default HOME/reports/compare-A-B.html; - is stdout alone."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Say what differs between two, and whether it is luck.

    Two judged strategies, or two runs. Only slices that the vault has shown to both are compared; nothing is opened.
    """
    from data.errors import ConfigError
    from organism.cli.documents import print_document
    from organism.comparison.page import document_of
    from organism.comparison.values import StrategyComparison
    from organism.registry.store import Registry

    if as_json and page_format not in {None, WordFormat.JSON}:
        raise ConfigError(f"--json is --format json, and --format {page_format} is not: leave one of them out")
    named = WordFormat.JSON if as_json else page_format
    place, wanted = open_home(home), None if named is None else PageFormat(named)
    with Registry.read(place.registry_path) as registry:
        found = _compared(place, registry, first, second)
    names = (found.a.id, found.b.id) if isinstance(found, StrategyComparison) else (found.a.run, found.b.run)
    path = to if is_text(wanted) else to or place.reports / f"compare-{names[0]}-{names[1]}.html"
    if wanted is None and not is_stdout(to):
        print_document(document_of(found))
        say("")
    if hand_out(_text(found, wanted), path):
        say(f"written to {path}")


def _text(found: Found, form: PageFormat | None) -> str:
    from organism.comparison.page import comparison_page, document_of
    from organism.comparison.values import StrategyComparison
    from organism.report.markdown import to_markdown
    from organism.views.plain import to_plain

    if form is PageFormat.JSON:
        kind = "strategies" if isinstance(found, StrategyComparison) else "runs"
        return json_text({"kind": kind, **to_plain(found)})
    return to_markdown(document_of(found)) if form is PageFormat.MARKDOWN else comparison_page(found)


def _compared(place: Home, registry: Registry, first: str, second: str) -> Found:
    from data.errors import ConfigError
    from evolution.run.layout import list_runs
    from organism.comparison.runs import compare_runs
    from organism.comparison.strategies import compare_strategies

    runs = {folder.name for folder in list_runs(place.runs)}
    named = [name for name in (first, second) if name in runs]
    if len(named) == 1:
        other = second if named[0] == first else first
        raise ConfigError(
            f"{named[0]} is a run and {other!a} is none: name two runs (organism evolve list), or two strategies "
            "(organism registry list)"
        )
    if named:
        return compare_runs(place, registry, first, second)
    compile_once()
    return compare_strategies(place, registry, first, second)
