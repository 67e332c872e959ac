"""`organism report compare`: what differs between two strategies or two runs, and whether it is more than luck."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from organism.cli import completion
from organism.cli.common import DEFAULT_HOME, HomeOption, open_home, say
from organism.cli.page_format import PageFormat, hand_out

if TYPE_CHECKING:
    from organism.comparison.run_values import RunComparison
    from organism.comparison.values import StrategyComparison
    from organism.home import Home
    from organism.registry.store import Registry
    from organism.report.document import Document

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
        PageFormat | None,
        typer.Option(
            "--format", help="Only this: html is a file, md and json go to stdout. Default: words here and a page."
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write; default HOME/reports/compare-A-B.html; - is stdout.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Say what differs between two, and whether it is luck.

    Two judged strategies, or two runs. Only slices that the vault has shown to both are compared; nothing is opened.
    """
    from organism.registry.store import Registry
    from organism.views.plain import to_plain

    place = open_home(home)
    with Registry.open(place.registry_path) as registry:
        found = _compared(place, registry, first, second)
    wanted = PageFormat.JSON if as_json else page_format
    if wanted is PageFormat.JSON:
        hand_out(json.dumps(to_plain(found), indent=2, sort_keys=True, allow_nan=False), to)
    elif wanted is PageFormat.MARKDOWN:
        from organism.report.markdown import to_markdown

        hand_out(to_markdown(_document(found)), to)
    else:
        _show(found, place, to, in_words=wanted is None)


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
    return compare_runs(place, registry, first, second) if named else compare_strategies(place, registry, first, second)


def _document(found: Found) -> Document:
    from organism.comparison.document import strategies_document
    from organism.comparison.runs_document import runs_document
    from organism.comparison.values import StrategyComparison

    return strategies_document(found) if isinstance(found, StrategyComparison) else runs_document(found)


def _show(found: Found, place: Home, to: Path | None, *, in_words: bool) -> None:
    from organism.cli.documents import print_document
    from organism.comparison.values import StrategyComparison
    from organism.report.document_page import document_page

    document = _document(found)
    if in_words:
        print_document(document)
        say("")
    names = (found.a.id, found.b.id) if isinstance(found, StrategyComparison) else (found.a.run, found.b.run)
    hand_out(document_page(document), to or place.reports / f"compare-{names[0]}-{names[1]}.html")
